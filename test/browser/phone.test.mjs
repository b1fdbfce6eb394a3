// On a telephone: an engineer of a firm finds an instrument and who runs it, and an expert; an officer sees what a city has; both
// take what they found with them. With the program itself and the sample region, by touch.
// time limit: 300 s
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, text, withPage } from './lib/browser.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 120_000 }
const PHONE = { width: 360, height: 740, touch: true }
let browser, folder, node

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node] = await Promise.all([launch(), Node.start(data)])
  await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

/** A picture of each step where SHOTS names a folder. */
async function shot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `phone-${name}.png`) })
}

async function reads(page, name) {
  await idle(page)
  await assertFits(page, name)
  await assertAccessible(page, name)
  await shot(page, name)
}

test('five letters of pinyin and two touches lead to the instrument, its price, its hours and the person who runs it', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await page.locator('#q-home').tap()
    await page.keyboard.type('dzxwj')
    const found = page.getByRole('option', { name: /扫描电子显微镜/ })
    await found.waitFor()
    await shot(page, 'suggest')
    await found.tap()
    await page.waitForURL(/\/records\/instrument\//)
    await reads(page, 'instrument')
    assert.equal(await text(page, 'h1'), '示例·扫描电子显微镜')
    const first = await page.innerText('.key-facts')
    for (const word of ['南山区', '协议共享', '¥1,250.00', '周一至周五 8:30-17:30']) assert.ok(first.includes(word), `${word} stands first: ${first}`)
    const record = await page.innerText('main')
    for (const word of ['提前三个工作日预约', '创新券']) assert.ok(record.includes(word), word)
    await page.getByRole('link', { name: '示例专家04A' }).first().tap()
    await page.waitForURL(/\/records\/person\//)
    await reads(page, 'operator')
    assert.equal(await text(page, 'h1'), '示例专家04A')
    await page.goBack()
    await page.waitForURL(/\/records\/instrument\//)
    // With them: the reference.
    await page.getByRole('button', { name: '引用' }).tap()
    await page.getByRole('dialog').getByText(/扫描电子显微镜/).first().waitFor()
    await reads(page, 'cite')
  }, PHONE))

test('an expert of a field near a city: words, two filters, a person', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await page.locator('#q-home').tap()
    await page.keyboard.type('陶瓷')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search/)
    await reads(page, 'results')
    await page.getByRole('button', { name: /筛选/ }).tap()
    const drawer = page.locator('dialog.drawer')
    await drawer.waitFor()
    await reads(page, 'filters')
    const type = drawer.locator('.value', { hasText: '专家' })
    const count = Number((await type.locator('.count').innerText()).replace(/\D/g, ''))
    await type.tap()
    await page.waitForURL(/type=person/)
    await idle(page)
    await page.keyboard.press('Escape')
    assert.match(await text(page, '.total'), new RegExp(`^共 ${count} 条`))
    await reads(page, 'experts')
    await page.locator('.card h2 a').first().tap()
    await page.waitForURL(/\/records\/person\//)
    await reads(page, 'expert')
  }, PHONE))

test('what a city has, by type and on the map, opened to its records and taken as a table for Excel', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await page.getByRole('link', { name: /看总览/ }).tap()
    await page.waitForURL(/\/overview$/)
    await reads(page, 'overview')
    await page.locator('.place-rows a', { hasText: '佛山市' }).first().tap()
    await page.waitForURL(/area=440600/)
    await reads(page, 'city')
    const { total } = await node.json('/api/v1/search', { area: '440600', limit: 0 })
    assert.ok(total > 0)
    assert.ok((await page.innerText('main')).includes(`${total} 条`), 'the page says how many')
    await page.locator('a[href*="/search?"][href*="area=440600"][href*="type="]').first().tap()
    await page.waitForURL(/\/search\?.*area=440600/)
    await idle(page)
    const listed = Number(/^共 ([\d,]+) 条/.exec(await text(page, '.total'))[1].replaceAll(',', ''))
    await page.locator('.exports > summary').tap()
    await shot(page, 'export')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /GB18030 编码的 CSV/ }).first().tap()])
    const rows = new TextDecoder('gb18030').decode(await readFile(await file.path())).trim().split(/\r?\n/)
    assert.equal(rows.length - 1, listed, `${rows.length} lines of ${listed} records`)
    for (const title of await page.locator('.card h2').allInnerTexts()) assert.ok(rows.some((row) => row.includes(title.trim())), title)
  }, PHONE))
