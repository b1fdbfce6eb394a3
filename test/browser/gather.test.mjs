// What records and topics gather: every number is that of the search it opens to; the keyboard reaches the network; nothing, slow and
// failing; at three widths, in both languages.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'
import { load } from './lib/load.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 120_000 }
const LONE = '示例·孤立机构 "引号" 研究所'
let browser, folder, node, fixture

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample'])
  await writeFile(join(folder, 'lone.jsonl'), JSON.stringify({ name: LONE, kind: 'university' }))
  await ok(['import', '--data', data, '--type', 'organisation', join(folder, 'lone.jsonl')]);
  [browser, node, fixture] = await Promise.all([launch(), Node.start(data), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop(), fixture?.close()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

const total = async (href) => {
  const url = new URL(href, node.url)
  return (await node.json(`/api/v1/search?limit=0&${url.searchParams}`)).total
}
/** The record of a type that gathers most. */
async function richest(type, query) {
  const { items } = await node.json('/api/v1/search', { type, limit: 40 })
  const counted = await Promise.all(items.map(async (one) => [(await node.json('/api/v1/search', { limit: 0, ...query(one) })).total, one]))
  return counted.sort((a, b) => b[0] - a[0])[0][1]
}
async function shown(page, path) {
  await open(page, path)
  await page.locator('.gather-here, .gather').first().scrollIntoViewIfNeeded()
  await page.waitForSelector('.gather .chart, .gather .empty')
  await idle(page)
}

/** Every link with a number: the search finds as many. */
async function numbersHold(page, what) {
  const links = await page.locator('.gather a[href^="/search"]').evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.getAttribute('aria-label') ?? one.textContent]))
  assert.ok(links.length > 5, `${what}: ${links.length} links`)
  for (const [href, words] of links) {
    const said = Number(/([\d,]+)(?: 条| records?|$)/.exec(words.replace(/：[^：]*含本条/, ''))?.[1]?.replaceAll(',', '') ?? /([\d,]+) 条/.exec(words)?.[1])
    assert.equal(await total(href), said, `${what}: ${words} ${href}`)
  }
}

for (const [type, query] of [['organisation', (one) => ({ organisation: one.title })], ['person', (one) => ({ linked: one.key })], ['specialised-town', (one) => ({ linked: one.key })],
  ['cluster', (one) => ({ q: one.title })], ['area', (one) => ({ q: one.title })]]) {
  test(`${type}: what it gathers adds up, fits and is accessible`, LIMIT, () => withPage(browser, node.url, async (page) => {
    const record = await richest(type, query)
    await shown(page, `/records/${record.key}?lang=zh`)
    await numbersHold(page, type)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await idle(page)
      await assertFits(page, `${type} at ${width}`)
      await page.evaluate(() => window.scrollTo(0, 0)) // else the head that stays covers a part of what is measured
      if (width !== 768) await assertAccessible(page, `${type} at ${width}`)
    }
  }))
}

test('partners: the keyboard reaches each, and the search it opens names both', LIMIT, () => withPage(browser, node.url, async (page) => {
  const record = await richest('organisation', (one) => ({ organisation: one.title }))
  await shown(page, `/records/${record.key}?lang=zh`)
  const nodes = page.locator('.network a')
  const count = await nodes.count()
  assert.ok(count >= 2 && count <= 24)
  assert.equal(await page.locator('.network .centre').count(), 1)
  await nodes.first().focus()
  const label = await nodes.first().getAttribute('aria-label')
  await page.keyboard.press('Tab')
  if (count > 1) assert.equal(await page.evaluate(() => document.activeElement.closest('.network') !== null), true)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.results .total strong')
  await idle(page)
  assert.match(await text(page, '.total'), new RegExp(`共 ${/(\d+) 条/.exec(label)[1]} 条`))
  const { items } = await node.json(`/api/v1/search?limit=50&${new URL(page.url()).searchParams}`)
  for (const item of items.slice(0, 5)) assert.match(JSON.stringify(await node.json(`/api/v1/records/${item.key}`)), new RegExp(record.title))
  await page.goBack()
  await page.waitForSelector('.gather-here')
}))

test('a person gathers what links to him: results say so and let go of it', LIMIT, () => withPage(browser, node.url, async (page) => {
  const record = await richest('person', (one) => ({ linked: one.key }))
  await shown(page, `/records/${record.key}?lang=zh`)
  await page.locator('.gather p a').first().click()
  await page.waitForSelector('.results .chip')
  await idle(page)
  assert.match(await text(page, '.chips'), new RegExp(`关联到一条记录.*${record.title}`, 's'))
  const all = (await node.json('/api/v1/search', { linked: record.key, limit: 0 })).total
  assert.match(await text(page, '.total'), new RegExp(`共 ${all} 条`))
  await page.click('.facets a:has-text("论文")')
  await idle(page)
  assert.equal(new URL(page.url()).searchParams.get('linked'), record.key)
  await page.locator('.chip').first().click()
  await idle(page)
  assert.equal(new URL(page.url()).searchParams.get('linked'), null)
}))

test('an organisation that nothing names says what would be here', LIMIT, () => withPage(browser, node.url, async (page) => {
  const { items } = await node.json('/api/v1/search', { q: 'title:孤立机构', type: 'organisation' })
  await shown(page, `/records/${items[0].key}?lang=zh`)
  assert.match(await text(page, '.gather .empty'), /还没有与此有关的其他记录[\s\S]*引号/)
  assert.equal(await page.locator('.gather .chart').count(), 0)
  await assertAccessible(page, 'nothing gathered')
}))

test('topics: label, what is above and below, and all adds up', LIMIT, () => withPage(browser, node.url, async (page) => {
  await shown(page, '/topics/subject/510?lang=zh')
  assert.match(await text(page, 'h1'), /电子与通信技术/)
  assert.match(await page.title(), /^电子与通信技术 · 学科/)
  await numbersHold(page, 'topic')
  const below = page.locator('.topic-below li', { hasText: '光电子学' })
  const said = Number((await below.locator('.quiet').innerText()))
  assert.equal(said, await total(`/search?subject=${(await below.locator('a').getAttribute('href')).split('/').pop()}`))
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await idle(page)
    await assertFits(page, `topic at ${width}`)
    await assertAccessible(page, `topic at ${width}`)
  }
  await below.locator('a').click()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent.includes('光电子学'))
  await page.getByRole('navigation', { name: '上级' }).getByRole('link').click()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent.includes('电子与通信技术'))
}))

test('a topic that there is none of is not found, and says so', LIMIT, () => withPage(browser, node.url, async (page) => {
  assert.equal((await page.goto('/topics/nothing/1')).status(), 404)
  await idle(page)
  assert.match(await text(page, 'h1'), /没有“nothing”这样的主题/)
}, { expected: /status of 404/ }))

test('in English, dark', LIMIT, () => withPage(browser, node.url, async (page) => {
  await shown(page, '/topics/subject/510?lang=en')
  const own = await page.locator('.gather h2, .gather summary, .topic-below h2, .gather .chart-foot span').allInnerTexts()
  assert.doesNotMatch(own.join(' ').replace(/Electronics[^:]*/, ''), /[\u4e00-\u9fff](?!.*示例)/)
  await assertAccessible(page, 'English topic')
}, { dark: true }))

test('slow and failing', LIMIT, () => withPage(browser, fixture.url, async (page) => {
  await page.goto('/topics/subject/slow?lang=zh')
  await page.waitForSelector('.gather-bones')
  assert.equal(await page.locator('.gather').getAttribute('aria-busy'), 'true')
  await open(page, '/topics/subject/fail?lang=zh')
  await page.waitForSelector('.gather .error-note')
  assert.match(await text(page, '.gather .error-note'), /planted failure/)
  await assertAccessible(page, 'failing')
}, { expected: /status of (404|500)/ }))

test('the layout is the same each time, within its box, and apart', async () => {
  const { layout } = await load('gather/network.ts')
  for (const count of [0, 1, 2, 9, 25]) {
    const edges = Array.from({ length: count * 2 }, (_, i) => ({ from: i % count, to: (i * 7 + 1) % count, weight: 1 + (i % 5) })).filter((one) => one.from !== one.to)
    const [first, second] = [layout(count, edges, 0, 400, 300), layout(count, edges, 0, 400, 300)]
    assert.deepEqual(first, second)
    for (const { x, y } of first) assert.ok(x >= -1e-9 && x <= 400 + 1e-9 && y >= -1e-9 && y <= 300 + 1e-9)
    for (let i = 0; i < count; i += 1) for (let k = i + 1; k < count; k += 1) assert.ok(Math.hypot(first[i].x - first[k].x, first[i].y - first[k].y) > 8, `${count}: ${i} ${k}`)
  }
})

test('values in queries keep their quotation marks out of the way', async () => {
  const { quoted, searchOf } = await load('gather/scope.ts')
  assert.equal(quoted('中山大学'), '"中山大学"')
  assert.equal(quoted('a "b"'), '「a "b"」')
  for (const [value, wanted] of [['广东“小巨人”协会', '「广东“小巨人”协会」'], ['a＂b', '「a＂b」'], ['“甲”「乙」', '『“甲”「乙」』']]) assert.equal(quoted(value), wanted)
  const scope = { facet: 'organisation', value: 'x y', linked: '', show: [], itself: '' }
  assert.deepEqual(searchOf(scope, { type: ['paper'] }), { organisation: 'x y', type: 'paper' })
  assert.deepEqual(searchOf(scope, { organisation: ['z'] }), { q: 'organisation:"x y"', organisation: 'z' })
  assert.deepEqual(searchOf({ ...scope, facet: '', value: '', linked: 'person/1' }, { year: ['2020'] }), { linked: 'person/1', year: '2020' })
})

test('the map is known before one is read: of cities it is the province, else the country', async () => {
  const { mapWith } = await load('measure/places.ts')
  assert.equal(mapWith(['440000', '440100', '440300']), 'guangdong')
  assert.equal(mapWith(['440000', '110000']), 'china')
  assert.equal(mapWith(['100000', '440000', '440100', '440106']), null, 'a city, what is above and what is below')
})
