// The main story against the program itself, with the sample region: come, find, narrow, open, follow, go back.
// time limit: 300 s
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bin, newFolder, Node, ok } from '../lib/node.mjs'
import { assertAccessible, assertFits, idle, launch, open, text, withPage } from './lib/browser.mjs'

const LIMIT = { timeout: 120_000 }
const skip = existsSync(bin) ? false : `no program at ${bin}`

describe('the sample region in the browser', { skip }, () => {
  let browser, node, folder

  before(async () => {
    folder = await newFolder()
    const data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample'])
    node = await Node.start(data)
    await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
    browser = await launch()
  }, LIMIT)

  after(async () => {
    try {
      await Promise.all([browser?.close(), node?.stop()])
    } finally {
      if (folder) await rm(folder, { recursive: true, force: true })
    }
  }, LIMIT)

  it('the first page counts what there is, and each count opens it', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, '/')
      const about = await node.json('/api/v1/node')
      assert.equal(await text(page, 'h1'), `${about.region.zh}协同创新资源目录`)
      assert.ok((await text(page, '.hero')).includes(about.name))
      assert.equal(await page.locator('.tiles a').count(), Object.values(about.counts).filter((count) => count > 0).length)
      const figure = Number((await text(page, '.tile .figure')).replaceAll(',', ''))
      await page.locator('.tiles a').first().click()
      await page.waitForURL(/\/search\?type=/)
      await idle(page)
      assert.match(await text(page, '.total'), new RegExp(`^共 ${figure.toLocaleString('en-US')} 条`))
      await page.goBack()
      await page.waitForSelector('.changes a')
      await assertAccessible(page, 'home')
    }))

  it('a two-character word, a filter that keeps its promise, a record, and back', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, '/')
      await page.fill('#q-home', '机器')
      await page.press('#q-home', 'Enter')
      await page.waitForURL(/\/search/)
      await idle(page)
      assert.ok(await page.locator('.card mark:has-text("机器")').count() > 0, 'hits are marked')
      const count = await text(page, '.facets .value .count')
      await page.locator('.facets .value').first().click()
      await idle(page)
      assert.match(await text(page, '.total'), new RegExp(`^共 ${count} 条`), 'the count of the facet is what one gets')
      await assertAccessible(page, 'results')
      const title = await text(page, '.card h2')
      const address = page.url()
      await page.locator('.card h2 a').first().click()
      await page.waitForSelector('.record-head h1')
      assert.equal(await text(page, 'h1'), title)
      await page.goBack()
      await page.waitForSelector('.card h2')
      assert.equal(page.url(), address)
      assert.equal(await text(page, '.card h2'), title)
    }))

  it('all types: a record is drawn, fits a phone, and axe finds nothing', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      const { items: types } = await node.json('/api/v1/types')
      const { counts } = await node.json('/api/v1/node')
      let seen = 0
      for (const type of types.filter((one) => counts[one.type] > 0)) {
        const { items: [first] } = await node.json('/api/v1/search', { type: type.type, limit: 1 })
        await page.setViewportSize({ width: 1440, height: 900 })
        await page.goto(`/records/${first.key}`)
        await page.waitForSelector('.versions li')
        assert.equal(await text(page, 'h1'), first.title)
        assert.equal(await text(page, '.record-head .tag'), type.label.zh)
        assert.ok(await page.locator('.fields dd').count() > 2, `${type.type} shows fields`)
        if (seen % 5 === 0) await assertAccessible(page, first.key)
        await page.setViewportSize({ width: 360, height: 740 })
        await assertFits(page, first.key)
        seen += 1
      }
      assert.ok(seen >= 5, `only ${seen} types have records`)
    }))

  it('links lead on, and what is linked shows where it is linked from', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      const { items } = await node.json('/api/v1/search', { type: 'instrument', limit: 1 })
      await open(page, `/records/${items[0].key}`)
      const link = page.locator('.record-body .fields a[href^="/records/"]').first()
      const name = (await link.innerText()).trim()
      await link.click()
      await page.waitForFunction((title) => document.querySelector('h1')?.innerText !== title, items[0].title)
      await page.waitForSelector('.linked')
      assert.ok((await text(page, 'h1')).length > 0, name)
      const tabs = await page.locator('.tabs a').count()
      assert.ok(tabs > 0)
      for (let i = 0; i < tabs; i += 1) {
        await page.locator('.tabs a').nth(i).click()
        await page.waitForSelector(`.tabs a:nth-child(${i + 1})[aria-current]`)
        assert.ok(await page.locator('.things li').count() > 0)
      }
    }))

  it('every page is served at its address, under a strict policy', LIMIT, async () => {
    for (const path of ['/', '/search?q=x', '/records/paper/none', '/types', '/help', '/no/such/page']) {
      const reply = await node.fetch(path)
      assert.match(reply.headers.get('content-type'), /^text\/html/, path)
      const policy = reply.headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'self'/, path)
      assert.doesNotMatch(policy, /unsafe/, path)
    }
  })

  it('no record, the types, and the help', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, '/records/paper/01J8ZZZZZZ0000000000000404')
      assert.equal(await text(page, 'h1'), '没有这条记录')
      await open(page, '/types')
      for (const link of (await page.locator('.type-head .row a').evaluateAll((all) => all.slice(0, 3).map((one) => one.getAttribute('href'))))) {
        assert.equal((await node.fetch(link)).status, 200, link)
      }
      await page.locator('summary').first().click()
      await assertAccessible(page, 'types')
      await open(page, '/help')
      await page.locator('.rules a').nth(2).click()
      await page.waitForURL(/\/search/)
      await idle(page)
      assert.equal(await page.locator('.ignored').count(), 0, 'the example of the help is understood')
    }, { expected: /status of 404/ }))

  it('in English', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, '/search?lang=en')
      assert.match(await text(page, '.total'), /records/)
      await assertAccessible(page, 'English results')
    }))
})
