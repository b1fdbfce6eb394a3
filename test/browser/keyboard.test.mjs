// Everything by keyboard alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { idle, launch, open, text, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'

const LIMIT = { timeout: 60_000 }
let browser, node

before(async () => {
  [browser, node] = await Promise.all([launch(), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close()])
}, LIMIT)

const focused = (page) => page.evaluate(() => document.activeElement.innerText || document.activeElement.id || document.activeElement.tagName)

/** Presses Tab until the focused element matches the selector; fails after so many. */
async function tabTo(page, selector, most = 60) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate((wanted) => {
      const now = document.activeElement
      if (!now.matches(wanted)) return false
      const { outlineStyle, outlineWidth } = getComputedStyle(now)
      return outlineStyle !== 'none' && outlineWidth !== '0px' ? 'seen' : 'hidden'
    }, selector)
    if (found) {
      assert.equal(found, 'seen', `the focus on ${selector} is visible`)
      return
    }
  }
  assert.fail(`Tab does not reach ${selector}`)
}

test('find, filter, open, without a mouse', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await page.keyboard.press('/')
    assert.equal(await focused(page), 'q-home')
    await page.keyboard.type('机器人')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search/)
    await idle(page)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'the new page is read from its beginning')
    await tabTo(page, '.facets a')
    await page.keyboard.press('Enter')
    await idle(page)
    assert.equal(await page.locator('.chip').count(), 1)
    assert.match(await focused(page), /论文/, 'the focus stays on the filter')
    await page.keyboard.press('Enter')
    await idle(page)
    assert.equal(await page.locator('.chip').count(), 0)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('j')
    const title = await focused(page)
    assert.match(title, /示例论文 2/)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.record-head h1')
    assert.equal(await text(page, 'h1'), title)
    await tabTo(page, '.tabs a')
  }))

test('the skip link comes first and skips', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=x')
    await page.keyboard.press('Tab')
    assert.equal(await focused(page), '跳到正文')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
  }))

test('? lists the keys; they can be turned off, and stay off', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=x')
    await page.keyboard.press('?')
    assert.equal(await page.locator('.keys').isVisible(), true)
    await page.keyboard.press('Tab')
    await page.focus('.switch input')
    await page.keyboard.press('Space')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.keys').isVisible(), false)
    await page.keyboard.press('j')
    assert.equal(await page.evaluate(() => document.activeElement.hasAttribute('data-result')), false)
    await page.reload()
    await idle(page)
    await page.keyboard.press('/')
    assert.notEqual(await focused(page), 'q-head')
  }))

test('keys are only letters while one types', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await page.focus('#q-home')
    await page.keyboard.type('a/b?j')
    assert.equal(await page.inputValue('#q-home'), 'a/b?j')
    assert.equal(await page.locator('.keys').isVisible(), false)
  }))

test('on a phone the filters are a drawer that keeps the keyboard inside and gives it back', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=x')
    await page.focus('.head button')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.drawer[open]')
    assert.equal(await page.evaluate(() => document.activeElement.closest('.drawer') !== null), true)
    await tabTo(page, '.drawer .facets a')
    await page.keyboard.press('Enter')
    await idle(page)
    assert.equal(await page.locator('.drawer[open]').count(), 1, 'it stays open for the next filter')
    assert.match(await text(page, '.drawer-foot button'), /查看 37 条结果/)
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.drawer[open]').count(), 0)
    assert.match(await focused(page), /筛选（1）/)
  }, { width: 360, height: 740 }))
