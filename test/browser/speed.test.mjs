// What makes the pages quick, without a clock: what a first view weighs, that nothing jumps when the application takes the place of
// what was served, that what was typed meanwhile stays, and what Lighthouse says of accessibility and best practice.
// time limit: 400 s
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { idle, launch, open, withPage } from './lib/browser.mjs'
import { noLighthouse, shortOf, startLighthouse } from './lib/lighthouse.mjs'
import { weighFirstView } from './lib/weigh.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 120_000 }
const SCRIPT_MOST = 150_000 // bytes, compressed
const SHIFT_MOST = 0.02 // of the 0.1 that is called good
let browser, folder, node, pages

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample'])
  ;[browser, node] = await Promise.all([launch(), Node.start(data)])
  const { items } = await node.json('/api/v1/search', { q: '示例', limit: 1 })
  pages = ['/', '/search?q=示例', `/records/${items[0].key}`, '/overview', '/indexes/specialised-town']
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

const shown = (page) => page.waitForSelector('main:not(.served) h1', { timeout: 30_000 })

test('a first view weighs less than 150 kB of compressed script', LIMIT, async () => {
  for (const path of pages) {
    await withPage(browser, node.url, async (page) => {
      await page.goto(path, { waitUntil: 'commit' })
      await shown(page)
      const { script, style } = await page.evaluate(weighFirstView, 1e9)
      assert.ok(script > 20_000 && script < SCRIPT_MOST, `${path}: ${script} bytes`)
      assert.ok(style > 5_000, `${path}: the sheet is part of it, ${style} bytes`)
    })
  }
})

test('the page’s own scripts are named in its head, and are those that it takes', LIMIT, async () => {
  for (const path of pages) {
    const html = await (await node.fetch(path)).text()
    const named = [...html.matchAll(/<link rel="modulepreload" crossorigin href="([^"]+)">/g)].map((match) => match[1])
    assert.ok(named.length > 0, path)
    assert.equal(new Set(named).size, named.length, path)
    for (const file of named) assert.equal((await node.fetch(file)).status, 200, file)
    await withPage(browser, node.url, async (page) => {
      const asked = []
      page.on('request', (request) => asked.push(request))
      await page.goto(path, { waitUntil: 'commit' })
      await shown(page)
      const scripts = asked.filter((one) => one.resourceType() === 'script').map((one) => new URL(one.url()).pathname)
      for (const file of named) assert.ok(scripts.includes(file), `${path} was to take ${file}`)
    })
  }
})

test('nothing jumps when the application takes the place of what was served', LIMIT, async () => {
  for (const [width, height] of [[1350, 940], [412, 823]]) {
    for (const path of pages) {
      await withPage(browser, node.url, async (page) => {
        await page.addInitScript(() => {
          window.shift = 0
          new PerformanceObserver((list) => {
            for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value
          }).observe({ type: 'layout-shift', buffered: true })
        })
        await open(page, path)
        await shown(page)
        await idle(page)
        const shift = await page.evaluate(() => window.shift)
        assert.ok(shift <= SHIFT_MOST, `${path} at ${width}: ${shift}`)
      }, { width, height })
    }
  }
})

test('words that are typed before the application has started stay, with their cursor', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    for (const path of pages.slice(0, 2)) {
      let go
      const may = new Promise((done) => { go = done })
      await page.route(/\/assets\/index-.*\.js/, (route) => may.then(() => route.continue()))
      await page.goto(path, { waitUntil: 'commit' })
      const box = page.locator('main.served').locator('xpath=..').locator('input[name=q]')
      await box.fill('示例机构')
      await box.evaluate((one) => one.setSelectionRange(2, 2))
      const asked = page.waitForRequest('**/api/v1/suggest?*')
      go()
      await shown(page)
      const now = await page.evaluate(() => [document.activeElement.name, document.activeElement.value, document.activeElement.selectionStart])
      assert.deepEqual(now, ['q', '示例机构', 2], path)
      await asked // and bring suggestions like any others
      await page.unrouteAll()
    }
  }))

test('what is served stays where the page’s own script does not come', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.route(/\/assets\/ResultsPage-.*\.js/, (route) => route.abort())
    // As after the one time that the page is taken anew, lest parts of an older one are missing.
    await page.addInitScript(() => sessionStorage.setItem('xietong.reloaded', location.pathname + location.search))
    await page.goto(pages[1])
    await idle(page)
    assert.ok(await page.locator('main.served article, main.served h2').count() > 0)
    assert.equal(await page.locator('main').count(), 1)
  }, { expected: /ERR_FAILED|dynamically imported module|Unable to preload/ }))

test('Lighthouse: nothing is short of 100 in accessibility and best practice', { timeout: 240_000, skip: noLighthouse }, async () => {
  const lighthouse = await startLighthouse()
  try {
    for (const path of pages) {
      const categories = ['accessibility', 'best-practices']
      const report = await lighthouse.audit(node.url + path, { preset: 'desktop', categories })
      for (const category of categories) assert.deepEqual(shortOf(report, category), [], `${path}: ${category} ${report.categories[category].score}`)
    }
  } finally {
    await lighthouse.close()
  }
})
