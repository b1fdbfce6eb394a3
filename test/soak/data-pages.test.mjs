// Every kind of page on all of the real data sets: it is drawn, nothing complains, axe finds nothing, it fits a phone and a desk.
// time limit: 3600 s
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { rm } from 'node:fs/promises'
import { bin, dataSets, newFolder, noData, Node, ok, top } from '../lib/node.mjs'
import { assertAccessible, assertFits, idle, launch, open, text, withPage } from '../browser/lib/browser.mjs'

const LIMIT = { timeout: 600_000 }
const SIZES = [{ width: 1440, height: 900 }, { width: 360, height: 740 }]

describe('the pages on all real data', { skip: noData }, () => {
  let browser, node, folder

  before(async () => {
    folder = await newFolder()
    const data = join(folder, 'data')
    await ok(['init', '--data', data])
    await promisify(execFile)(join(top, 'tools/data.sh'), [data], { env: { ...process.env, XIETONG_BIN: bin, XIETONG_DATA: dataSets }, maxBuffer: 64 << 20 })
    node = await Node.start(data)
    for (let tries = 0; (await node.json('/api/v1/node')).index.state !== 'ready'; tries++) {
      assert.ok(tries < 600, 'the index does not get ready')
      await new Promise((done) => setTimeout(done, 500))
    }
    browser = await launch()
  }, { timeout: 1_800_000 })

  after(async () => {
    try {
      await Promise.all([browser?.close(), node?.stop()])
    } finally {
      if (folder) await rm(folder, { recursive: true, force: true })
    }
  }, LIMIT)

  /** Drawn at both sizes without a complaint; axe looks at the desk. */
  async function look(path, use = async () => {}) {
    for (const size of SIZES) {
      await withPage(browser, node.url, async (page) => {
        page.setDefaultTimeout(30_000)
        await open(page, path)
        assert.equal(await page.locator('h1').count(), 1, `${path}: one heading`)
        assert.equal(await page.locator('.error-note').count(), 0, `${path}: ${(await page.innerText('main')).slice(0, 300)}`)
        await assertFits(page, `${path} at ${size.width}`)
        if (size.width === 1440) await assertAccessible(page, path)
        await use(page, size)
      }, size)
    }
  }

  it('holds the sets', async () => {
    const { total } = await node.json('/api/v1/node')
    assert.ok(total > 150_000, `${total} records`)
  })

  for (const path of ['/', '/types', '/data', '/api', '/help', '/advanced?q=机器人 AND year:2015..2018', '/indexes', '/observations', '/overview',
    '/overview?area=440100', '/overview?type=paper&q=机器人', '/topics/area/440100', '/topics/area/440106']) {
    it(path, LIMIT, () => look(path))
  }

  it('results of tens of thousands, page after page', LIMIT, () => look('/search', async (page) => {
    const total = Number(/^共 ([\d,]+) 条/.exec(await text(page, '.total'))[1].replaceAll(',', ''))
    assert.ok(total > 10_000, `${total} found`)
    const seen = new Set()
    for (let turn = 0; turn < 5; turn++) {
      for (const href of await page.locator('.card h2 a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
        assert.ok(!seen.has(href), `${href} twice`)
        seen.add(href)
      }
      await page.click('.pages a[rel="next"]')
      await idle(page)
    }
    assert.ok(seen.size >= 50)
  }))

  it('a record of each type: one with much and one with little', LIMIT, async () => {
    const { counts } = await node.json('/api/v1/node')
    const types = Object.keys(counts).filter((type) => counts[type] > 0)
    assert.ok(types.length >= 8, `${types}`)
    for (const type of types) {
      const { items } = await node.json('/api/v1/search', { type, limit: 100 })
      const sizes = await Promise.all(items.slice(0, 30).map(async ({ key }) => ({ key, size: JSON.stringify(await node.json(`/api/v1/records/${key}`)).length })))
      sizes.sort((a, b) => a.size - b.size)
      for (const { key } of new Set([sizes[0], sizes.at(-1)])) await look(`/records/${key}`)
    }
  })

  it('those that most others link to', LIMIT, async () => {
    for (const facet of ['organisation', 'subject', 'area']) {
      const { facets } = await node.json('/api/v1/search', { limit: 0, facets: facet })
      const first = facets?.[facet]?.[0]
      if (first) await look(`/topics/${facet}/${encodeURIComponent(first.value)}`)
    }
    const { items } = await node.json('/api/v1/search', { q: '大学', type: 'organisation', limit: 20 })
    for (const { key } of items.slice(0, 3)) await look(`/records/${key}`)
  })

  it('five papers side by side', LIMIT, async () => {
    const { items } = await node.json('/api/v1/search', { type: 'paper', limit: 5 })
    await look(`/compare?${items.map(({ key }) => `key=${encodeURIComponent(key)}`).join('&')}`)
  })
})
