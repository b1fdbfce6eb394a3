// Suggestions of the whole program: by characters, pinyin, initials and both mixed, of the region's tables and of records;
// with both engines; as records come, change and go; bounded and told when wrong.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, run, withData, withFolder, withNode } from '../lib/node.mjs'

const plain = (text) => text.replace(/[\u0002\u0003]/g, '')
const marked = (text) => [...text.matchAll(/\u0002([^\u0003]*)\u0003/g)].map((match) => match[1])

async function suggest(node, q, more = {}) {
  const { items, complete } = await node.json('/api/v1/suggest', { q, lang: 'zh', ...more })
  assert.equal(typeof complete, 'boolean') // a busy machine may run out of the time it has for titles
  for (const item of items) {
    assert.equal(marked(item.marked).length, 1, JSON.stringify(item))
    assert.ok(plain(item.marked).startsWith(item.label))
  }
  return items
}

const labels = (items, kind) => items.filter((item) => item.kind === kind).map((item) => item.label)

it('knows types, places, terms and titles by characters, pinyin and initials', () => withData((data) => withNode(data, async (node) => {
  for (const typed of ['中山大学', '中山大', 'zhongshandaxue', 'zhong shan da xue', 'zhongshand', 'zsdx', 'zhshdx', 'zhongshdx', '中山dax', '中山dx']) {
    const [first] = (await suggest(node, typed)).filter((item) => item.kind === 'record')
    assert.equal(first?.label, '中山大学', typed)
    assert.match(first.key, /^organisation\//)
    assert.equal(first.note, '机构')
    assert.match(first.label, new RegExp(`^${marked(first.marked)[0]}`))
  }
  assert.deepEqual(marked((await suggest(node, 'zhongs')).find((item) => item.label === '中山大学').marked), ['中山'])
  for (const typed of ['仪器', 'yiqi', 'yqsb', 'instr']) {
    const [type] = (await suggest(node, typed)).filter((item) => item.kind === 'type')
    assert.deepEqual([type?.label, type?.facet, type?.value], ['仪器设备', 'type', 'instrument'], typed)
  }
  const [city, ...others] = (await suggest(node, 'gz')).filter((item) => item.kind === 'place')
  assert.deepEqual([city.facet, city.value, city.note], ['area', '440100', '广东省'])
  assert.ok(others.length > 0)
  assert.deepEqual(labels(await suggest(node, 'chongqing'), 'place')[0], '重庆市')
  assert.deepEqual(labels(await suggest(node, 'guzhen'), 'place')[0], '古镇镇', 'a town')
  const former = (await suggest(node, '密云县')).find((item) => item.kind === 'place')
  assert.equal(former.marked, '密云区（\u0002密云县\u0003）', 'what it was called before')
  const [term] = (await suggest(node, 'cailiaokexue')).filter((item) => item.kind === 'term')
  assert.deepEqual([term.label, term.facet, term.note], ['材料科学', 'subject', '学科'])
  assert.equal((await suggest(node, 'Guangzhou', { lang: 'en' })).find((item) => item.kind === 'place').label, 'Guangzhou')
  assert.deepEqual(await suggest(node, ''), [])
  assert.deepEqual(await suggest(node, '，。'), [])
  assert.deepEqual(await suggest(node, 'qqqqqqqq'), [])
  assert.deepEqual(await suggest(node, '"title:() OR *'.repeat(5)), [], 'signs are no query language')
  assert.ok((await suggest(node, '示例', { limit: 3 })).filter((item) => item.kind === 'record').length === 3)
  const patents = await suggest(node, '示例', { type: 'patent' })
  assert.ok(patents.length > 0 && patents.every((item) => item.type === 'patent'))
  for (const [query, field] of [['q=x&limit=21', 'limit'], ['q=x&type=nothing', 'type'], [`q=${'x'.repeat(201)}`, 'q'], ['q=x&odd=1', 'odd']]) {
    const answer = await node.fetch(`/api/v1/suggest?${query}`)
    assert.equal(answer.status, 400, query)
    assert.equal((await answer.json()).problems[0].field, field)
  }
})))

const TITLES = [
  ['organisation', 'kind,name', ['电子显微镜中心', '西安电子科技大学', '先进电子研究所', '粤电子']],
  ['paper', 'title', ['电子', '电子显微', '电子显微镜', '电子显微镜', '透射电子显微镜的长标题研究', 'Electron microscopy of steel', 'SEM 图像分析', '西安碑林', '先进制造', '重庆重工']],
]

async function titles(data, folder) {
  for (const [type, head, list] of TITLES) {
    const file = join(folder, `${type}.csv`)
    await writeFile(file, `${head}\n${list.map((title) => head === 'title' ? title : `university,${title}`).join('\n')}\n`)
    await ok(['import', '--data', data, '--type', type, file])
  }
}

/** The titles that a command suggests. */
async function said(data, typed, env = {}) {
  const out = await ok(['suggest', typed, '--data', data, '--limit', '20'], { env: { LC_ALL: 'zh_CN.UTF-8', ...env } })
  return out.trimEnd().split('\n').filter((line) => /^(paper|organisation)\//.test(line)).map((line) => plain(line.split('  ').slice(2).join('  ')))
}

it('puts what begins so first, short before long, papers behind, the very title in front, equal titles once', () => withFolder((folder) => withData(async (data) => {
  await titles(data, folder)
  const wanted = {
    电子: ['电子', '电子显微镜中心', '电子显微', '电子显微镜', '粤电子', '先进电子研究所', '西安电子科技大学', '透射电子显微镜的长标题研究'],
    dianzi: ['电子', '电子显微镜中心', '电子显微', '电子显微镜', '粤电子', '先进电子研究所', '西安电子科技大学', '透射电子显微镜的长标题研究'],
    dzxw: ['电子显微镜中心', '电子显微', '电子显微镜', '透射电子显微镜的长标题研究'],
    电子显微镜: ['电子显微镜', '电子显微镜中心', '透射电子显微镜的长标题研究'],
    xian: ['西安电子科技大学', '先进电子研究所', '西安碑林', '先进制造'],
    chongqing: ['重庆重工'],
    zhonggong: ['重庆重工'],
    electron: ['Electron microscopy of steel'],
    'electron mic': ['Electron microscopy of steel'],
    micro: ['Electron microscopy of steel'],
    sem图: ['SEM 图像分析'],
  }
  for (const [typed, list] of Object.entries(wanted)) {
    const found = await said(data, typed)
    if (typed === 'xian') assert.deepEqual(found.slice(0, 4).sort(), list.sort(), typed)
    else assert.deepEqual(found, list, typed)
  }
  const ours = []
  for (const typed of Object.keys(wanted)) ours.push(await said(data, typed))
  const theirs = []
  for (const typed of Object.keys(wanted)) theirs.push(await said(data, typed, { XIETONG_SEARCH_ENGINE: 'fts5' }))
  assert.deepEqual(theirs, ours, 'both engines')
}, [])))

it('hears of records as they come, change and go', () => withFolder((folder) => withData((data) => withNode(data, async (node) => {
  const file = join(folder, 'one.jsonl')
  const put = async (name) => {
    await writeFile(file, `${JSON.stringify({ name, kind: 'university' })}\n`)
    await ok(['import', '--data', data, '--type', 'organisation', file])
  }
  await put('奇异果研究院')
  const found = await node.until(async () => (await suggest(node, 'qyg')).find((item) => item.label === '奇异果研究院'))
  await ok(['delete', '--data', data, found.key])
  await node.until(async () => (await suggest(node, 'qyg')).every((item) => item.label !== '奇异果研究院'))
}), [])))

it('does not find sounds where words are asked for', () => withData(async (data) => {
  const count = async (query) => JSON.parse(await ok(['search', '--data', data, query, '--json'])).total
  assert.ok(await count('中山大学') > 0)
  assert.equal(await count('zhongshandaxue'), 0)
  assert.equal(await count('zhong shan'), 0)
  assert.equal((await run(['suggest', '--data', data, 'x', '--limit', '99'])).code, 2)
  assert.equal((await run(['suggest', '--data', data, 'x', '--type', 'nothing'])).code, 2)
}))
