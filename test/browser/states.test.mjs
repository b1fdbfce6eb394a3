// The address is the state: filters, sorting, pages, tabs and languages survive going back and reloading.
// And what a reader meets when the node is slow, fails, or holds markup.
// time limit: 300 s
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, idle, launch, open, text, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'

const LIMIT = { timeout: 60_000 }
let browser, node

before(async () => {
  [browser, node] = await Promise.all([launch(), startFixture()])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close()])
}, LIMIT)

const record = (n) => `/records/paper/01J8ZZZZZZ${String(n).padStart(16, '0')}`
const query = (page) => decodeURIComponent(new URL(page.url()).search)
const REFUSED = /status of (400|404|410|500|503)|ERR_EMPTY_RESPONSE/

test('filters combine, show as chips, and come off again', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=机器人')
    assert.match(await text(page, '.total'), /共 123 条.*0\.9 毫秒/s)
    await page.click('.facets a:has-text("广州市")')
    await idle(page)
    await page.click('.facets a:has-text("论文")')
    await idle(page)
    await page.fill('#year-from', '2018')
    await page.fill('#year-to', '2015')
    await page.press('#year-to', 'Enter')
    await idle(page)
    assert.equal(query(page), '?q=机器人&area=440100&type=paper&year=2015..2018')
    assert.deepEqual(await page.locator('.chip').allInnerTexts().then((all) => all.map((one) => one.replace(/\s+/g, ' ').trim())),
      ['去掉筛选： 地区 广州市 ×', '去掉筛选： 类型 论文 ×', '去掉筛选： 年份 2015–2018 ×'])
    const asked = new URL(node.log.filter((path) => path.startsWith('/api/v1/search')).pop(), node.url).searchParams
    assert.deepEqual([asked.get('area'), asked.get('type'), asked.get('year')], ['440100', 'paper', '2015..2018'])
    assert.ok(asked.get('facets').split(',').includes('kind'), 'the facets of the chosen type are counted')

    await page.click('.chip:has-text("论文")')
    await idle(page)
    assert.equal(query(page), '?q=机器人&area=440100&year=2015..2018')
    await page.click('a:has-text("去掉全部筛选")')
    await idle(page)
    assert.equal(query(page), '?q=机器人')
    await page.goBack()
    await idle(page)
    await page.reload()
    await idle(page)
    assert.equal(await page.locator('.chip').count(), 2)
    assert.equal(await page.inputValue('#year-from'), '2015')
  }))

test('two values of one facet stay two', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?area=440100&area=440300')
    assert.equal(await page.locator('.facets a.on').count(), 2)
    await page.click('.facets a:has-text("深圳市")')
    await idle(page)
    assert.equal(query(page), '?area=440100')
  }))

test('10,000 results: pages go on, back, and survive a reload', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=many')
    assert.match(await text(page, '.total'), /共 10,000 条/)
    const first = await text(page, '.card h2')
    await page.click('a[rel=next]')
    await idle(page)
    await page.click('a[rel=next]')
    await idle(page)
    assert.match(query(page), /cursor=40.*page=3/)
    assert.match(await text(page, '.pages'), /第 3 页/)
    const third = await text(page, '.card h2')
    await page.reload()
    await idle(page)
    assert.equal(await text(page, '.card h2'), third)
    await page.click('a[rel=prev]')
    await idle(page)
    assert.match(query(page), /cursor=20/)
    await page.goBack()
    await idle(page)
    assert.equal(await text(page, '.card h2'), third)
    await page.click('.pages a:has-text("第一页")')
    await idle(page)
    assert.equal(await text(page, '.card h2'), first)
    assert.equal(query(page), '?q=many')
  }))

test('going back to a list finds the place again', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=many')
    await page.locator('[data-result]').nth(15).scrollIntoViewIfNeeded()
    const before = await page.evaluate(() => window.scrollY)
    assert.ok(before > 300)
    await page.locator('[data-result]').nth(15).click()
    await page.waitForSelector('.record-head h1')
    assert.equal(await page.evaluate(() => window.scrollY), 0)
    await page.goBack()
    await page.waitForSelector('[data-result]')
    await page.waitForFunction((y) => Math.abs(window.scrollY - y) < 4, before)
    await page.reload()
    await page.waitForFunction((y) => Math.abs(window.scrollY - y) < 4, before)
  }))

test('sorting is in the address; without words there is no relevance', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search')
    assert.equal(await page.inputValue('.sort select'), 'date')
    assert.equal(await page.locator('option[value=relevance][disabled]').count(), 1)
    await page.selectOption('.sort select', 'title')
    await idle(page)
    assert.equal(query(page), '?sort=title')
    assert.match(node.log.filter((path) => path.startsWith('/api/v1/search')).pop(), /sort=title/)
  }))

test('unused parts of a query are shown, hits are marked', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=机器人+(')
    assert.match(await text(page, '.ignored'), /\(\s*括号没有合上/)
    assert.equal(await text(page, '.card h2 mark'), '机器人')
    assert.match(await text(page, '.card .snippet'), /^摘要：本文/, 'it says where the hit is')
    assert.equal((await page.locator('.card h2').first().innerText()).includes('\u0002'), false)
  }))

test('a slow node: the shape is there at once, the old answer stays until the new one', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.goto('/search?q=slow')
    await page.waitForSelector('.cards .bone')
    assert.equal(await page.locator('.list').getAttribute('aria-busy'), 'true')
    await page.waitForSelector('.card h2')
    await page.click('.facets a:has-text("广州市")')
    await page.waitForSelector('.bar-busy.on')
    assert.equal(await page.locator('.card h2').count(), 20, 'the old list is still there')
    assert.equal(await page.locator('.chip').count(), 1, 'the filter shows before the answer')
    // A newer question overtakes the slow one, which is given up.
    const given = page.waitForEvent('requestfailed', (request) => request.url().includes('slow'))
    await page.fill('[data-search]', 'one')
    await page.press('[data-search]', 'Enter')
    await page.waitForFunction(() => document.querySelectorAll('.card h2').length === 1)
    assert.equal((await given).failure().errorText, 'net::ERR_ABORTED')
    assert.equal(await page.locator('.card h2').count(), 1, 'the slow answer does not come back')
  }))

for (const [words, says] of [['fail', /节点出错[\s\S]*planted failure[\s\S]*req-\d+/], ['busy', /节点正忙/], ['offline', /连不上节点/], ['invalid', /请求有误[\s\S]*year must be/]]) {
  test(`a node that is ${words}: what happened, what was kept, what to do`, LIMIT, () =>
    withPage(browser, node.url, async (page) => {
      await open(page, `/search?q=${words}`)
      assert.match(await text(page, '[role=alert]'), says)
      assert.equal(await page.inputValue('[data-search]'), words)
      const asked = node.log.length
      await page.click('[role=alert] button')
      await idle(page)
      assert.ok(node.log.length > asked, 'it asks again')
    }, { expected: REFUSED }))
}

test('a node that comes back: one click and all is there', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    node.options.down = () => true
    try {
      await open(page, '/')
      assert.match(await text(page, '[role=alert]'), /节点出错/)
    } finally {
      node.options.down = null
    }
    await page.click('[role=alert] button')
    await page.waitForFunction(() => document.querySelector('h1').innerText === '广东协同创新资源目录')
    await page.click('[role=alert] button')
    await page.waitForSelector('.tiles a')
  }, { expected: REFUSED }))

test('markup in the data stays text', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    for (const path of ['/search?q=markup', record(902), `${record(902)}?tab=authors`, '/search?q=%3Cimg+src%3Dx+onerror%3Dplanted%3D1%3E']) {
      await open(page, path)
      assert.equal(await page.evaluate(() => globalThis.planted), undefined, path)
      assert.equal(await page.locator('main img, main script').count(), 0, path)
    }
    await open(page, record(902))
    assert.match(await text(page, 'h1'), /<img src=x onerror=/)
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0, 'a script is no address')
  }))

test('a record is drawn by its type', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(1))
    const facts = await text(page, '.key-facts')
    for (const part of [/作者\s*1\s*示例人1、示例人2、示例人3/, /期刊/, /2025-06/, /广州市/]) assert.match(facts, part)
    const main = await text(page, '.record-main')
    for (const part of [/¥1,234,567\.89/, /期刊论文/, /3\.25 分/, /是/, /¥50,000\.00/, /SL-2025-001/, /无偿资助/, /来源记录/, /命令行/, /文件导入 · fixture · papers\.jsonl · 第 17 行/, /改动：摘要/, /更正摘要/, /2026-03-05 14:07/]) {
      assert.match(main, part)
    }
    assert.equal(await page.getAttribute('a:has-text("10.1234")', 'href'), 'https://doi.org/10.1234/%E7%A4%BA%E4%BE%8B.5678')
    assert.match(await page.getAttribute('.key-facts a:has-text("示例人1")', 'href'), /^\/records\/person\//)
    for (const name of ['示例人2', '示例人3']) {
      assert.equal(await page.locator(`.key-facts a:has-text("${name}")`).count(), 0, 'a target that is not here or deleted is no link')
    }
    await page.click('.from[href$="#source-2"]')
    await page.waitForFunction(() => location.hash === '#source-2')
  }))

test('a merged record leads to its survivor', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(301))
    await page.waitForURL(/\/records\/paper\/.*05$/)
    assert.match(await text(page, 'h1'), /示例论文 5/)
  }))

test('a long facet opens in full', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=x')
    const group = page.locator('.facets details:has-text("学科")')
    assert.equal(await group.locator('li').count(), 2)
    await group.locator('button:has-text("显示全部 30 项")').click()
    await page.waitForFunction(() => document.querySelectorAll('.facets li').length > 30)
    assert.equal(await group.locator('li').count(), 30)
    await group.locator('button').click()
    assert.equal(await group.locator('li').count(), 8)
  }))

test('what is no filter stays out of the question', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=x&utm_source=mail&area=440100')
    const asked = new URL(node.log.filter((path) => path.startsWith('/api/v1/search')).pop(), node.url).searchParams
    assert.deepEqual([asked.get('utm_source'), asked.get('area')], [null, '440100'])
    assert.equal(await page.locator('.chip').count(), 1)
  }))

test('results like a record are headed so, not as everything', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    const heading = () => page.locator('h1').textContent()
    await open(page, '/search?like=paper/1')
    assert.equal(await heading(), '相似的记录')
    await open(page, '/search?like=paper/1&lang=en')
    assert.equal(await heading(), 'Similar records')
    await open(page, '/search?lang=zh')
    assert.equal(await heading(), '全部资源')
  }))

test('a count that is only a lower bound says so', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=over')
    assert.match(await text(page, '.total'), /^至少 123 条（已查 40%）/)
  }))

test('pages that were not opened yet open while the node is away, and say so', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await open(page, '/search?q=x')
    await page.waitForFunction(() => performance.getEntriesByType('resource').some((one) => /RecordPage[^/]*\.js$/.test(one.name) && one.responseEnd > 0))
    await idle(page)
    await context.setOffline(true)
    await page.click('[data-result]')
    await page.waitForSelector('[role=alert]')
    assert.match(await text(page, '[role=alert]'), /连不上节点/)
    await context.setOffline(false)
    await page.click('[role=alert] button')
    await page.waitForSelector('.record-head h1')
  }, { expected: /ERR_INTERNET_DISCONNECTED/ }))

test('tabs of linked things have addresses, and more of them come on demand', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(1))
    assert.match(await text(page, '.tabs [aria-current]'), /仪器设备 · 产出 45/)
    assert.equal(await page.locator('.things li').count(), 20)
    await page.click('.linked button')
    await page.waitForFunction(() => document.querySelectorAll('.things li').length === 40)
    await page.click('.linked button')
    await page.waitForFunction(() => document.querySelectorAll('.things li').length === 45)
    assert.equal(await page.locator('.linked button').count(), 0)
    await page.click('.tabs a:has-text("作者")')
    await page.waitForFunction(() => location.search.includes('tab=authors'))
    await page.reload()
    await idle(page)
    assert.match(await text(page, '.tabs [aria-current]'), /作者 3/)
    await page.click('.things a:has-text("示例人1")')
    await page.waitForURL(/\/records\/person\//)
    await page.goBack()
    await page.waitForFunction(() => location.search.includes('tab=authors'))
  }))

test('the language changes everything, stays, and is in the address', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=机器人&area=440100')
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
    await page.click('.other')
    await idle(page)
    assert.equal(await page.getAttribute('html', 'lang'), 'en')
    assert.match(query(page), /q=机器人&area=440100&lang=en/)
    assert.match(await text(page, '.total'), /^37 records/)
    assert.match(await text(page, '.chip'), /Area Guangzhou/)
    assert.match(await page.title(), /Guangzhou · Search/)
    await page.click('.site-foot a >> nth=0')
    await page.waitForURL(/\/types$/)
    assert.equal(await text(page, 'h1'), 'Data types')
    await page.reload()
    await idle(page)
    assert.equal(await text(page, 'h1'), 'Data types')
    await open(page, '/types?lang=zh')
    assert.equal(await text(page, 'h1'), '数据类型')
  }))

test('a search is kept in this browser, stands on the first page, and is dropped again', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, '/search?q=机器人&type=paper')
    await page.getByRole('button', { name: '收藏' }).click()
    assert.equal(await page.locator('[aria-pressed="true"]').innerText(), '已收藏')
    await page.getByRole('button', { name: '分享' }).click()
    await page.getByText('地址已复制').waitFor()
    assert.equal(decodeURIComponent(await page.evaluate(() => navigator.clipboard.readText())), `${node.url}/search?q=机器人&type=paper`)
    await open(page, '/search?q=第二个')
    await page.getByRole('button', { name: '收藏' }).click()
    await open(page, '/')
    assert.deepEqual(await page.locator('.kept a').allInnerTexts(), ['第二个', '机器人 · 论文'])
    await page.locator('.kept a').last().click()
    await page.waitForURL(/type=paper/)
    await idle(page)
    assert.equal(await page.locator('[aria-pressed="true"]').count(), 1)
    await page.goBack()
    await page.waitForSelector('.kept')
    await page.locator('.kept button').first().focus()
    await page.keyboard.press('Enter')
    assert.deepEqual(await page.locator('.kept a').allInnerTexts(), ['机器人 · 论文'])
    assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /机器人/)
    await page.reload()
    await idle(page)
    assert.deepEqual(await page.locator('.kept a').allInnerTexts(), ['机器人 · 论文'])
    await assertAccessible(page, 'home with kept searches')
    // What is no search of ours in the storage is passed over.
    await page.evaluate(() => localStorage.setItem('xietong.saved', '[{"path":"javascript:alert(1)","name":"x","at":"x"},7,null]'))
    await page.reload()
    await idle(page)
    assert.equal(await page.locator('.kept').count(), 0)
  }))

test('amounts from so much to so much, in units of 10,000 yuan, are a filter like the others', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?type=paper')
    await page.fill('#amount-from', '500')
    await page.fill('#amount-to', '12.5')
    await page.press('#amount-to', 'Enter')
    await page.waitForURL(/amount=125000\.\.5000000/)
    await idle(page)
    assert.match(await text(page, '.chips'), /金额 ?12\.5 万元–500 万元/)
    assert.equal(await page.inputValue('#amount-from'), '12.5')
    assert.ok(node.log.some((one) => one.includes('amount=125000..5000000')))
    await page.reload()
    await idle(page)
    assert.equal(await page.inputValue('#amount-to'), '500')
    await page.locator('.chip').last().click()
    await page.waitForURL((url) => !url.search.includes('amount'))
    await open(page, '/search?type=paper&amount=2000..&lang=en')
    assert.match(await text(page, '.chips'), /from ¥2,000/)
    await open(page, '/search?type=instrument')
    assert.equal(await page.locator('#amount-from').count(), 0, 'these have no amounts')
  }))

/** Holds the answers that `which` names back until release() is called. */
function holding(which) {
  let release
  const held = new Promise((done) => { release = done })
  node.options.hold = (url) => (which(url) ? held : undefined)
  return () => {
    node.options.hold = null
    release()
  }
}

test('other words keep whose records they are, as they keep the filters', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?linked=paper/1&type=paper')
    await page.fill('[data-search]', '激光')
    await page.press('[data-search]', 'Enter')
    await idle(page)
    assert.equal(query(page), '?q=激光&linked=paper/1&type=paper')
    await page.fill('[data-search]', '机')
    await page.locator('[role=option]', { hasText: '机场街道' }).click()
    await idle(page)
    assert.equal(query(page), '?linked=paper/1&type=paper&area=440100')
  }))

test('after a search that found nothing the next one is asked for once, and nothing of before stands under it', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=zerowide&area=440100')
    await page.waitForSelector('.near .card')
    const release = holding((url) => url.searchParams.get('q') === 'zerowide other')
    const before = node.log.length
    try {
      await page.fill('[data-search]', 'zerowide other')
      await page.press('[data-search]', 'Enter')
      await page.waitForSelector('.bar-busy.on')
      assert.equal(await page.locator('.near .card').count(), 0)
      await page.waitForTimeout(200)
      const asked = node.log.slice(before).filter((path) => path.startsWith('/api/v1/search?'))
      assert.equal(asked.length, 1, asked.join(' '))
    } finally {
      release()
    }
    await page.waitForSelector('.near .card')
  }))

test('each page of a history comes once, however often it is asked for', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(340))
    const more = page.locator('section[aria-labelledby="history-title"] button')
    const release = holding((url) => url.searchParams.get('cursor') === '10')
    try {
      await more.evaluate((one) => { one.click(); one.click() })
    } finally {
      release()
    }
    await page.waitForFunction(() => document.querySelectorAll('.versions li').length === 20)
    await idle(page)
    await more.click()
    await page.waitForFunction(() => document.querySelectorAll('.versions li').length === 30)
    assert.equal(new Set(await page.locator('.versions li').allInnerTexts()).size, 30)
    // What comes late for the other language is not put behind this one's.
    const late = holding((url) => url.searchParams.get('cursor') === '30')
    try {
      await more.click()
      await page.click('.other')
      await page.waitForFunction(() => document.querySelectorAll('.versions li').length === 10)
    } finally {
      late()
    }
    await idle(page)
    assert.equal(await page.locator('.versions li').count(), 10)
  }))

test('of two answers in two languages the reader sees his, whichever comes last', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, record(1))
    const about = page.locator('.about-record')
    assert.match(await about.innerText(), /来源记录/)
    const release = holding((url) => url.searchParams.get('lang') === 'en' && /\/(node|types)$/.test(url.pathname))
    const late = page.waitForResponse((answer) => /\/types\?lang=en/.test(answer.url()))
    try {
      await page.click('.other')
      await page.waitForFunction(() => document.documentElement.lang === 'en')
      const first = page.waitForResponse((answer) => /\/types\?lang=zh/.test(answer.url()))
      await page.click('.other')
      await first
    } finally {
      release()
    }
    await (await late).finished()
    await idle(page)
    assert.match(await about.innerText(), /来源记录/)
  }))

test('going back does not bring back a language that was left', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=many')
    await page.click('.other')
    await idle(page)
    await page.locator('[data-result]').nth(15).scrollIntoViewIfNeeded()
    const before = await page.evaluate(() => window.scrollY)
    await page.locator('[data-result]').nth(15).click()
    await page.waitForSelector('.record-head h1')
    await page.click('.other')
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN')
    await page.goBack()
    await page.waitForSelector('[data-result]')
    await page.waitForFunction((y) => Math.abs(window.scrollY - y) < 30, before)
    await idle(page)
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
    assert.match(await text(page, '.total'), /^共/)
    assert.equal(query(page), '?q=many&lang=zh', 'the address says the language that is shown')
    await page.reload()
    await idle(page)
    assert.match(await text(page, '.total'), /^共/)
  }))
