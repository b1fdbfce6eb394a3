// OAI-PMH as a harvester meets it: every error by its rule, pages, windows, sets, deletions, formats, and answers that are valid
// whatever the records hold.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Node, newFolder, ok, run, top, withData, withFolder, withNode } from '../lib/node.mjs'
import { ask, errorOf, harvest, pages, recordsOf, tokenOf, unescape } from '../lib/oai.mjs'
import { noOfficial, schemas } from '../lib/schemas.mjs'

const PREFIXES = ['oai_dc', 'xt', 'oai_cerif_openaire_1.2', 'pidinst']
const sql = (data, text) => promisify(execFile)('sqlite3', [join(data, 'store.db'), `.timeout 5000`, text], { timeout: 20_000 })
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Imports rows (objects) of a type; the keys of their sources are in `_key`. */
async function put(data, type, rows) {
  const file = join(data, '..', `rows-${Math.random().toString(36).slice(2)}.jsonl`)
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n') + '\n')
  const out = await ok(['import', '--data', data, '--type', type, file])
  assert.match(out, / rejected=0 /)
  await rm(file)
}

describe('the sample region', () => {
  let folder, data, node
  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample', '--name', 'kejichu.example.cn'])
    node = await Node.start(data)
  })
  after(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const list = (more) => ({ verb: 'ListRecords', metadataPrefix: 'oai_dc', ...more })

  it('answers mistakes by the rules of the protocol', async () => {
    const [{ id }] = await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc', set: 'type:paper' })
    const { token } = tokenOf((await ask(node, list())).text)
    const get = (identifier, metadataPrefix) => ({ verb: 'GetRecord', identifier, metadataPrefix })
    const rows = [
      // the query                                     the error                  named in <request>
      ['', 'badVerb', []],
      ['verb=', 'badVerb', []],
      ['verb=Nope&metadataPrefix=oai_dc', 'badVerb', []],
      ['verb=Identify&verb=Identify', 'badVerb', []],
      ['verb=Identify&lang=zh', 'badArgument', []],
      ['verb=Identify&lang=fr', 'badArgument', []],
      ['verb=Identify&q=%zz', 'badArgument', []],
      ['verb=Identify&q=%ff', 'badArgument', []],
      ['verb=ListRecords', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&from=yesterday', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00Z', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z', 'badArgument', []],
      ['verb=ListRecords&metadataPrefix=oai_dc&set=a%20b', 'badArgument', []],
      [`verb=ListRecords&resumptionToken=${token}&metadataPrefix=oai_dc`, 'badArgument', []],
      ['verb=ListSets&metadataPrefix=oai_dc', 'badArgument', []],
      [{ verb: 'GetRecord', identifier: id }, 'badArgument', []],
      ['verb=GetRecord&metadataPrefix=oai_dc', 'badArgument', []],
      [list({ metadataPrefix: 'marc21' }), 'cannotDisseminateFormat', ['verb', 'metadataPrefix']],
      [get(id, 'marc21'), 'cannotDisseminateFormat', ['verb', 'identifier', 'metadataPrefix']],
      [get(id, 'pidinst'), 'cannotDisseminateFormat', ['verb', 'identifier', 'metadataPrefix']],
      [get('oai:kejichu.example.cn:paper/01ARZ3NDEKTSV4RRFFQ69G5FAV', 'oai_dc'), 'idDoesNotExist', ['verb', 'identifier', 'metadataPrefix']],
      [get(id.replace('kejichu', 'elsewhere'), 'oai_dc'), 'idDoesNotExist', ['verb', 'identifier', 'metadataPrefix']],
      [get('<nothing> of "ours"', 'oai_dc'), 'idDoesNotExist', ['verb', 'metadataPrefix']],
      [{ verb: 'ListMetadataFormats', identifier: 'paper/x' }, 'idDoesNotExist', ['verb', 'identifier']],
      [list({ from: '2199-01-01' }), 'noRecordsMatch', ['verb', 'metadataPrefix', 'from']],
      [list({ until: '1990-01-01' }), 'noRecordsMatch', ['verb', 'metadataPrefix', 'until']],
      [list({ set: 'area:nowhere' }), 'noRecordsMatch', ['verb', 'metadataPrefix', 'set']],
      [list({ set: 'openaire_cris_events' }), 'noRecordsMatch', ['verb', 'metadataPrefix', 'set']],
      [list({ set: 'type:paper', metadataPrefix: 'pidinst' }), 'noRecordsMatch', ['verb', 'metadataPrefix', 'set']],
      [{ verb: 'ListRecords', resumptionToken: 'x' }, 'badResumptionToken', ['verb', 'resumptionToken']],
      [{ verb: 'ListRecords', resumptionToken: '' }, 'badResumptionToken', ['verb', 'resumptionToken']],
      [{ verb: 'ListRecords', resumptionToken: `${token}x` }, 'badResumptionToken', ['verb', 'resumptionToken']],
      [{ verb: 'ListRecords', resumptionToken: token.replace('~500~', '~1~') }, 'badResumptionToken', ['verb', 'resumptionToken']],
      [{ verb: 'ListIdentifiers', resumptionToken: token }, 'badResumptionToken', ['verb', 'resumptionToken']],
      [{ verb: 'ListSets', resumptionToken: token }, 'badResumptionToken', ['verb', 'resumptionToken']],
    ]
    const answers = []
    for (const [query, error, named] of rows) {
      for (const post of [false, true]) {
        const { status, text, headers } = await ask(node, query, { post })
        const what = `${JSON.stringify(query)}${post ? ' (POST)' : ''}`
        assert.equal(status, 200, what)
        assert.match(headers.get('content-type'), /^text\/xml/, what)
        assert.equal(errorOf(text), error, `${what}: ${text}`)
        const request = /<request([^>]*)>/.exec(text)[1]
        assert.deepEqual([...request.matchAll(/ (\w+)=/g)].map((found) => found[1]).sort(), [...named].sort(), what)
        answers.push(text)
      }
    }
    await withFolder(async (dir) => (await schemas(dir, node))(...answers))
    assert.equal((await node.fetch('/oai', { method: 'PUT', body: 'x' })).status, 405)
  })

  it('says who it is', async () => {
    const { text } = await ask(node, { verb: 'Identify' })
    assert.match(text, /<adminEmail>webmaster@kejichu\.example\.cn<\/adminEmail>/)
    assert.match(text, /<deletedRecord>persistent<\/deletedRecord>/)
    assert.match(text, /<granularity>YYYY-MM-DDThh:mm:ssZ<\/granularity>/)
    assert.match(text, new RegExp(`<baseURL>${node.url}/oai</baseURL>`))
    assert.match(text, /<Service xmlns="https:\/\/www\.openaire\.eu\/cerif-profile\/1\.2\/"/)
    const all = await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc' })
    assert.ok(/<earliestDatestamp>([^<]+)</.exec(text)[1] <= all[0].stamp)
  })

  it('gives the same by GET, by POST and compressed', async () => {
    const params = list({ set: 'type:instrument' })
    const plain = await ask(node, params, { headers: { 'accept-encoding': 'identity' } })
    const rest = (text) => text.replace(/<responseDate>[^<]*/, '')
    assert.equal(plain.headers.get('content-encoding'), null)
    assert.equal(rest((await ask(node, params, { post: true })).text), rest(plain.text))
    const packed = await ask(node, params, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(packed.headers.get('content-encoding'), 'gzip')
    assert.equal(rest(packed.text), rest(plain.text))
  })

  it('lists all that is published, in pages that say where they are', async () => {
    const { total } = await node.json('/api/v1/search', { limit: 1 })
    for (const prefix of PREFIXES.slice(0, 2)) {
      const seen = new Set()
      let cursor = 0, last
      for await (const page of pages(node, list({ metadataPrefix: prefix }))) {
        assert.ok(page.records.length > 0, 'no page is empty')
        assert.equal(page.cursor, cursor)
        assert.equal(page.size, total)
        cursor += page.records.length
        for (const record of page.records) {
          assert.ok(!last || last <= record.stamp, 'datestamps do not run backwards')
          last = record.stamp
          seen.add(record.id)
        }
      }
      assert.equal(seen.size, total)
    }
    const one = await ask(node, list({ set: 'type:instrument' }))
    assert.deepEqual(tokenOf(one.text), {}, 'a list of one page has no token')
  })

  it('gives identifiers, records and single records alike', async () => {
    const heads = await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'xt' })
    const records = await harvest(node, list({ metadataPrefix: 'xt' }))
    assert.deepEqual(heads.map(({ id, stamp, sets }) => ({ id, stamp, sets })), records.map(({ id, stamp, sets }) => ({ id, stamp, sets })))
    for (const record of [records[0], records.at(-1)]) {
      const { text } = await ask(node, { verb: 'GetRecord', identifier: record.id, metadataPrefix: 'xt' })
      assert.deepEqual(recordsOf(text), [record])
    }
  })

  it('has sets by type, area, owner and for OpenAIRE, and each holds what says so', async () => {
    const { text } = await ask(node, { verb: 'ListSets' })
    const specs = [...text.matchAll(/<setSpec>([^<]*)</g)].map((found) => found[1])
    assert.equal(new Set(specs).size, specs.length)
    for (const spec of ['type:paper', 'type:need', 'area:440000', 'owner:kejichu.example.cn', 'openaire_cris_events']) assert.ok(specs.includes(spec), spec)
    const all = await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc' })
    assert.deepEqual([...new Set(all.flatMap((record) => record.sets))].sort(), specs.filter((spec) => spec !== 'openaire_cris_events').sort())
    for (const spec of specs) {
      const members = await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc', set: spec })
      assert.deepEqual(members.map((record) => record.id), all.filter((record) => record.sets.includes(spec)).map((record) => record.id), spec)
    }
    // What lies inside counts to what is around it.
    const district = all.find((record) => record.sets.includes('area:440106'))
    assert.ok(district.sets.includes('area:440100') && district.sets.includes('area:440000'))
  })

  it('resolves every identifier of CERIF, in both forms', async () => {
    const records = await harvest(node, list({ metadataPrefix: 'oai_cerif_openaire_1.2' }))
    const ids = new Set(records.map((record) => record.id))
    const named = new Set(records.flatMap((record) => [...record.metadata.matchAll(/ id="([A-Z][A-Za-z]+\/[0-9A-Z]{26})"/g)].map((found) => `oai:kejichu.example.cn:${found[1]}`)))
    assert.ok(named.size >= ids.size && named.size > 100)
    for (const id of named) assert.ok(ids.has(id), `${id} is named and not listed`)
    for (const collection of ['OrgUnits', 'Persons', 'Projects', 'Publications', 'Patents', 'Products', 'Equipments', 'Fundings']) {
      const id = [...ids].find((one) => one.includes(`:${collection}/`))
      assert.ok(id, collection)
      const answer = recordsOf((await ask(node, { verb: 'GetRecord', identifier: id, metadataPrefix: 'oai_dc' })).text)
      assert.equal(answer.length, 1, id)
      const own = answer[0].id
      assert.notEqual(own, id)
      assert.equal(recordsOf((await ask(node, { verb: 'GetRecord', identifier: own, metadataPrefix: 'oai_cerif_openaire_1.2' })).text)[0].id, id)
    }
    const formats = (id) => ask(node, { verb: 'ListMetadataFormats', identifier: id }).then(({ text }) => [...text.matchAll(/<metadataPrefix>([^<]*)/g)].map((found) => found[1]).sort())
    assert.deepEqual(await formats([...ids].find((one) => one.includes(':Equipments/'))), [...PREFIXES].sort())
    assert.deepEqual(await formats([...ids].find((one) => one.includes(':Persons/'))), ['oai_cerif_openaire_1.2', 'oai_dc', 'xt'])
  })

  for (const official of [false, true]) {
    it(`is valid: ${official ? 'official schemas' : 'the schemas of the tests'}`, { skip: official && noOfficial }, () => withFolder(async (dir) => {
      const valid = await schemas(dir, node, { official })
      const answers = []
      for (const verb of ['Identify', 'ListMetadataFormats', 'ListSets']) answers.push((await ask(node, { verb })).text)
      for (const metadataPrefix of PREFIXES) {
        for await (const page of pages(node, list({ metadataPrefix }))) answers.push(page.text)
        for await (const page of pages(node, { verb: 'ListIdentifiers', metadataPrefix })) answers.push(page.text)
      }
      await valid(...answers)
      // ... and the schemas do refuse.
      await assert.rejects(valid(answers[0].replace('persistent', 'sometimes')))
      await assert.rejects(valid(answers.find((text) => text.includes('<registered>')).replace('<registered>', '<registered>x')))
    }))
  }

  it('gives in xt what the API gives, field by field', async () => {
    const types = Object.fromEntries((await node.json('/api/v1/types')).items.map((type) => [type.name ?? type.type, type]))
    const records = await harvest(node, list({ metadataPrefix: 'xt' }))
    for (const record of records.filter((_, n) => n % 7 === 0)) {
      const key = /:([a-z-]+\/\w+)$/.exec(record.id)[1], type = key.split('/')[0]
      const { body, links = [] } = await node.json(`/api/v1/records/${key}`)
      const inner = new RegExp(`</core><${type}>(.*)</${type}><provenance>`, 's').exec(record.metadata)[1]
      assert.deepEqual(readFields(inner, types[type].fields), plain(body, types[type].fields), key)
      assert.ok(Array.isArray(links))
    }
  })

  it('gives a record in Dublin Core as its type says', async () => {
    const [record] = await harvest(node, list({ set: 'type:instrument' }))
    const values = (name) => [...record.metadata.matchAll(new RegExp(`<dc:${name}>([^<]*)<`, 'g'))].map((found) => unescape(found[1]))
    const key = /:(instrument\/\w+)$/.exec(record.id)[1]
    const { body } = await node.json(`/api/v1/records/${key}`)
    assert.equal(values('title')[0], body.name)
    assert.deepEqual(values('publisher'), body.owner.map((link) => link.label))
    assert.deepEqual(values('identifier').at(-1), `${node.url}/records/${key}`)
    assert.ok(values('type').includes('仪器设备'))
  })

  it('runs the examples of its page', async () => {
    for (const name of ['exchange.md', 'exchange.zh-CN.md']) {
      const text = await readFile(join(top, 'docs', name), 'utf8')
      const lines = [...text.matchAll(/^curl (?:-d '([^']+)' )?'http:\/\/127\.0\.0\.1:8080(\/[^']*)'$/gm)]
      assert.ok(lines.length >= 5, name)
      for (const [line, form, path] of lines) {
        const answer = await node.fetch(path, form ? { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {})
        const body = await answer.text()
        assert.equal(answer.status, 200, line)
        assert.equal(errorOf(body), undefined, `${line}: ${body.slice(0, 600)}`)
      }
    }
  })
})

/** The fields of an element of xt as JSON, by the type: what a reader does who knows the type. */
function readFields(xml, fields) {
  const out = {}
  for (const field of fields) {
    const found = [...xml.matchAll(new RegExp(`<${field.name}((?: \\w+="[^"]*")*)>(.*?)</${field.name}>`, 'gs'))]
    const values = found.map(([, attributes, inner]) => {
      const text = unescape(inner)
      if (field.kind === 'group') return readFields(inner, field.fields)
      if (field.kind === 'link') return { label: text }
      if (['integer', 'decimal', 'money', 'year'].includes(field.kind)) return Number(text)
      return field.kind === 'bool' ? text === 'true' : text
    })
    if (values.length > 0) out[field.name] = field.many ? values : values[0]
    if (field.kind === 'group') xml = xml.replace(new RegExp(`<${field.name}>(.*?)</${field.name}>`, 'gs'), '')
  }
  return out
}

/** A body without what xt says otherwise: references of links. */
function plain(body, fields) {
  const out = {}
  for (const field of fields) {
    if (!(field.name in body)) continue
    const one = (value) => field.kind === 'link' ? { label: value.label } : value
    out[field.name] = field.many ? body[field.name].map(one) : one(body[field.name])
  }
  return out
}

describe('what changes', () => {
  const paper = (key, more) => ({ _key: key, title: `论文${key}`, ...more })
  const heads = (node, more = {}) => harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc', ...more })

  it('is seen at once, once deleted for ever, and inside its window', () => withData((data) => withNode(data, async (node) => {
    await put(data, 'paper', [paper('a', { area: '440106' }), paper('b', { area: '440300' }), paper('c')])
    const first = await heads(node)
    assert.equal(first.length, 3)
    await pause(1100)
    await put(data, 'paper', [paper('b', { area: '440300', journal: '新刊' })])
    const second = await heads(node)
    assert.deepEqual(second.map((record) => record.id), [first[0].id, first[2].id, first[1].id], 'what changed comes last')
    assert.ok(second[2].stamp > first[1].stamp)
    assert.deepEqual((await heads(node, { from: second[2].stamp })).map((record) => record.id), [first[1].id])
    assert.deepEqual((await heads(node, { until: first[0].stamp })).map((record) => record.id), [first[0].id, first[2].id])
    assert.equal((await heads(node, { from: first[0].stamp.slice(0, 10), until: second[2].stamp.slice(0, 10) })).length, 3)

    const key = first[0].id.split(':').pop()
    await ok(['delete', '--data', data, key])
    const third = await heads(node)
    assert.equal(third.length, 3)
    assert.deepEqual([third.at(-1).id, third.at(-1).deleted], [first[0].id, true])
    const { text } = await ask(node, { verb: 'GetRecord', identifier: first[0].id, metadataPrefix: 'oai_dc' })
    assert.equal(recordsOf(text)[0].deleted, true)
    assert.ok(!text.includes('<metadata>'))
    for (const set of ['type:paper', 'area:440106', 'area:440100']) {
      const gone = (await heads(node, { set })).find((record) => record.id === first[0].id)
      assert.equal(gone?.deleted, true, set)
    }
  }), []))

  it('is deleted in a set that it has left, and only there', () => withData((data) => withNode(data, async (node) => {
    await put(data, 'paper', [paper('a', { area: '440106' }), paper('b', { area: '440106' })])
    await node.until(async () => (await sql(data, 'SELECT reached FROM oai_state').then(({ stdout }) => Number(stdout))) >= 2)
    const [{ id }] = await heads(node, { set: 'area:440106' })
    await put(data, 'paper', [paper('a', { area: '440300' })])
    // At once, from the records, and later, from what was fed.
    for (const fed of [false, true]) {
      if (fed) await node.until(async () => (await sql(data, `SELECT count(*) FROM oai_member WHERE gone = 1`).then(({ stdout }) => Number(stdout))) === 2)
      const left = (await heads(node, { set: 'area:440106' })).find((record) => record.id === id)
      assert.deepEqual([left.deleted, left.sets.includes('area:440106')], [true, true])
      assert.equal((await heads(node, { set: 'area:440100' })).find((record) => record.id === id).deleted, true)
      for (const set of ['area:440300', 'area:440000', 'type:paper']) {
        const records = (await heads(node, { set })).filter((record) => record.id === id)
        assert.deepEqual(records.map((record) => record.deleted), [false], set)
      }
      assert.equal((await heads(node)).find((record) => record.id === id).deleted, false)
    }
    // The check knows when the sets are not what the records say.
    await ok(['check', '--data', data])
    await sql(data, 'UPDATE oai_record SET seq = 1 WHERE seq > 1')
    const broken = await run(['check', '--data', data])
    assert.equal(broken.code, 1)
    assert.match(broken.out + broken.err, /oai: the sets of \d+ records/)
    await sql(data, 'UPDATE oai_record SET seq = (SELECT seq FROM record WHERE id = record_id)')
    // And back again.
    await put(data, 'paper', [paper('a', { area: '440106', journal: '回来' })])
    const back = (await heads(node, { set: 'area:440106' })).filter((record) => record.id === id)
    assert.deepEqual(back.map((record) => record.deleted), [false])
  }), []))

  it('is gone when it is withdrawn or merged, and never shown when it never was', () => withData((data) => withNode(data, async (node) => {
    await put(data, 'paper', [paper('a'), paper('b'), paper('c'), paper('d')])
    const [a, b, c, d] = (await heads(node)).map((record) => record.id)
    const key = (id) => id.split(':').pop()
    await put(data, 'paper', [paper('a', { journal: '二' })])
    await sql(data, `UPDATE record SET status = 'draft' WHERE key IN ('${key(a)}', '${key(b)}'); UPDATE record SET merged_into = '${key(d)}' WHERE key = '${key(c)}'`)
    assert.deepEqual((await heads(node)).map((record) => [record.id, record.deleted]), [[c, true], [d, false], [a, true]])
    assert.equal(errorOf((await ask(node, { verb: 'GetRecord', identifier: b, metadataPrefix: 'oai_dc' })).text), 'idDoesNotExist')
    const { text } = await ask(node, { verb: 'GetRecord', identifier: d, metadataPrefix: 'xt' })
    assert.match(text, new RegExp(`<provenance><merged>${key(c)}</merged>`), 'the survivor names what was merged into it')
  }), []))

  it('says nothing of protected fields', () => withData((data) => withNode(data, async (node) => {
    await put(data, 'instrument', [{ _key: 'i', name: '示例电镜', owner: [{ label: '示例大学' }], contact_phone: '020-SECRET', note: 'SECRET', contact_email: 'secret@example.cn' }])
    for (const metadataPrefix of PREFIXES) {
      const { text } = await ask(node, { verb: 'ListRecords', metadataPrefix })
      assert.match(text, /示例电镜/)
      assert.doesNotMatch(text, /secret/i)
    }
    const schema = await (await node.fetch('/oai/xt.xsd')).text()
    assert.doesNotMatch(schema, /contact_phone|name="note"/)
    assert.equal((await node.fetch('/oai/nothing.xsd')).status, 404)
  }), []))
})

it('is well-formed and valid whatever the records hold', () => withData((data) => withNode(data, async (node) => {
  const nasty = 'a\u0001\u000b<b>&amp;]]>"\'\u007f\u0085\ufffe😀𠮷<!-- x --><?php ?> &#0;'
  const clean = 'a<b>&amp;]]>"\'😀𠮷<!-- x --><?php ?> &#0;'
  await put(data, 'paper', [{ _key: 'p', title: 'x', published_on: '2020' }])
  await put(data, 'instrument', [{ _key: 'i', name: 'x', owner: [{ label: 'x' }], usage: [{ year: 2020 }] }])
  await put(data, 'organisation', [{ _key: 'o', name: 'x', kind: 'university' }])
  const { items } = await node.json('/api/v1/types')
  for (const name of ['paper', 'instrument', 'organisation']) {
    const body = {}
    for (const field of items.find((type) => (type.name ?? type.type) === name).fields) {
      if (['string', 'text'].includes(field.kind)) body[field.name] = field.many ? [nasty, nasty] : nasty
      if (field.kind === 'link') body[field.name] = field.many ? [{ label: nasty, ref: nasty }] : { label: nasty }
    }
    // The import would have cleaned it: written behind its back, every text field holds what nobody should send.
    const file = join(data, '..', 'body.json')
    await writeFile(file, JSON.stringify(body))
    await sql(data, `UPDATE record SET body = CAST(readfile('${file}') AS TEXT), title = 'x' WHERE type = '${name}'`)
  }
  await withFolder(async (dir) => {
    const valid = await schemas(dir, node)
    for (const metadataPrefix of PREFIXES) {
      const { text } = await ask(node, { verb: 'ListRecords', metadataPrefix })
      assert.equal(errorOf(text), undefined, metadataPrefix)
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/)
      assert.ok(unescape(text).includes(clean), metadataPrefix)
      await valid(text)
    }
  })
}), []))

it('names who answers for the node, as node.json says', () => withData(async (data) => {
  const file = join(data, 'node.json')
  const facts = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...facts, admin_email: 'zhang@kejichu.example.cn' }))
  await withNode(data, async (node) => {
    assert.match((await ask(node, { verb: 'Identify' })).text, /<adminEmail>zhang@kejichu\.example\.cn</)
  })
  for (const wrong of ['nobody', 'a b@c.cn', '<x@y.cn>', '@x.cn', 'a@b']) {
    await writeFile(file, JSON.stringify({ ...facts, admin_email: wrong }))
    const { code, err } = await run(['search', '--data', data, 'x'])
    assert.notEqual(code, 0, wrong)
    assert.match(err, /admin_email/)
  }
}, []))
