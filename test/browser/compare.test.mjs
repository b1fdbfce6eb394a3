// Records side by side: marks on cards and record pages, at most five, what differs, what is equal hidden, CSV, print, and records
// that are gone; at three widths and by keyboard.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 90_000 }
let browser, folder, node, fixture
const REFUSED = /status of (404|410|500)/

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node, fixture] = await Promise.all([launch(), Node.start(data), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop(), fixture?.close()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

const some = async (type, limit) => (await node.json('/api/v1/search', { type, limit, sort: 'title' })).items
const address = (items, more = '') => `/compare?lang=zh&${items.map((one) => `key=${one.key}`).join('&')}${more}`
const paper = (n) => `paper/01J8ZZZZZZ${String(n).padStart(16, '0')}`

test('marks from cards and record pages, five at most, and the sixth is refused in words', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?type=instrument&sort=title&lang=zh')
    const mark = (i) => page.locator('.compare-mark').nth(i)
    await mark(0).focus()
    await page.keyboard.press('Enter')
    assert.equal(await mark(0).getAttribute('aria-pressed'), 'true')
    for (const i of [1, 2, 3]) await mark(i).click()
    assert.match(await text(page, '.compare-bar'), /已标 4 条，最多 5 条/)
    // The fifth on its own page; the marks stay while pages change, and after a reload.
    await page.locator('[data-result]').nth(4).click()
    await page.waitForSelector('.record-head .compare-mark')
    await page.reload()
    await idle(page)
    await page.locator('.record-head .compare-mark').click()
    assert.match(await text(page, '.compare-bar'), /已标 5 条/)
    await assertAccessible(page, 'record with marks')
    await page.goBack()
    await idle(page)
    const title = await text(page, 'li:nth-child(6) > .card h2')
    await mark(5).click()
    assert.equal(await mark(5).getAttribute('aria-pressed'), 'false')
    assert.match(await text(page, '.compare-bar'), new RegExp(`最多对比 5 条，“${title.slice(0, 6)}.*没有加入`, 's'))
    await page.setViewportSize({ width: 360, height: 740 })
    await assertFits(page, 'marks at 360')
    await assertAccessible(page, 'marks at 360')
    await page.getByRole('link', { name: '并排对比' }).click()
    await page.waitForSelector('.compare-scroll > table > thead th:nth-child(6)')
    assert.equal(new URL(page.url()).searchParams.getAll('key').length, 5)
    assert.equal(await page.locator('.compare-bar').count(), 0)
    await page.getByRole('link', { name: /^移出/ }).first().click()
    await page.waitForFunction(() => document.querySelectorAll('.compare-scroll > table > thead th').length === 5)
    await page.goBack()
    await page.waitForFunction(() => document.querySelectorAll('.compare-scroll > table > thead th').length === 6)
  }))

test('fields side by side: what differs is marked, what is equal can be hidden, and all is saved', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    const items = await some('instrument', 3)
    const records = await Promise.all(items.map(({ key }) => node.json(`/api/v1/records/${key}`)))
    await open(page, address(items))
    assert.deepEqual(await page.locator('.compare-scroll > table > thead th a:not(.drop)').allInnerTexts(), records.map((one) => one.title))
    const type = (await node.json('/api/v1/types')).items.find((one) => one.type === 'instrument')
    const filled = type.fields.filter((field) => field.name !== type.title && records.some((one) => one.body[field.name] !== undefined))
    assert.equal(await page.locator('.compare-scroll > table > tbody > tr').count(), new Set(filled.map((one) => one.label.zh)).size)
    const differ = filled.filter((field) => new Set(records.map((one) => JSON.stringify(one.body[field.name] ?? null))).size > 1)
    assert.ok(differ.length > 2 && differ.length < filled.length)
    assert.equal(await page.locator('.compare-scroll tr.differs').count(), differ.length)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await assertFits(page, `compare at ${width}`)
      await assertAccessible(page, `compare at ${width}`)
    }
    await page.getByLabel(`隐藏相同的 ${filled.length - differ.length} 行`).press('Space')
    await page.waitForFunction((num) => document.querySelectorAll('.compare-scroll > table > tbody > tr').length === num, differ.length)
    assert.equal(new URL(page.url()).searchParams.get('equal'), 'hide')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 CSV' }).click()])
    const lines = (await readFile(await file.path(), 'utf8')).replace(/^\uFEFF/, '').trim().split('\r\n')
    assert.equal(lines.length, differ.length + 3, 'head, type, rows, addresses')
    assert.match(lines.at(-1), new RegExp(records[0].key))
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 1000, height: 1400 })
    await assertFits(page, 'print')
    assert.equal(await page.getByRole('button', { name: '下载 CSV' }).isVisible(), false)
  }))

test('fields of different types are joined by what they are called', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    const items = [...await some('paper', 1), ...await some('patent', 1)]
    await open(page, address(items))
    const rows = await page.locator('.compare-scroll > table > tbody > tr > th').allInnerTexts().then((all) => all.map((one) => one.replace(/[≠\s]|不同/g, '')))
    assert.equal(rows.filter((one) => one === '摘要').length, 1)
    assert.deepEqual(rows.filter((one, i) => rows.indexOf(one) !== i), [])
    const abstract = page.locator('.compare-scroll > table > tbody > tr').nth(rows.indexOf('摘要'))
    assert.equal(await abstract.locator('.prose').count(), 2)
  }))

test('one alone, none, too many, gone, failing and slow ones', LIMIT, () =>
  withPage(browser, fixture.url, async (page) => {
    await open(page, '/compare?lang=zh&key=')
    assert.match(await text(page, 'main'), /还没有要对比的记录/)
    await assertAccessible(page, 'nothing to compare')
    await open(page, `/compare?key=${paper(1)}`)
    assert.match(await text(page, 'main'), /只有一条记录/)
    await open(page, `/compare?${[1, 2, 3, 4, 5, 6].map((n) => `key=${paper(n)}`).join('&')}`)
    assert.match(await text(page, '[role=alert]'), /6 条记录，一次最多比 5 条/)
    assert.equal(await page.locator('.compare-scroll > table > thead th').count(), 6)
    await open(page, `/compare?key=${paper(1)}&key=${paper(404)}&key=${paper(410)}`)
    assert.deepEqual(await page.locator('.compare-failed strong').allInnerTexts(), ['没有这条记录', '这条记录已删除'])
    await assertAccessible(page, 'gone ones')
    await page.getByRole('link', { name: '移出', exact: true }).first().click()
    await page.waitForFunction(() => document.querySelectorAll('.compare-failed li').length === 1)
    await open(page, `/compare?key=${paper(901)}&key=${paper(902)}`)
    await page.setViewportSize({ width: 360, height: 740 })
    await assertFits(page, 'long texts at 360')
    assert.equal(await page.evaluate(() => window.planted), undefined)
  }, { expected: REFUSED }))
