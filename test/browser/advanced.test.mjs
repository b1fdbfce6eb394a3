// Rows write the query language and are read back from it: the searches find the same. The page by keyboard, at three widths, slow,
// failing, and with queries that rows cannot say.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'
import { load } from './lib/load.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 90_000 }
let browser, folder, node, fixture, language

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node, fixture, language] = await Promise.all([launch(), Node.start(data), startFixture(), load('advanced/query.ts')])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop(), fixture?.close()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

const NAMES = { facets: ['type', 'area'], ranges: ['year', 'amount'] }
const row = (text, more = {}) => ({ join: 'AND', field: '', how: 'all', text, ...more })
const form = (rows, values = {}, spans = {}) => ({ rows, values, spans })

test('rows write the language', () => {
  const { write } = language
  for (const [given, wanted] of [
    [form([row('')]), ''],
    [form([row('机器人 焊接')]), '机器人 AND 焊接'],
    [form([row('机器人 焊接', { field: 'title' })]), 'title:(机器人 AND 焊接)'],
    [form([row('robot 机器人', { how: 'any' })]), '(robot OR 机器人)'],
    [form([row('smart sensor', { how: 'phrase', field: 'title' })]), 'title:"smart sensor"'],
    [form([row('sens', { how: 'begins' }), row('smart sens', { how: 'begins' })]), 'sens* AND "smart sens"*'],
    [form([row('机器人'), row('水下 空中', { how: 'not' })]), '机器人 AND NOT (水下 OR 空中)'],
    [form([row('a'), row('b'), row('c', { join: 'OR' })]), '(a AND b) OR c'],
    [form([row('a'), row('b', { join: 'OR' }), row('c')]), '(a OR b) AND c'],
    [form([row('a'), row('b c', { join: 'OR' })]), 'a OR (b AND c)'],
    [form([row('a'), row('b', { join: 'OR' })], { type: ['paper', 'patent'] }, { year: { from: '2015', to: '' } }), '(a OR b) AND type:(paper OR patent) AND year:2015..'],
    [form([row('')], { area: ['440100'] }, { amount: { from: '50万', to: '50万' } }), 'area:440100 AND amount:50万'],
    // What would be an operator or a sign of the language is a phrase.
    [form([row('AND a:b (c "d')]), '"AND" AND "a:b" AND "(c" AND "d"'],
  ]) assert.equal(write(given), wanted)
})

test('what rows write they read back, and again the same', () => {
  const { read, write } = language
  for (const query of ['机器人 AND 焊接', 'title:(机器人 AND 焊接)', '(robot OR 机器人)', 'title:"smart sensor"', 'sens* AND "smart sens"*', '机器人 AND NOT (水下 OR 空中)', '(a AND title:b) OR c',
    '(a OR title:b) AND c', 'a OR (b AND c)', '(a OR title:b) AND type:(paper OR patent) AND year:2015..', 'area:440100 AND amount:50万', '', 'NOT a', 'NOT title:(a OR b)', 'a OR (b AND (c OR title:d))', '机器人 AND type:"x y"']) {
    const once = write(read(query, NAMES))
    assert.equal(write(read(once, NAMES)), once, query)
  }
})

test('what rows cannot say is named', () => {
  const { read, Unreadable } = language
  for (const query of ['(a OR title:b) AND (c OR title:d)', 'NOT (a AND title:b)', 'type:paper AND type:patent', 'a OR type:paper', 'NOT year:2015', '(a', 'a)', 'title:', '"a', 'year:>2015', 'AND', 'amount:1 AND amount:2', 'date:>=2015-03', '-']) {
    assert.throws(() => read(query, NAMES), (error) => error instanceof Unreadable && error.part.length > 0 && query.replace(/[()" ]/g, '').includes(error.part.replace(/[()" ]/g, '').slice(0, 1)), query)
  }
})

test('any text at all is read or refused in words', () => {
  const { read, write, Unreadable } = language
  const pieces = ['a', '机器人', '"', '(', ')', ':', '*', 'AND', 'OR', 'NOT', '-', 'title:', 'type:', 'year:', '..', '2015', ' ', '，', '（', '“', '\\', '<', '&&', '||', '!']
  let state = 11
  const next = (n) => { state = (state * 48271) % 2147483647; return state % n }
  let read_ = 0
  for (let i = 0; i < 20_000; i += 1) {
    const query = Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)] + (next(2) ? ' ' : '')).join('')
    try {
      const once = write(read(query, NAMES))
      assert.equal(write(read(once, NAMES)), once, query)
      read_ += 1
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
    }
  }
  assert.ok(read_ > 1000, `${read_} of 20,000`)
})

test('read into rows and written again, a query finds as much', LIMIT, async () => {
  const { read, write } = language
  const total = async (q) => (await node.json('/api/v1/search', { q, limit: 0 })).total
  for (const query of ['示例 机器人', '激光 OR 机器人', '激光，焊接', '(激光 OR 机器人) 示例', '激光 示例 OR 陶瓷', 'title:(激光 OR 陶瓷) type:paper', '示例 -激光', '示例 NOT (激光 OR 陶瓷)', '（激光 或 陶瓷） 与 示例', 'type:(paper OR patent) year:2018..2020',
    'year:>=2019 示例', 'amount:>=500000', 'amount:1万..100万 示例', '“示例论文”', 'area:440300', 'type:instrument area:(440100 OR 440300) 示例', 'robot*', 'NOT 激光']) {
    const again = write(read(query, NAMES))
    assert.equal(await total(again), await total(query), `${query} -> ${again}`)
  }
})

test('the page: rows, values and ranges write the query; the number is that of the search it opens', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/advanced?lang=zh')
    await page.getByLabel('第 1 行的词').fill('示例')
    await page.getByRole('button', { name: '再加一行' }).click()
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), '第 2 行的词')
    await page.keyboard.type('激光 陶瓷')
    await page.getByLabel('第 2 行的匹配方式').selectOption('not')
    await page.getByLabel('第 2 行的字段').selectOption({ value: 'title' })
    await page.getByLabel('论文', { exact: true }).check()
    await page.getByLabel('专利', { exact: true }).check()
    await page.getByLabel('起始年').fill('2018')
    const wanted = '示例 AND NOT title:(激光 OR 陶瓷) AND type:(paper OR patent) AND year:2018..'
    await page.waitForFunction((q) => new URL(location.href).searchParams.get('q') === q, wanted)
    await idle(page)
    assert.equal(await text(page, '.written code'), wanted)
    assert.match(await text(page, '.written .understood'), /非 名称:|NOT|非/)
    const { total } = await node.json('/api/v1/search', { q: wanted, limit: 0 })
    assert.ok(total > 0)
    assert.match(await text(page, '.written [role=status] a'), new RegExp(`${total} `))
    await page.reload()
    await idle(page)
    assert.equal(await page.getByLabel('第 2 行的词').inputValue(), '激光 陶瓷')
    assert.equal(await page.getByLabel('专利', { exact: true }).isChecked(), true)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await assertFits(page, `advanced at ${width}`)
      await assertAccessible(page, `advanced at ${width}`)
    }
    await page.getByLabel('第 1 行的词').focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card h2')
    assert.equal(new URL(page.url()).searchParams.get('q'), wanted)
    assert.match(await text(page, '.total'), new RegExp(`共 ${total} 条`))
    await page.goBack()
    await page.waitForSelector('.query-row')
    assert.equal(await page.getByLabel('第 1 行的词').inputValue(), '示例')
  }))

test('what was typed last is there again on going back, and nothing calls the form back over the results', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    let release
    const held = new Promise((done) => { release = done })
    // The page of results is still on its way: longer than the address waits for the hands to rest.
    await page.route('**/assets/ResultsPage*.js', async (route) => {
      await held
      await route.continue()
    })
    await page.goto('/advanced?lang=zh')
    await page.getByLabel('第 1 行的词').fill('示例')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(600)
    release()
    await page.waitForURL(/\/search\?q=/)
    await page.waitForSelector('.card h2')
    await page.goBack()
    await page.waitForSelector('.query-row')
    assert.equal(await page.getByLabel('第 1 行的词').inputValue(), '示例')
    // At once, with every part at hand.
    await page.getByLabel('第 1 行的词').fill('激光')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card h2')
    await page.goBack()
    await page.waitForSelector('.query-row')
    assert.equal(await page.getByLabel('第 1 行的词').inputValue(), '激光')
  }))

test('the page: areas are added and taken off, rows go, all by keyboard', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/advanced?q=a+OR+title:b&lang=zh')
    assert.equal(await page.locator('.query-row').count(), 2)
    await page.getByLabel('添加地区').selectOption('440300')
    await page.getByRole('button', { name: '去掉深圳市' }).waitFor()
    await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === '(a OR title:b) AND area:440300')
    await page.getByRole('button', { name: '去掉深圳市' }).press('Enter')
    await page.getByRole('button', { name: '去掉第 1 行' }).press('Enter')
    await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === 'title:b')
  }))

test('a query that rows cannot say stays as it is and says why', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, `/advanced?lang=zh&q=${encodeURIComponent('(激光 OR title:陶瓷) AND (示例 OR title:论文)')}`)
    assert.match(await text(page, '.advanced [role=alert]'), /不能拆成行：\s*\(示例 OR title:论文\)/)
    assert.equal(await text(page, '.written code'), '(激光 OR title:陶瓷) AND (示例 OR title:论文)')
    await assertAccessible(page, 'unreadable')
    await page.getByRole('button', { name: '清空，重新填写' }).click()
    await page.waitForSelector('.query-row')
    assert.equal(await text(page, '.written code'), '*')
  }))

test('a slow and a failing node', LIMIT, () =>
  withPage(browser, fixture.url, async (page) => {
    await page.goto('/advanced?q=slow&lang=zh')
    await page.waitForSelector('.written .bone')
    await page.waitForSelector('.written .understood')
    await page.getByLabel('第 1 行的词').fill('fail')
    await page.waitForSelector('.written .error-note')
    assert.match(await text(page, '.error-note'), /planted failure/)
    await page.getByLabel('第 1 行的词').fill('示例')
    await page.waitForSelector('.written .understood')
    assert.equal(await page.locator('.error-note').count(), 0)
    // The number of before does not lead to the query of now.
    await page.waitForSelector('.written [role=status] a')
    await page.getByLabel('第 1 行的词').fill('slow one')
    await page.waitForFunction(() => new URL(location.href).searchParams.get('q')?.includes('slow'))
    assert.equal(await page.locator('.written [role=status] a').count(), 0)
    await page.waitForSelector('.written [role=status] a')
    assert.match(await text(page, '.written [role=status] a'), /1 /)
  }, { expected: /status of 500/ }))

test('in English', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/advanced?lang=en')
    assert.equal(await text(page, 'h1'), 'Advanced search')
    assert.doesNotMatch((await page.locator('form legend, form label, form option[value=""], .written h2').allInnerTexts()).join(' '), /[\u4e00-\u9fff]/)
    await assertAccessible(page, 'English')
  }, { dark: true }))
