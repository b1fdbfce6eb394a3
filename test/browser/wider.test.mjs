// Nothing found: what would be with less asked for, and the closest at once, said as what they are. Synonyms are said and
// can be left out. By keyboard, on a phone, in both languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'

const LIMIT = { timeout: 60_000 }
let browser, node

before(async () => {
  [browser, node] = await Promise.all([launch(), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close()])
}, LIMIT)

const state = (page) => new URL(page.url()).searchParams

test('an empty result offers wider searches and shows the closest', LIMIT, async () => {
  for (const width of WIDTHS) {
    await withPage(browser, node.url, async (page) => {
      await open(page, '/search?q=机器人+zerowide&area=440100')
      await page.waitForSelector('.near .card')
      assert.match(await text(page, '.near h2'), /没有完全相符的/)
      assert.deepEqual((await page.locator('.empty li').allInnerTexts()).map((one) => one.replace(/\s+/g, ' ')), [
        '含有其中一部分词语即可，最接近的在前 45 条', '去掉筛选“地区：广州市” 至少 12,345 条', '去掉“zerowide” 123 条',
      ])
      assert.equal(await page.locator('.near .card').count(), 20)
      await assertAccessible(page, `nothing found at ${width}`)
      await assertFits(page, `nothing found at ${width}`)
      await page.locator('.empty li a').nth(1).focus()
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => !location.search.includes('area'))
      assert.match(state(page).get('q'), /zerowide/)
      await page.goBack()
      await page.waitForSelector('.near .card')
      await page.locator('.near > a').click()
      await page.waitForURL(/match=pieces/)
      await idle(page)
      assert.equal(state(page).get('area'), '440100')
      assert.match(await text(page, '.total strong'), /45/)
      await page.getByRole('link', { name: '下一页' }).click()
      await page.waitForURL(/page=2/)
      assert.equal(state(page).get('match'), 'pieces', 'pages go on as they began')
      await page.getByRole('link', { name: '改回全部相符' }).click()
      await page.waitForFunction(() => !location.search.includes('match'))
    }, { width, height: 800 })
  }
})

test('without anything to offer the advice stays', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=zero')
    assert.match(await text(page, '.empty'), /可以这样试试/)
    assert.equal(await page.locator('.near').count(), 0)
  }))

test('synonyms are said and can be left out', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=电镜+long')
    assert.match(await text(page, '.list'), /也找了：电子显微镜、/)
    await assertAccessible(page, 'synonyms')
    await assertFits(page, 'synonyms')
    await page.getByRole('link', { name: '只找原词' }).click()
    await page.waitForURL(/syn=0/)
    await idle(page)
    assert.match(await text(page, '.list'), /只找了原词/)
    assert.ok(node.log.some((path) => path.startsWith('/api/v1/search?') && path.includes('syn=0')))
    await page.getByRole('link', { name: '也找同义词' }).click()
    await page.waitForFunction(() => !location.search.includes('syn'))
    await open(page, '/search?q=电镜&lang=en')
    assert.match(await text(page, '.list'), /Also looked for: 电子显微镜; electron microscope/)
    await open(page, '/search?q=x+zerowide&lang=en')
    await page.waitForSelector('.near .card')
    assert.match(await text(page, '.empty'), /Without "zerowide"\s+123 records/)
  }, { width: 360, height: 700 }))
