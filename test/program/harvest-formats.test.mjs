// The formats: CERIF as the guideline's own examples have it, the format of these nodes, and one that no mapping reads yet.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataSets, noData, ok, run, withData } from '../lib/node.mjs'
import { envelope, escape, identify, serve } from '../lib/oai-server.mjs'

const options = ['--allow', 'loopback', '--pause', '0', '--retries', '0', '--every', '0']
const env = { LANG: 'en' }
const exported = async (data, type) => (await ok(['export', '--data', data, '--type', type, '--format', 'jsonl'])).trim().split('\n').filter(Boolean).map((row) => JSON.parse(row))

// The sets of the guideline's examples: what each gives, and the rules that its records break (two ORCID that no check lets pass, an
// instrument without owner).
const sets = {
  orgunits: { type: 'organisation', counts: 'seen=13 stored=13 unchanged=0 deleted=0 rejected=0', rules: [] },
  persons: { type: 'person', counts: 'seen=19 stored=17 unchanged=0 deleted=0 rejected=2', rules: ['not-identifier orcid'] },
  projects: { type: 'project', counts: 'seen=4 stored=4 unchanged=0 deleted=0 rejected=0', rules: [] },
  fundings: { type: 'programme', counts: 'seen=11 stored=11 unchanged=0 deleted=0 rejected=0', rules: [] },
  publications: { type: 'paper', counts: 'seen=8 stored=7 unchanged=0 deleted=1 rejected=0', rules: [] },
  products: { type: 'paper', counts: 'seen=5 stored=5 unchanged=0 deleted=0 rejected=0', rules: [] },
  patents: { type: 'patent', counts: 'seen=2 stored=2 unchanged=0 deleted=0 rejected=0', rules: [] },
  equipments: { type: 'instrument', counts: 'seen=2 stored=1 unchanged=0 deleted=0 rejected=1', rules: ['required owner'] },
  events: { type: null, counts: 'seen=1 stored=0 unchanged=1 deleted=0 rejected=0', rules: [] },
}

test('the examples of the CERIF guideline are read, and linked to each other', { skip: noData }, async () => {
  const read = (name) => readFile(join(dataSets, `schemas/cerif/samples/openaire_cerif_xml_example_${name}.xml`), 'utf8')
  const server = await serve(async (url) => (url.searchParams.get('verb') === 'Identify' ? identify() : read(url.searchParams.get('set'))))
  try {
    await withData(async (data) => {
      for (const [name, set] of Object.entries(sets)) {
        await ok(['harvest', '--data', data, 'add', name, `${server.url}/oai`, ...options, '--prefix', 'oai_cerif_openaire_1.2', '--set', name])
        const result = await run(['harvest', '--data', data, 'run', name], { env })
        assert.ok(result.out.includes(`state=done ${set.counts} `), result.out + result.err)
        const rules = (await ok(['harvest', '--data', data, 'diagnose', name], { env })).split('\n').filter((row) => row && !row.startsWith('\t'))
        assert.deepEqual(rules.map((row) => row.split('\t').slice(0, 2).join(' ')), set.rules)
      }
      const [project] = await exported(data, 'project')
      const named = new Map((await exported(data, 'organisation')).map((unit) => [unit._key, unit]))
      assert.equal(project.title, 'OpenAIRE Advancing Open Scholarship')
      assert.equal(named.get(project.units[0].ref).short_name, 'NKUA')
      assert.equal(named.get(project.units[0].ref).kind, 'university')
      const paper = (await exported(data, 'paper')).find((one) => one.doi === '10.2218/ijdc.v8i1.257')
      assert.deepEqual([paper.kind, paper.journal, paper.volume, paper.pages, paper.issn, paper.authors.length], ['journal-article', 'The International Journal of Digital Curation', '8', '244-254', '1746-8256', 8])
      const people = new Map((await exported(data, 'person')).map((person) => [person._key, person]))
      assert.ok(paper.authors.every((author) => people.has(author.ref)), 'authors are linked to the persons of another set')
      assert.equal((await exported(data, 'instrument'))[0].owner[0].label, 'NATIONAL RESEARCH COUNCIL')
      assert.match(await ok(['check', '--data', data]), /./)
    }, [])
  } finally {
    await server.close()
  }
})

const record = (id, payload) => `<record><header><identifier>${id}</identifier><datestamp>2026-03-05T08:00:00Z</datestamp></header><metadata>${payload}</metadata></record>`
const xt = (type, ulid, fields, { node = 'other.example' } = {}) => record(`oai:${node}:${type}/${ulid}`,
  `<record xmlns="urn:x-xietong:xt:1" type="${type}" key="${type}/${ulid}" node="${node}" version="1" created="2026-03-05T08:00:00Z" updated="2026-03-05T08:00:00Z"><core><identifier scheme="oai">x</identifier><name>core</name></core><${type}>${fields}</${type}><provenance><source node="${node}" origin="local" datestamp="2026-03-05T08:00:00Z"/></provenance></record>`)

const ORG = '01K4Z8M2V7Q9T3X5B6N8C0D1E2'
const TOOL = '01K4Z8M2V7Q9T3X5B6N8C0D1E3'

test('a record of another node comes whole: its key, links, numbers, groups, white space', async () => {
  let body = xt('instrument', TOOL, `<name>场发射 ${escape('<扫描>')} 电镜</name><owner key="organisation/${ORG}">示例大学</owner><original_value>285000000</original_value>
<voucher>true</voucher><longitude>113.39</longitude><functions>第一行
  第二行</functions><keywords>电镜</keywords><keywords>形貌</keywords><usage><year>2024</year><run_hours>1436.5</run_hours></usage><usage><year>2025</year><run_hours>1500</run_hours></usage><no_such_field>x</no_such_field>`)
    + xt('organisation', ORG, '<name>示例大学</name><kind label="高等院校">university</kind>')
    + xt('nothing', ORG, '<name>x</name>') + xt('instrument', TOOL.replace(/3$/, '4'), '<name>没有单位</name>')
  const server = await serve((url) => (url.searchParams.get('verb') === 'Identify' ? identify() : envelope(`<ListRecords>${body}</ListRecords>`)))
  try {
    await withData(async (data) => {
      await ok(['harvest', '--data', data, 'add', 'other.example', `${server.url}/oai`, ...options, '--prefix', 'xt'])
      assert.match((await run(['harvest', '--data', data, 'run'], { env })).out, /state=done seen=4 stored=2 unchanged=0 deleted=0 rejected=2/)
      const [tool] = await exported(data, 'instrument')
      assert.deepEqual(tool, {
        _key: `instrument/${TOOL}`, name: '场发射 <扫描> 电镜', owner: [{ ref: `organisation/${ORG}`, label: '示例大学' }], original_value: 285000000, longitude: 113.39,
        functions: '第一行\n  第二行', keywords: ['电镜', '形貌'], voucher: true, usage: [{ year: 2024, run_hours: 1436.5 }, { year: 2025, run_hours: 1500 }],
      })
      assert.equal((await exported(data, 'organisation'))[0]._key, `organisation/${ORG}`)
      const refused = await ok(['harvest', '--data', data, 'quarantine', 'other.example'], { env })
      assert.match(refused, /nothing\/.*\t.*"nothing"/)
      assert.match(refused, /\trequired\towner\tis required/)
      // A record of this node that another one has harvested changes nothing when it comes back.
      const name = JSON.parse(await readFile(join(data, 'node.json'), 'utf8')).name
      body = xt('organisation', ORG.replace(/2$/, '9'), '<name>自己的</name>', { node: name })
      assert.match(await ok(['harvest', '--data', data, 'run']), /seen=1 stored=0 unchanged=1/)
      assert.equal((await exported(data, 'organisation')).length, 1)
    }, [])
  } finally {
    await server.close()
  }
})

test('a format without mapping is kept as it came, and read once there is one', async () => {
  const body = record('a', '<note xmlns="urn:x"><says>甲</says></note>') + record('b', '<note xmlns="urn:x"><says>乙</says></note>')
  const server = await serve((url) => (url.searchParams.get('verb') === 'Identify' ? identify() : envelope(`<ListRecords>${body}</ListRecords>`)))
  try {
    await withData(async (data) => {
      await ok(['harvest', '--data', data, 'add', 'notes', `${server.url}/oai`, ...options, '--prefix', 'note'])
      assert.match(await ok(['harvest', '--data', data, 'run']), /seen=2 stored=2/)
      assert.equal((await exported(data, 'paper')).length, 0)
      assert.equal(await ok(['harvest', '--data', data, 'payload', 'notes', 'a']), '<note xmlns="urn:x"><says>甲</says></note>\n')
      await mkdir(join(data, 'region/mappings'), { recursive: true })
      await writeFile(join(data, 'region/mappings/note.json'), JSON.stringify({ namespace: 'note', records: [{ type: 'paper', key: '{^header.identifier}', fields: { title: 'says' } }] }))
      await ok(['harvest', '--data', data, 'set', 'notes', '--mapping', 'note'])
      assert.match(await ok(['harvest', '--data', data, 'remap', 'notes']), /seen=2 stored=2/)
      assert.deepEqual((await exported(data, 'paper')).map((paper) => paper.title).sort(), ['乙', '甲'])
      assert.match(await ok(['harvest', '--data', data, 'remap', 'notes']), /seen=2 stored=0 unchanged=2/)
      assert.match(await ok(['check', '--data', data]), /./)
    }, [])
  } finally {
    await server.close()
  }
})
