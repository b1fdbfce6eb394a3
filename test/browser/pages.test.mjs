// Every kind of page, in its ordinary and its extreme states, at three widths: it fits, axe finds
// nothing, it has one h1 and a title of its own, and nothing is logged.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, launch, open, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'

let browser, node, empty

before(async () => {
  [browser, node, empty] = await Promise.all([launch(), startFixture(), startFixture({ empty: true })])
}, { timeout: 60_000 })

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close(), empty?.close()])
}, { timeout: 30_000 })

const record = (n) => `/records/paper/01J8ZZZZZZ${String(n).padStart(16, '0')}`
const REFUSED = /status of (400|404|410|500|503)|ERR_EMPTY_RESPONSE/

/* name                 path                                              what the title says */
const PAGES = [
  ['home',              '/',                                              /^广东协同$/],
  ['results',           '/search?q=机器人',                                /^机器人 · 检索 · 广东协同$/],
  ['filtered results',  '/search?q=a+(&type=paper&area=440100&year=2015..2018', /论文 · 广州市 · 2015–2018/],
  ['no results',        '/search?q=zero&area=440100',                     /zero/],
  ['one result',        '/search?q=one',                                  /one/],
  ['10,000 results',    '/search?q=many&cursor=9980&page=500',            /第 500 页/],
  ['long texts',        '/search?q=long',                                 /long/],
  ['failing search',    '/search?q=fail',                                 /fail/],
  ['record',            record(1),                                        /示例论文 1.* · 论文/],
  ['tab of a record',   `${record(1)}?tab=authors`,                       /示例论文 1/],
  ['long record',       record(901),                                      /面向粤港澳/],
  ['missing record',    record(404),                                      /没有这条记录/],
  ['deleted record',    record(410),                                      /这条记录已删除/],
  ['types',             '/types',                                         /数据类型/],
  ['help',              '/help',                                          /怎样检索/],
  ['missing page',      '/no/such/page',                                  /没有这个页面/],
]

for (const [name, path, title] of PAGES) {
  test(`${name}: fits, is accessible, has its title`, { timeout: 60_000 }, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, path)
      assert.match(await page.title(), title)
      assert.equal(await page.locator('h1').count(), 1, 'one h1')
      if (path === '/types') await page.locator('summary').first().click()
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        await assertFits(page, `${name} at ${width}`)
        if (width !== 768) await assertAccessible(page, `${name} at ${width}`)
      }
    }, { expected: REFUSED }))
}

test('an empty node says how to fill it', { timeout: 60_000 }, () =>
  withPage(browser, empty.url, async (page) => {
    await open(page, '/')
    assert.match(await page.innerText('main'), /xietong import/)
    await assertAccessible(page, 'empty home')
    await open(page, '/search')
    assert.match(await page.innerText('main'), /xietong import/)
    await page.setViewportSize({ width: 360, height: 700 })
    await assertFits(page, 'empty results at 360')
  }))

for (const path of ['/', '/search?q=a+(&area=440100', record(1), '/search?q=fail']) {
  test(`dark, and in English: ${path}`, { timeout: 60_000 }, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, `${path}${path.includes('?') ? '&' : '?'}lang=en`)
      await assertAccessible(page, `dark ${path}`)
      await page.setViewportSize({ width: 360, height: 700 })
      await assertFits(page, `English ${path} at 360`)
      const left = await page.evaluate(() => {
        // What the page itself says is English; what the data say may be Chinese.
        const own = [...document.querySelectorAll('button, label, nav a, h2, summary, dt, input[placeholder]')]
        return own.map((one) => one.placeholder || one.innerText).filter((words) => /[\u4e00-\u9fff]/.test(words))
      })
      assert.deepEqual(left.filter((words) => words !== '中文' && !words.includes('示例论文')), [], 'Chinese left in the English page')
    }, { dark: true, expected: REFUSED }))
}

test('a record prints without the shell, within A4', { timeout: 60_000 }, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(901))
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 680, height: 1000 })
    await assertFits(page, 'print')
    for (const hidden of ['.search', '.doors', '.site-foot button']) {
      assert.equal(await page.locator(hidden).first().isVisible(), false, `${hidden} is not printed`)
    }
    assert.equal(await page.locator('h1').isVisible(), true)
    assert.match(await page.locator('.print-only').innerText(), /^http.*\/records\/paper\//)
  }))
