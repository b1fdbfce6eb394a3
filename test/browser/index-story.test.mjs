// The story of an index against the program itself, with the sample region: from the list to the ranking, to a unit, to one of its
// figures as it was told; and a chart in the frame of another page.
// time limit: 300 s
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bin, newFolder, Node, ok } from '../lib/node.mjs'
import { assertAccessible, assertFits, idle, launch, open, text, withPage } from './lib/browser.mjs'

const LIMIT = { timeout: 120_000 }
const skip = existsSync(bin) ? false : `no program at ${bin}`
const TOWNS = '/indexes/specialised-town'

describe('the sample towns in the browser', { skip }, () => {
  let browser, node, folder, release

  before(async () => {
    folder = await newFolder()
    const data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample'])
    node = await Node.start(data)
    browser = await launch()
    release = await node.json(`/api/v1${TOWNS}/releases/current`)
  }, LIMIT)

  after(async () => {
    try {
      await Promise.all([browser?.close(), node?.stop()])
    } finally {
      if (folder) await rm(folder, { recursive: true, force: true })
    }
  }, LIMIT)

  it('from the list of indexes to a figure of a town as it was told', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, '/')
      await page.click('.doors a:has-text("看数据")')
      await page.click('.subtabs a:has-text("综合指数")')
      await page.waitForSelector('.index-card .leaders')
      await assertAccessible(page, 'indexes')
      await page.click('.index-card:has-text("专业镇创新指数") .button')
      await page.waitForSelector('.rank-table')
      await idle(page)
      assert.equal(await page.locator('.rank-table tbody tr').count(), 60)
      await assertAccessible(page, 'ranking')
      const row = release.data.units.findIndex(([, , period], i) => period === 2023 && release.ranks.index[i] === 2)
      const [code, name] = release.data.units[row]
      assert.equal(await page.locator('.rank-table tbody tr').nth(1).locator('th > a').first().innerText(), name)
      await page.click(`.rank-table a:has-text("${name}")`)
      await page.waitForSelector('.unit-table')
      await idle(page)
      assert.match(await text(page, '.page-head .lead'), /2023 年第 2 名，共 60 个单位/)
      await assertAccessible(page, 'unit')
      await page.setViewportSize({ width: 360, height: 740 })
      await assertFits(page, 'unit at 360')
      await page.click('.unit-table tr:has(a[href*="/indicators/A11"]) .open-number')
      await page.waitForURL(/\/observations\?/)
      await page.waitForSelector('.observations tbody tr')
      const cells = await page.locator('.observations tbody tr td').allInnerTexts()
      assert.match(cells[0], /地区生产总值/)
      assert.ok(cells[1].includes(name) && cells[1].includes(code), cells[1])
      assert.equal(Number(cells[3].replaceAll(',', '')), release.data.values.A11[row])
      assert.match(cells.join(), /万元.*确定.*示例数据/)
      await assertFits(page, 'observations at 360')
      await assertAccessible(page, 'observations')
      await page.goBack()
      await page.waitForSelector('.unit-table')
      await page.goBack()
      await page.waitForSelector('.rank-table')
    }))

  it('the headline and the comparison say what the draws of the release say', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      const order = release.data.units.flatMap(([code, name, period], row) => (period === 2023 ? [{ code, name, rank: release.ranks.index[row] }] : [])).sort((a, b) => a.rank - b.rank)
      const { items } = await node.json(`/api/v1${TOWNS}/releases/current/ahead`, { unit: order[0].code, than: order.slice(1, 21).map((one) => one.code) })
      const ahead = new Map(items.map((one) => [one.unit, one.ahead]))
      const apart = order.findIndex((one, i) => i > 0 && ahead.get(one.code) >= 0.95)
      await open(page, TOWNS)
      assert.match(await text(page, 'h1'), apart === 1 ? new RegExp(`^${order[0].name}确切领先`) : new RegExp(`^${order[0].name}领先，但前 ${apart} 名`))
      await open(page, `${TOWNS}?mark=${order[9].code}&k=5`)
      await page.waitForSelector('.rel-self')
      const told = (await node.json(`/api/v1${TOWNS}/releases/current/ahead`, { unit: order[9].code, than: order.filter((_, i) => i !== 9).map((one) => one.code) })).items
      assert.equal(await page.locator('tr.rel-open').count(), told.filter((one) => one.ahead < 0.95 && one.ahead > 0.05).length)
      const { items: top } = await node.json(`/api/v1${TOWNS}/releases/current/top`, { k: 5 })
      assert.equal(await page.locator('.rank-table tbody tr').first().locator('td').nth(3).innerText(), `${Math.round(top.find((one) => one.unit === order[0].code).probability * 100)}%`)
    }))

  it('method, indicator, map and list of observations work on what the node serves', LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      for (const path of [`${TOWNS}/method?lang=en`, `${TOWNS}/indicators/C31?lang=en`, `${TOWNS}?view=map&lang=en`, '/observations?lang=en', '/indexes?lang=en']) {
        await open(page, path)
        assert.equal(await page.locator('[role=alert]').count(), 0, path)
        await assertAccessible(page, path)
      }
      await open(page, `${TOWNS}/method?lang=zh`)
      assert.ok((await text(page, 'main')).includes(release.data.sha256))
      await open(page, '/observations?index=specialised-town&indicator=A11&period=2023&as_of=2020-01-01')
      assert.match(await text(page, '.empty'), /没有符合条件的观测/)
      await open(page, '/observations')
      assert.equal(await page.locator('.observations tbody tr').count(), 50)
      await page.click('a[rel=next]')
      await page.waitForURL(/cursor=/)
    }))

  it('a chart stands in the frame of a page elsewhere, the pages do not', LIMIT, async () => {
    const host = createServer((request, reply) => reply.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
      .end(`<!doctype html><title>elsewhere</title><iframe width="900" height="700" src="${node.url}${request.url}"></iframe>`))
    await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve))
    try {
      const context = await browser.newContext()
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      await page.goto(`http://127.0.0.1:${host.address().port}/embed/specialised-town/ranking?lang=zh`)
      await page.frameLocator('iframe').locator('svg.drawing').first().waitFor()
      assert.match(await page.frameLocator('iframe').locator('.chart-foot').first().innerText(), /来源/)
      await page.goto(`http://127.0.0.1:${host.address().port}${TOWNS}`)
      // The browser puts a page of its own in the frame.
      await page.frames()[1].waitForURL(/^chrome-error:/)
      await context.close()
    } finally {
      host.closeAllConnections()
      await new Promise((resolve) => host.close(resolve))
    }
  })
})
