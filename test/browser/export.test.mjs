// What is filtered can be taken away as a file, and forms to fill in are where the types are.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assertAccessible, assertFits, launch, open, WIDTHS, withPage } from './lib/browser.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

let browser, folder, node

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node] = await Promise.all([launch(), Node.start(data)])
}, { timeout: 90_000 })

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop()])
  await rm(folder, { recursive: true, force: true })
}, { timeout: 60_000 })

async function download(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
}

test('the results page exports exactly what is filtered, in the language of the page', { timeout: 90_000 }, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=示例&type=project&sort=title&lang=zh')
    const total = (await node.json('/api/v1/search', { q: '示例', type: 'project' })).total
    await page.getByText('导出', { exact: true }).click()
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await assertFits(page, `export at ${width}`)
      await assertAccessible(page, `export at ${width}`)
    }
    const csv = await download(page, () => page.getByRole('link', { name: /^CSV/ }).click())
    assert.match(csv.name, /^科技项目-\d{8}\.csv$/)
    const lines = csv.text.trim().split('\r\n')
    assert.match(lines[0], /^\uFEFF?_key,项目名称,/)
    assert.equal(lines.length, total + 1)
    assert.equal(await page.getByRole('link', { name: /^CSV/ }).isVisible(), false, 'the menu closes')

    await open(page, '/search?q=示例&type=project&sort=title&lang=en')
    await page.getByText('Export', { exact: true }).click()
    const json = await download(page, () => page.getByRole('link', { name: 'JSON Lines' }).click())
    assert.match(json.name, /^Project-\d{8}\.jsonl$/)
    assert.equal(json.text.trim().split('\n').length, total)
    await page.getByText('Export', { exact: true }).click()
    const book = await download(page, () => page.getByRole('link', { name: 'Excel workbook' }).click())
    assert.match(book.name, /\.xlsx$/)
  }))

test('nothing found offers nothing, and types offer their forms', { timeout: 60_000 }, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=zzzqqqxxx&lang=zh')
    assert.equal(await page.getByText('导出', { exact: true }).count(), 0)
    await open(page, '/types?lang=en')
    const form = await download(page, () => page.getByRole('link', { name: 'CSV template' }).first().click())
    assert.match(form.text, /^\uFEFF?_key,/)
    assert.doesNotMatch(form.text.split('\r\n')[0], /[一-龥]/)
  }))
