// Help over HTTP: the tour finds what it promises, the documentation shows the same examples, identifiers are checked and found, the glossary
// explains and is kept, the served pages say all of it without script.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, newFolder, ok, run, top, withFolder, withNode } from '../lib/node.mjs'

/** As it is typed: the query, then what else the address says. */
const typed = (example) => example.typed ?? Object.entries(example.ask).map(([name, value]) =>
  (name === 'q' ? value : `${name}=${typeof value === 'string' ? value : 'KEY'}`)).join(' ')

describe('help', () => {
  let folder, node, file

  before(async () => {
    folder = await newFolder()
    await ok(['init', '--data', join(folder, 'data'), '--sample'])
    file = JSON.parse(await readFile(join(top, 'region/tour.json'), 'utf8'))
    node = await Node.start(join(folder, 'data'))
  })
  after(async () => {
    await node?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  it('every example of the tour runs, and the sample has something for it', async () => {
    const { items } = await node.json('/api/v1/tour')
    assert.deepEqual(items.map((step) => step.name), file.map((step) => step.name))
    for (const [s, step] of items.entries()) {
      assert.equal(step.examples.length, file[s].examples.length, step.name)
      for (const [e, example] of step.examples.entries()) {
        const words = typed(file[s].examples[e])
        assert.equal(example.says, file[s].examples[e].says.zh)
        // One that finds nothing stands before another that does: what to do then. A wrong field finds its words as text.
        const empty = step.name === 'pieces' && e === 0 || words.startsWith('颜色:')
        assert.equal(example.total > 0, !empty, words)
        if (example.typed) {
          const { items: suggested } = await node.json('/api/v1/suggest', { q: example.typed, limit: 5 })
          assert.deepEqual(example.suggestions, suggested, words)
        } else {
          const search = new URLSearchParams(example.params)
          assert.equal(example.total, (await node.json(`/api/v1/search?limit=0&${search}`)).total, words)
          assert.equal(example.ignored.length > 0, step.name === 'mistakes', words)
        }
      }
    }
    const english = (await node.json('/api/v1/tour', { lang: 'en' })).items
    for (const step of english) assert.doesNotMatch(step.label, /[\u4e00-\u9fff]/)
  })

  it('the documentation shows the same examples', async () => {
    const page = await readFile(join(top, 'docs/search.md'), 'utf8')
    const table = page.slice(page.indexOf('### Examples'))
    const rows = [...table.slice(0, table.indexOf('\n## ')).matchAll(/^\| ([a-z]+) \| (`.*`) \|$/gm)].map(([, name, cell]) => [name, [...cell.matchAll(/`([^`]+)`/g)].map((one) => one[1])])
    assert.deepEqual(rows, file.map((step) => [step.name, step.examples.map(typed)]))
  })

  it('an identifier is checked, and its records are found in whichever form it is typed', async () => {
    const ask = (scheme, value, lang = 'zh') => node.json(`/api/v1/identifiers/${scheme}/${encodeURIComponent(value)}`, { lang })
    const wrong = await ask('issn', '0317-8472', 'en')
    assert.equal(wrong.good, false)
    assert.equal(wrong.says, 'The check character must be "1", it is "2"')
    assert.equal(wrong.mended, '0317-8471')
    assert.deepEqual([wrong.working.sum, wrong.working.modulus, wrong.working.rest, wrong.working.expected], [120, 11, 10, '1'])
    assert.match((await ask('isbn', '12')).says, /应有 10 \/ 13 个字符，现有 2 个/)
    assert.match((await ask('uscc', '9144030O708461136T')).says, /第 8 个字符“O”/)
    assert.match((await ask('standard-number', '2023')).says, /不合标准号的格式/)
    const doi = await ask('doi', 'https://doi.org/10.99999/XIETONG.sample.mould.1')
    assert.equal(doi.value, '10.99999/xietong.sample.mould.1')
    assert.deepEqual(doi.records.map((one) => one.type), ['paper'])
    // Of every record of the sample, each identifier that it shows leads back to it.
    const { items: kinds } = await node.json('/api/v1/identifiers')
    let seen = 0
    for (const kind of kinds) {
      for (const { type, field } of kind.fields) {
        const { items } = await node.json('/api/v1/search', { type, limit: 200 })
        const bodies = await Promise.all(items.slice(0, 12).map(async (one) => [one.key, (await node.json(`/api/v1/records/${one.key}`)).body[field]]))
        for (const [key, value] of bodies) {
          if (!value) continue
          const found = await ask(kind.name, String([value].flat()[0]))
          assert.ok(found.good && (found.more || found.records.some((one) => one.key === key)), `${kind.name} ${value}`)
          seen++
        }
      }
    }
    assert.ok(seen > 60, `${seen} identifiers`)
    assert.equal((await node.fetch('/api/v1/identifiers/nothing/1')).status, 404)
    assert.equal((await node.fetch(`/api/v1/identifiers/doi/10.1000%2F${'x'.repeat(600)}`)).status, 400)
  })

  it('identifiers whose check is worked out: the example of each is right', async () => {
    const { items } = await node.json('/api/v1/identifiers')
    assert.ok(items.length >= 24)
    for (const kind of items) {
      for (const word of [kind.about, kind.form]) assert.ok(word?.length > 5, kind.name)
      if (kind.working) {
        assert.equal(kind.working.given, kind.working.expected, kind.name)
        assert.equal(kind.working.sum, kind.working.parts.reduce((sum, one) => sum + one.value * one.weight, 0), kind.name)
      }
    }
    assert.deepEqual(items.filter((kind) => kind.working).map((kind) => kind.name), ['uscc', 'orcid', 'ror', 'issn', 'isbn', 'cn-application'])
  })

  it('terms: complete in both languages, none twice, found as they sound, kept by their tag', async () => {
    const [zh, en] = await Promise.all(['zh', 'en'].map((lang) => node.json('/api/v1/glossary', { lang })))
    assert.ok(zh.items.filter((one) => one.kind === 'term').length >= 60)
    assert.equal(zh.total, en.total)
    for (const { items, has } of [{ ...zh, has: /[\u4e00-\u9fff]/ }, { ...en, has: /[a-z]/ }]) {
      assert.equal(new Set(items.map((one) => one.label)).size, items.length)
      assert.equal(new Set(items.map((one) => one.name)).size, items.length)
      for (const one of items) assert.match(one.about, has, one.name)
    }
    for (const one of en.items) assert.doesNotMatch(one.label, /[\u4e00-\u9fff]/, one.name)
    const found = async (q) => (await node.json('/api/v1/glossary', { q })).items.map((one) => one.name)
    for (const q of ['墓碑', 'mubei', 'mb', 'tombstone']) assert.ok((await found(q)).includes('tombstone'), q)
    assert.ok((await found('逐字节')).includes('release'), 'in an explanation')
    const first = await node.fetch('/api/v1/glossary')
    assert.match(first.headers.get('cache-control'), /max-age/)
    const tag = first.headers.get('etag')
    assert.equal((await node.fetch('/api/v1/glossary', { headers: { 'if-none-match': tag } })).status, 304)
    assert.notEqual((await node.fetch('/api/v1/glossary?lang=en')).headers.get('etag'), tag)
  })

  it('the served pages say it without script', async () => {
    const html = async (path) => (await node.fetch(path)).text()
    const help = await html('/help')
    for (const step of file) assert.ok(help.includes(`<section id="${step.name}">`), step.name)
    assert.match(help, /href="\/search\?q=%E7%94%B5%E9%95%9C&amp;syn=0">电镜 syn=0<\/a>/)
    const glossary = await html('/glossary?lang=en')
    const set = JSON.parse(/<script type="application\/ld\+json" data-served>(.*?)<\/script>/s.exec(glossary)[1])
    assert.equal(set['@type'], 'DefinedTermSet')
    assert.equal(set.hasDefinedTerm.length, (await node.json('/api/v1/glossary')).total)
    for (const term of set.hasDefinedTerm) assert.ok(glossary.includes(`<dt id="${term.termCode}">`), term.termCode)
    const ids = await html('/identifiers?scheme=issn&value=0317-8472&lang=en')
    assert.match(ids, /The check character must be &quot;1&quot;/)
    assert.match(ids, /0×8 \+ 3×7 \+ .* = 120; 120 mod 11 = 10 → 1/)
    const map = await html('/sitemap/0.xml')
    for (const path of ['/help', '/glossary', '/identifiers']) assert.ok(map.includes(`${node.url}${path}</loc>`), path)
  })

  it('the page that is read without script says how many there are now, though it is kept', async () => {
    const shown = async () => Number(/\/search\?q=%E6%9C%BA%E5%99%A8%E4%BA%BA">[^<]*<\/a>[^<]*<span class="quiet">[^\d<]*([\d,]+)/.exec(await (await node.fetch('/help')).text())?.[1].replaceAll(',', ''))
    const before = await shown()
    assert.ok(before > 0)
    assert.equal(await shown(), before)
    const paper = join(folder, 'paper.jsonl')
    await writeFile(paper, JSON.stringify({ title: '示例机器人论文 zqhelp', kind: 'report' }) + '\n')
    await ok(['import', '--data', join(folder, 'data'), '--type', 'paper', paper])
    for (let tries = 0; (await shown()) !== before + 1; tries++) {
      assert.ok(tries < 100, 'the page still says what was before')
      await new Promise((done) => setTimeout(done, 100))
    }
  })
})

it('a region of its own words: another glossary and tour, an example with a facet that it does not have is left out', () => withFolder(async (folder) => {
  const own = join(folder, 'own')
  await mkdir(own)
  await writeFile(join(own, 'glossary.tsv'), 'name\tzh\ten\tabout_zh\tabout_en\tsource\nkiln\t窑\tKiln\t烧瓷的炉。\tAn oven for ware.\t\n')
  const words = { zh: '词', en: 'Words' }
  await writeFile(join(own, 'tour.json'), JSON.stringify([{ name: 'one', label: words, about: words, examples: [{ ask: { q: '窑' }, says: words }, { ask: { flavour: 'x' }, says: words }, { ask: { linked: { q: 'zqnothing' } }, says: words }] }]))
  await ok(['init', '--data', join(folder, 'data'), '--region', own])
  await withNode(join(folder, 'data'), async (node) => {
    assert.deepEqual((await node.json('/api/v1/glossary', { q: 'yao' })).items.map((one) => one.label), ['窑'])
    const [step] = (await node.json('/api/v1/tour')).items
    assert.deepEqual(step.examples.map((one) => [one.params, one.total]), [[[['q', '窑']], 0], [[['linked', '']], 0]])
  }, { args: ['--region', own] })
  await writeFile(join(own, 'glossary.tsv'), 'name\tzh\ten\tabout_zh\tabout_en\tsource\nkiln\t窑\t\t烧瓷的炉。\tAn oven.\t\n')
  const { code, err } = await run(['serve', '--data', join(folder, 'data'), '--region', own, '--listen', '127.0.0.1:0'], { env: { LC_ALL: 'en_US.UTF-8' } })
  assert.notEqual(code, 0)
  assert.match(err, /glossary\.tsv: line 2/)
}))
