// Suggestions while typing: by keyboard, by pointer, while composing, on a phone, with a slow and a failing node.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'

const LIMIT = { timeout: 60_000 }
let browser, node

before(async () => {
  [browser, node] = await Promise.all([launch(), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close()])
}, LIMIT)

const box = (page) => page.locator('[data-search]')
const options = (page) => page.locator('[role="option"]')
const chosen = (page) => page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant') ?? '')?.innerText ?? '')
const asked = () => node.log.filter((path) => path.startsWith('/api/v1/suggest')).map((path) => new URL(path, node.url).searchParams.get('q'))

async function type(page, words) {
  await box(page).pressSequentially(words)
  await page.waitForSelector('[role="listbox"]')
}

test('what is typed brings types, places, terms and records, the typed part marked', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    assert.equal(await box(page).getAttribute('aria-expanded'), 'false')
    await type(page, 'jiqi')
    assert.equal(await box(page).getAttribute('aria-expanded'), 'true')
    assert.deepEqual(await page.locator('.suggestions .kind').allInnerTexts(), ['类型', '地区', '词', '记录'])
    assert.equal(await options(page).count(), 5)
    assert.equal(await page.locator('.suggestions mark').count(), 5)
    assert.equal(await page.locator('form.search [role="status"]').innerText(), '5 条建议')
    await assertAccessible(page, 'suggestions')
    await page.keyboard.press('ArrowDown')
    assert.match(await chosen(page), /机器设备/)
    await assertAccessible(page, 'a suggestion chosen')
    await page.keyboard.press('ArrowUp')
    assert.equal(await chosen(page), '', 'the words themselves')
    await page.keyboard.press('ArrowUp')
    assert.match(await chosen(page), /示例论文 2/, 'and round')
    assert.equal(await box(page).inputValue(), 'jiqi', 'what was typed stays')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('[role="listbox"]').count(), 0)
    assert.equal(await box(page).inputValue(), 'jiqi')
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector('[role="listbox"]')
    await page.keyboard.press('Tab')
    assert.equal(await page.locator('[role="listbox"]').count(), 0)
  }))

test('a place becomes a filter, a record opens, words alone search', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=机器人&year=2020')
    await box(page).fill('')
    await type(page, '机场')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/area=440100/)
    await idle(page)
    const state = new URL(page.url()).searchParams
    assert.equal(state.get('q'), null, 'the words are the filter now')
    assert.equal(state.get('year'), '2020', 'what was on stays on')
    assert.equal(await box(page).inputValue(), '')
    await type(page, '机')
    await options(page).nth(3).click()
    await page.waitForSelector('.record-head h1')
    assert.match(page.url(), /\/records\/paper\//)
    await type(page, '机器')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=/)
    assert.equal(new URL(page.url()).searchParams.get('q'), '机器')
    await idle(page)
    assert.equal(await page.locator('[role="listbox"]').count(), 0)
    await page.goBack()
    await page.waitForSelector('.record-head h1')
  }))

test('typing fast asks seldom, and an answer to what is no longer there is dropped', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    const before = asked().length
    await box(page).pressSequentially('jiqiren', { delay: 10 })
    await page.waitForSelector('[role="listbox"]')
    assert.ok(asked().length - before <= 2, `asked ${asked().length - before} times`)
    await box(page).fill('机 slow')
    await page.waitForTimeout(200)
    await box(page).fill('zero')
    await page.waitForTimeout(2000)
    assert.equal(await page.locator('[role="listbox"]').count(), 0)
  }))

test('with a slow or failing node the box is a plain box', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    for (const words of ['机 fail', '机 busy', '机 offline']) {
      await box(page).fill(words)
      await page.waitForTimeout(300)
      assert.equal(await page.locator('[role="listbox"]').count(), 0, words)
    }
    await box(page).fill('机 slow')
    await page.keyboard.press('Enter') // does not wait for suggestions
    await page.waitForURL(/q=/)
    await page.waitForTimeout(2500)
    assert.equal(await page.locator('[role="listbox"]').count(), 0)
  }, { expected: /500|503|ERR_|Failed to load/ }))

test('while composing, letters are asked for, half characters are not, and the keys belong to the input method', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/')
    await box(page).focus()
    const compose = (kind, value) => page.evaluate(([what, words]) => {
      const input = document.querySelector('[data-search]')
      input.value = words
      if (what === 'end') input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: words }))
      else input.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }))
    }, [kind, value])
    const before = asked().length
    await compose('input', "ji'qi")
    await page.waitForSelector('[role="listbox"]')
    assert.deepEqual(asked().slice(before), ["ji'qi"])
    await page.evaluate(() => document.querySelector('[data-search]').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', isComposing: true, bubbles: true, cancelable: true })))
    assert.equal(await chosen(page), '')
    await compose('input', "机ji")
    await page.waitForTimeout(300)
    assert.equal(asked().length, before + 1)
    await compose('end', '机器')
    await page.waitForSelector('[role="listbox"]')
    assert.equal(asked().at(-1), '机器')
  }))

test('fits every width, with long titles, and planted markup stays text', LIMIT, async () => {
  for (const width of WIDTHS) {
    await withPage(browser, node.url, async (page) => {
      for (const path of ['/', '/search?q=x']) {
        await open(page, path)
        await box(page).fill('')
        await type(page, 'long')
        await assertFits(page, `suggestions at ${width}`)
        const at = await page.locator('.suggestions').boundingBox()
        assert.ok(at.x >= 0 && at.x + at.width <= width, `inside the window at ${width}`)
        await assertAccessible(page, `long suggestions at ${width}`)
        await box(page).fill('markup')
        await page.waitForFunction(() => document.querySelector('.suggestions')?.innerText.includes('<script>'))
        assert.equal(await page.evaluate(() => globalThis.planted), undefined)
      }
    }, { width, height: 800, dark: width === 768 })
  }
})

test('English is complete', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/?lang=en')
    await type(page, 'ji')
    assert.deepEqual(await page.locator('.suggestions .kind').allInnerTexts(), ['Types', 'Places', 'Terms', 'Records'])
    assert.equal(await page.locator('form.search [role="status"]').innerText(), '5 suggestions')
  }))
