// A search that finds nothing says what would be found with less asked for; synonyms are looked for beside the words, said,
// and left out when asked to; mistakes in their file are named by line.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, run, withData, withFolder, withNode } from '../lib/node.mjs'

const keysOf = (answer) => answer.items.map((item) => item.key).sort()

it('says how to find something, with counts that hold', () => withData((data) => withNode(data, async (node) => {
  const search = (query) => node.json('/api/v1/search', { lang: 'zh', ...query })
  const asks = [
    { q: '电子显微镜的自动检测方法研究' },
    { q: '机器人 焊接 水产 肿瘤' },
    { q: '机器人', area: '440600', type: 'policy' },
    { q: '中山大学 类型:专利' },
    { q: '机器人 year:1900..1901' },
  ]
  const ways = new Set()
  for (const query of asks) {
    const answer = await search(query)
    assert.equal(answer.total, 0, JSON.stringify(query))
    assert.ok(answer.relaxed.length > 0, JSON.stringify(query))
    for (const one of answer.relaxed) {
      ways.add(one.how)
      const less = { ...query, q: one.q, match: one.match }
      if (one.filter) delete less[one.filter]
      assert.equal((await search(less)).total, one.total, JSON.stringify(one))
      assert.ok(one.total > 0)
      assert.equal(one.part === null, one.how === 'pieces')
    }
  }
  assert.deepEqual([...ways].sort(), ['filter', 'pieces', 'word'])
  const { relaxed } = await search({ q: '机器人', type: 'policy', area: '440600' })
  assert.deepEqual(relaxed.map((one) => [one.filter, one.part]), [['type', '政策']])
  const [first] = (await search({ q: '扫描电子显微镜的自动检测', match: 'pieces' })).items
  assert.match(first.title, /扫描电子显微镜/, 'the closest first')
  assert.deepEqual((await search({ q: '机器人' })).relaxed, [], 'only where nothing is found')
  assert.deepEqual((await search({ q: 'zqzqzq' })).relaxed, [], 'nothing helps')
  const first5 = await search({ q: '示例 研究 方法', match: 'pieces', limit: 5 })
  const more = await (await node.fetch(first5.next)).json()
  assert.equal(more.items.length, 5)
  assert.ok(keysOf(more).every((key) => !keysOf(first5).includes(key)), 'pages go on')
  assert.equal((await node.fetch('/api/v1/search?q=x&match=odd')).status, 400)
  assert.equal((await node.fetch('/api/v1/search?q=x&syn=2')).status, 400)
})))

const ROWS = ['电镜观察', '扫描电子显微镜', '冷冻电子显微镜技术', 'SEM images', 'semantic web', '中山大学', '山东大学']

it('looks for synonyms beside the words, the word itself first, and says so', () => withFolder((folder) => withData(async (data) => {
  const file = join(folder, 'papers.csv')
  await writeFile(file, `title\n${ROWS.join('\n')}\n`)
  await ok(['import', '--data', data, '--type', 'paper', file])
  await withNode(data, async (node) => {
    const search = (query) => node.json('/api/v1/search', { lang: 'zh', ...query })
    const titles = (answer) => answer.items.map((item) => item.title)
    const lens = await search({ q: '电镜' })
    assert.equal(titles(lens)[0], '电镜观察')
    assert.deepEqual(titles(lens).sort(), ['冷冻电子显微镜技术', '扫描电子显微镜', '电镜观察'])
    assert.deepEqual(lens.query.synonyms, [{ word: '电镜', also: '电子显微镜' }])
    assert.equal(lens.query.understood, '电镜')
    assert.ok(lens.items.some((item) => item.highlight.title.includes('\u0002电子显微镜\u0003')), 'they are marked')
    assert.deepEqual(titles(await search({ q: '冷冻电镜' })), ['冷冻电子显微镜技术'], 'inside a longer word')
    assert.deepEqual(titles(await search({ q: 'SEM' })).slice(0, 1), ['SEM images'])
    assert.ok(titles(await search({ q: 'SEM' })).includes('扫描电子显微镜'))
    assert.ok(!titles(await search({ q: '扫描电子显微镜' })).includes('semantic web'), 'a synonym is a whole word')
    assert.deepEqual(titles(await search({ q: '中大' })), ['中山大学'], 'one way, and only where it is the whole word')
    assert.deepEqual((await search({ q: '中山大学' })).query.synonyms, [])
    for (const literal of [{ q: '电镜', syn: '0' }, { q: '"电镜"' }]) {
      const answer = await search(literal)
      assert.deepEqual([titles(answer), answer.query.synonyms], [['电镜观察'], []])
    }
    const none = await search({ q: '中大', syn: '0' })
    assert.deepEqual(none.relaxed.map((one) => [one.how, one.total]), [['synonyms', 1]])
    const excluded = await search({ q: '显微镜 NOT 电镜' })
    assert.deepEqual(titles(excluded), [], 'who excludes a word excludes what it is also called')
  })
  const count = async (query, env) => JSON.parse(await ok(['search', '--data', data, query, '--json'], { env })).items.map((item) => item.key)
  for (const query of ['电镜', 'SEM', '冷冻电镜 OR 中大', '电镜 观察']) {
    assert.deepEqual(await count(query, { XIETONG_SEARCH_ENGINE: 'fts5' }), await count(query, {}), query)
  }
}, [])))

it('names the line of a mistake in the file of synonyms', () => withFolder(async (folder) => {
  const cases = [
    ['~\ta\tb', /how|~/], ['=\ta', /1 to 8|1 至 8/], ['=\t，\tb', /must hold letters|须含文字/], ['=\ta\tA', /repeated|重复/],
    [`>\ta\t${'x'.repeat(101)}`, /100/], ['=\ta\tb\n=\tb\ta', /repeated|重复/], [`>\ta\t${'b；c；'.repeat(5)}`, /8/],
  ]
  const region = join(folder, 'region')
  await mkdir(region)
  for (const [rows, reason] of cases) {
    await writeFile(join(region, 'synonyms.tsv'), `# 同义词\nhow\tword\talso\n=\tx\ty\n${rows}\n`)
    const result = await run(['openapi', '--region', region], { env: { LC_ALL: 'C.UTF-8' } })
    assert.notEqual(result.code, 0, rows)
    assert.match(result.err, rows.includes('\n') ? /synonyms\.tsv: line 5/ : /synonyms\.tsv: line 4/, rows)
    assert.match(result.err, reason, rows)
  }
  await writeFile(join(region, 'synonyms.tsv'), 'how\tword\talso\n')
  await ok(['openapi', '--region', region])
}))
