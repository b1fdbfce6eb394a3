// The overview: one state in the address for filters, map, list and every figure; what it shows in every state of a node, and that each
// number is the total of the search that it opens to.
// time limit: 600 s
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it, test } from 'node:test'
import { newFolder, Node, ok } from '../lib/node.mjs'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { LIMIT, REFUSED, stage } from './lib/indexes.mjs'
import { load } from './lib/load.mjs'

const on = stage()
const NOW = new Date().getFullYear()

/* name                    path                                                        what the title says */
const PAGES = [
  ['overview',             '/overview',                                                /^总览 · 广东协同$/],
  ['nothing found',        '/overview?q=zero',                                         /^zero · 总览/],
  ['one record',           '/overview?q=one',                                          /one/],
  ['10,000 records',       '/overview?q=many',                                         /many/],
  ['long names',           '/overview?q=long',                                         /long/],
  ['all of it failing',    '/overview?q=fail',                                         /fail/],
  ['nobody works together', '/overview?q=apart',                                       /apart/],
  ['one type',             '/overview?type=paper',                                     /^论文 · 总览/],
  ['a city',               '/overview?area=440100',                                    /^广州市 · 总览/],
  ['a county',             '/overview?area=440106&year=2015..2018&subject=110',        /天河区.*2015–2018|2015–2018.*天河区/],
  ['two cities',           '/overview?area=440100&area=440300&type=paper',             /总览/],
]
const PHONE = ['overview', 'long names', 'all of it failing']
for (const [name, path, title] of PAGES) {
  test(`${name}: fits, is accessible, has its title`, LIMIT, () =>
    withPage(on.browser, on.node.url, async (page) => {
      await open(page, path)
      assert.match(await page.title(), title)
      assert.equal(await page.locator('h1').count(), 1, 'one h1')
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        await idle(page)
        await assertFits(page, `${name} at ${width}`)
        // axe takes its time over some thousand cells: on a phone where the page is shaped otherwise than at its full width.
        if (width === 1440 || (width === 360 && PHONE.includes(name))) await assertAccessible(page, `${name} at ${width}`)
      }
    }, { expected: REFUSED }))
}

for (const path of ['/overview?area=440100', '/overview?q=apart', '/overview?q=fail']) {
  test(`dark, and in English: ${path}`, LIMIT, () =>
    withPage(on.browser, on.node.url, async (page) => {
      await open(page, `${path}&lang=en`)
      await assertAccessible(page, `dark ${path}`)
      const left = (await page.locator('main').evaluate((main) => main.innerText.match(/[^\n]*[\u4e00-\u9fff][^\n]*/g) ?? []))
      assert.deepEqual(left.filter((words) => !/示例节点/.test(words)), [], 'Chinese left in the English page')
      await page.setViewportSize({ width: 360, height: 740 })
      await idle(page)
      await assertFits(page, `English ${path} at 360`)
    }, { dark: true, expected: REFUSED }))
}

test('an empty node says what would be here and how it comes', LIMIT, () =>
  withPage(on.browser, on.empty.url, async (page) => {
    await open(page, '/overview')
    assert.match(await page.innerText('main'), /这里还没有记录[\s\S]*数量、分布、增长与合作[\s\S]*xietong import/)
    await assertAccessible(page, 'empty overview')
  }))

test('home and the door lead here; the tabs lead on', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/')
    await page.click('a:has-text("看总览")')
    await page.waitForURL(/\/overview$/)
    await page.click('.subtabs a:has-text("指标数据")')
    await page.waitForURL(/\/observations$/)
    await page.click('.doors a:has-text("看数据")')
    await page.waitForURL(/\/overview$/)
    assert.equal(await page.locator('.subtabs [aria-current="page"]').innerText(), '总览')
  }))

test('what nobody does is said, with how it comes', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview?q=apart')
    assert.match(await page.innerText('main'), /没有跨市合作的记录[\s\S]*缺的是列出两家以上机构[\s\S]*导入目录/)
    assert.equal(await page.locator('.flows').count(), 0)
  }))

test('a part that fails leaves the others, and comes when it is tried again', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    on.node.options.down = (url) => url.pathname === '/api/v1/cross' && url.searchParams.get('columns') === 'year'
    try {
      await open(page, '/overview')
      assert.equal(await page.locator('.error-note').count(), 1)
      assert.match(await text(page, '.part-failed'), /历年增长[\s\S]*节点出错/)
      assert.equal(await page.locator('.chart').count(), 6, 'the others are there')
    } finally {
      delete on.node.options.down
    }
    await page.click('.error-note button')
    await page.waitForFunction(() => document.querySelectorAll('.chart').length === 7)
    await idle(page)
    assert.equal(await page.locator('.error-note').count(), 0)
    assert.equal(await page.locator('.chart').count(), 7)
  }, { expected: REFUSED }))

test('what comes late keeps its place: nothing jumps', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    let release
    const held = new Promise((done) => { release = done })
    on.node.options.hold = (url) => (url.pathname === '/api/v1/cross' ? held : undefined)
    try {
      await page.goto('/overview')
      await page.waitForSelector('.part-bones')
      await page.waitForSelector('.figures')
      const before = await page.evaluate(() => document.documentElement.scrollHeight)
      assert.equal(await page.locator('.part-bones').count(), 6)
      assert.ok((await page.locator('[aria-busy="true"]').count()) >= 6)
      await assertAccessible(page, 'while it loads')
      release()
      await idle(page)
      const after_ = await page.evaluate(() => document.documentElement.scrollHeight)
      assert.ok(Math.abs(after_ - before) / after_ < 0.25, `${before} high, then ${after_}`)
    } finally {
      release()
      delete on.node.options.hold
    }
  }))

test('figures stand with the filters they are of, until those of the new ones are there', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview?type=paper')
    const titles = () => page.locator('.chart-title').allInnerTexts()
    const links = () => page.locator('main .chart a[href^="/search"], main .figures a').evaluateAll((all) => all.map((one) => one.getAttribute('href')).filter((one) => !/^\/(overview|embed)/.test(one)))
    const before = { titles: await titles(), links: await links() }
    assert.ok(before.links.length > 20 && before.links.every((one) => one.includes('type=')), 'each counts papers')
    let release
    const held = new Promise((done) => { release = done })
    on.node.options.hold = () => held
    try {
      await page.fill('#year-from', '1990')
      await page.fill('#year-to', '1995')
      await page.press('#year-to', 'Enter')
      await page.waitForURL(/year=1990/)
      await page.fill('#overview-words', '激光')
      await page.press('#overview-words', 'Enter')
      await page.waitForURL(/q=/)
      await page.waitForTimeout(200)
      assert.deepEqual(await titles(), before.titles)
      assert.deepEqual(await links(), before.links)
    } finally {
      release()
      delete on.node.options.hold
    }
    await idle(page)
    await page.waitForFunction(() => [...document.querySelectorAll('main .chart a[href^="/search"], main .figures a')].every((one) => /q=.*year=/.test(one.getAttribute('href'))))
  }))

test('one year stays in its fields', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview')
    await page.fill('#year-from', '2015')
    await page.fill('#year-to', '2015')
    await page.press('#year-to', 'Enter')
    await page.waitForURL(/year=2015$/)
    await idle(page)
    assert.deepEqual([await page.inputValue('#year-from'), await page.inputValue('#year-to')], ['2015', '2015'])
  }))

test('one record is one record, in English', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview?q=one&lang=en')
    const said = await page.locator('main').evaluate((main) => [main.innerText, ...[...main.querySelectorAll('[aria-label], title, [title]')].map((one) => one.getAttribute('aria-label') ?? one.getAttribute('title') ?? one.textContent)].join('\n'))
    assert.match(said, /\b1 record\b/)
    assert.deepEqual(said.match(/[^\n]*\b1 (records|cities|pairs)\b[^\n]*/g), null)
  }))

test('filters, map, list and tables are one state; back, forward and reload restore it', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const asked = (path) => on.node.log.filter((one) => one.startsWith(path)).at(-1)
    const area = page.locator('.overview-filters select').nth(2)
    await open(page, '/overview')
    await page.locator('.choropleth g[role="button"][aria-label^="广州市"]').press('Enter')
    await page.waitForURL(/area=440100/)
    await idle(page)
    assert.equal(await area.inputValue(), '440100')
    assert.equal(await page.locator('.choropleth [aria-pressed="true"]').getAttribute('aria-label').then((words) => words.slice(0, 3)), '广州市')
    assert.deepEqual((await page.locator('.place-list .place-rows li > a:first-child').allInnerTexts()).sort(), ['增城区', '天河区', '荔湾区'].sort())
    assert.match(await page.locator('.cross thead').first().innerText(), /天河区/)
    assert.match(await text(page, '.picked'), /广州市/)
    assert.match(asked('/api/v1/search?'), /area=440100/)
    await page.click('.place-rows a:has-text("天河区")')
    await page.waitForURL(/area=440106/)
    await idle(page)
    assert.equal(await area.inputValue(), '440106')
    assert.match(await page.locator('.place-rows li.on').first().innerText(), /天河区/, 'it has no parts: it stands among those beside it')
    await page.locator('.overview-filters select').first().selectOption('paper')
    await page.waitForURL(/type=paper/)
    await idle(page)
    assert.match(page.url(), /area=440106/)
    await page.reload()
    await idle(page)
    assert.equal(await area.inputValue(), '440106')
    assert.equal(await page.locator('.overview-filters select').first().inputValue(), 'paper')
    await page.goBack()
    await page.goBack()
    await page.waitForURL(/area=440100$/)
    await idle(page)
    assert.equal(await area.inputValue(), '440100')
    await page.click('.trail a')
    await page.waitForURL(/\/overview$/)
    await idle(page)
    assert.equal(await page.locator('.place-list .place-rows li').count(), 21)
    await page.fill('#overview-words', '机器人')
    await page.press('#overview-words', 'Enter')
    await page.waitForURL(/q=/)
    await page.locator('.overview-filters .years input').first().fill('2019')
    await page.locator('.overview-filters .years input').first().press('Enter')
    await page.waitForURL(/year=2019/)
    await idle(page)
    await page.click('.picked .all')
    await page.waitForURL(/\/overview$/)
  }))

test('the running year is marked as not over', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview')
    const growth = page.locator('.chart').first()
    assert.match(await growth.innerText(), new RegExp(`\\* ${NOW} 年未完`))
    assert.ok(await growth.locator('.open').count() > 0)
    await growth.locator('.chart-table summary').click()
    assert.equal(await growth.locator('tbody tr').count(), 15)
    assert.match(await growth.locator('tbody tr').last().innerText(), new RegExp(`${NOW}（未完）`))
    await open(page, '/overview?year=2015..2018')
    assert.doesNotMatch(await page.locator('.chart').first().innerText(), /未完/)
    assert.deepEqual(await page.locator('.chart').first().locator('a[aria-label]').evaluateAll((all) => all.map((one) => /\d{4}/.exec(one.ariaLabel)[0])), ['2015', '2016', '2017', '2018'])
  }))

test('the keyboard goes from cell to cell of a table, and Enter opens the records', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview')
    const table = page.locator('.cross table').first()
    assert.equal(await table.locator('[tabindex="0"]').count(), 1, 'one stop')
    await table.locator('[tabindex="0"]').focus()
    const at = () => page.evaluate(() => document.activeElement.dataset.at)
    assert.equal(await at(), '0 0')
    for (const [key, where] of [['ArrowRight', '0 1'], ['ArrowDown', '1 1'], ['End', '1 21'], ['ArrowRight', '1 21'], ['Control+End', '12 21'], ['Control+Home', '0 0']]) {
      await page.keyboard.press(key)
      assert.equal(await at(), where, key)
    }
    assert.equal(await table.locator('[tabindex="0"]').count(), 1)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search\?/)
    assert.match(page.url(), /subject=110/)
    assert.match(page.url(), /area=440100/)
  }))

test('heads stay while a table scrolls in itself', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview')
    const [before_, after_] = await page.locator('.cross-scroll').first().evaluate((box) => {
      const place = () => [box.querySelector('tbody th').getBoundingClientRect().left, box.querySelector('.corner').getBoundingClientRect().left].map(Math.round)
      const first = place()
      box.scrollLeft = 300
      return [first, place()]
    })
    assert.deepEqual(after_, before_)
  }, { width: 360, height: 740 }))

// In pages of their own: Chromium holds back what follows ten downloads of one page in quick succession.
test('each chart has its source, its date, its table and its files; the table of colours, too, is a drawing', LIMIT, async () => {
  for (const [from, to] of [[0, 4], [4, 7]]) {
    await withPage(on.browser, on.node.url, async (page) => {
      await open(page, '/overview')
      const charts = await page.locator('.chart').all()
      assert.equal(charts.length, 7)
      for (const chart of charts.slice(from, to)) {
        assert.match(await chart.locator('.chart-foot').innerText(), /来源：示例节点的记录；截至 2026-03-05（变更序号 4,711）/)
        const [csv] = await Promise.all([page.waitForEvent('download'), chart.locator('button:text-is("CSV")').click()])
        assert.ok((await readFile(await csv.path(), 'utf8')).split('\r\n').length > 2)
        const [svg] = await Promise.all([page.waitForEvent('download'), chart.locator('button:text-is("SVG")').click()])
        const drawn = await readFile(await svg.path(), 'utf8')
        assert.match(drawn, /^<svg/)
        assert.match(drawn, /来源：示例节点/)
        assert.doesNotMatch(drawn, /var\(|class=/)
        await chart.locator('.chart-embed summary').click()
        assert.match(await chart.locator('textarea').inputValue(), /\/embed\/overview\/\w+\?lang=zh/)
      }
      const [png] = await Promise.all([page.waitForEvent('download'), page.locator('.chart:has(.cross) button:text-is("PNG")').first().click()])
      assert.equal((await readFile(await png.path())).subarray(1, 4).toString(), 'PNG')
    })
  }
})

test('a chart stands alone, narrowed as the page was', LIMIT, async () => {
  for (const chart of ['types', 'growth', 'fields', 'map', 'heat', 'pairs', 'flows']) {
    await withPage(on.browser, on.node.url, async (page) => {
      on.node.log.length = 0
      await open(page, `/embed/overview/${chart}?type=paper&lang=zh`)
      assert.equal(await page.locator('.chart').count(), 1)
      assert.equal(await page.locator('.site-head').count(), 0)
      assert.ok(on.node.log.some((one) => /type=paper/.test(one)))
      assert.match(await page.locator('.embed-home a').getAttribute('href'), /^\/overview\?type=paper/)
      await assertFits(page, `embedded ${chart} at 360`)
      if (chart === 'map' || chart === 'heat') await assertAccessible(page, `embedded ${chart}`)
    }, { width: 360, height: 740 })
  }
  await withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/embed/overview/nothing')
    assert.match(await text(page, 'h1'), /没有|不在/)
    await open(page, '/embed/overview/map')
    await page.click('.place-rows a:has-text("广州市")')
    await page.waitForURL(/\/embed\/overview\/map\?area=440100/)
  })
})

test('each number of who works with whom opens to its records', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview?q=some&type=paper&area=440100')
    const query = async (selector) => new URL(await page.locator(selector).first().getAttribute('href'), on.node.url).searchParams
    const cell = await query('.cross td:not(.sum) > a[href*="organisation.area"]')
    assert.match(cell.get('q'), /^\(some\) AND organisation\.area:44\d\d00 AND organisation\.area:44\d\d00$/)
    assert.deepEqual([cell.get('type'), cell.get('area')], ['paper', null])
    assert.match((await query('.cross td.sum > a[href*="organisation.area"]')).get('q'), /^\(some\) AND organisation\.area:44\d\d00$/)
    const flow = await query('.flow-rows a[href*="organisation.area"]')
    assert.match(flow.get('q'), /^\(some\) AND organisation\.area:/)
    await page.locator('.flow-rows a[href*="organisation.area"]').first().click()
    await page.waitForURL(/\/search\?/)
  }))

test('planted markup is text', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/overview?q=markup&area=440100')
    assert.match(await page.innerText('main'), /<img src=x/)
    assert.equal(await page.evaluate(() => window.planted), undefined)
  }))

describe('what the page computes', () => {
  it('takes the fifteen years up to what is chosen', async () => {
    const { yearsOf } = await load('overview/years.ts')
    assert.deepEqual(yearsOf(undefined, 2026), { from: 2012, to: 2026 })
    assert.deepEqual(yearsOf(['2015..2018'], 2026), { from: 2015, to: 2018 })
    assert.deepEqual(yearsOf(['1980..2018'], 2026), { from: 2004, to: 2018 })
    assert.deepEqual(yearsOf(['..2018'], 2026), { from: 2004, to: 2018 })
    assert.deepEqual(yearsOf(['2020..'], 2026), { from: 2020, to: 2026 })
    assert.deepEqual(yearsOf(['2010'], 2026), { from: 2003, to: 2017 })
    assert.deepEqual(yearsOf(['2025'], 2026), { from: 2012, to: 2026 })
    assert.deepEqual(yearsOf(['2040'], 2026), { from: 2012, to: 2026 })
    assert.deepEqual(yearsOf(['2010', '2012'], 2026), { from: 2010, to: 2012 })
    assert.deepEqual(yearsOf(['2030..2040'], 2026), { from: 2030, to: 2040 }, 'what is to come is not this year')
    assert.deepEqual(yearsOf(['2030..'], 2026), { from: 2030, to: 2030 })
    assert.deepEqual(yearsOf(['2015..2015'], 2026), yearsOf(['2015'], 2026))
  })
  it('gives each step of colour as many cells as may be', async () => {
    const { cutsOf, stepOf, legendOf } = await load('charts/crossTable.ts')
    const values = Array.from({ length: 100 }, (_, i) => i)
    const cuts = cutsOf(values)
    const steps = values.map((one) => stepOf(one, cuts))
    assert.equal(steps.filter((one) => one === 0).length, 1)
    for (let step = 1; step <= 5; step++) assert.ok(Math.abs(steps.filter((one) => one === step).length - 20) <= 1)
    assert.deepEqual(cutsOf([0, 0, 3, 3, 3]), [])
    assert.equal(stepOf(3, []), 2)
    const one = (counts, same) => legendOf({ counts, same, rows: [], columns: [] })
    assert.deepEqual(one([[0, 0]]), [])
    assert.deepEqual(one([[9, 1], [1, 9]], true).map(({ low, high }) => [low, high]), [[1, 1]], 'the diagonal is none of it')
  })
  it('counts each pair of places once', async () => {
    const { pairsOf } = await load('overview/pairs.ts')
    const values = ['a', 'b', 'c'].map((value) => ({ value, label: value, count: 9 }))
    const found = pairsOf({ rows: { values }, columns: { values }, counts: [[9, 2, 0], [2, 9, 5], [0, 5, 9]] })
    assert.deepEqual(found.map((one) => `${one.a}${one.b}${one.count}`), ['bc5', 'ab2'])
  })
  it('shows what is there as more than nothing', async () => {
    const { shareText } = await load('lib/format.ts')
    assert.deepEqual([[0, 9], [1, 100_000], [1, 300], [1, 3], [3, 3], [1, 0]].map(([a, b]) => shareText(a, b)), ['0%', '<0.1%', '0.3%', '33%', '100%', '0%'])
    assert.deepEqual([[995, 1000], [99_996, 100_000], [994, 1000]].map(([a, b]) => shareText(a, b)), ['99.5%', '99.9%', '99%'], 'what is missing is not all')
    assert.deepEqual([[3, 100_000], [99_996, 100_000], [876, 1000], [1, 1]].map(([a, b]) => shareText(a, b, true)), ['<0.1%', '99.9%', '87.6%', '100%'])
  })
})

describe('over a real node', () => {
  let node, folder
  before(async () => {
    folder = await newFolder()
    await ok(['init', '--data', join(folder, 'data'), '--sample'])
    node = await Node.start(join(folder, 'data'))
    await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
  }, LIMIT)
  after(async () => {
    await node?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  }, { timeout: 30_000 })

  for (const path of ['/overview', '/overview?area=440100&type=organisation&type=instrument', '/overview?area=440106', '/overview?q=研究&year=2018..2021', '/overview?year=2020&subject=510']) {
    it(`every number is the total of the search it opens to: ${path}`, { timeout: 120_000 }, () =>
      withPage(on.browser, node.url, async (page) => {
        await open(page, path)
        const links = await page.locator('main a[href^="/search"]').evaluateAll((all) => all.map((one) => ({
          href: one.getAttribute('href'), words: (one.getAttribute('aria-label') ?? one.title ?? one.innerText).trim() || one.innerText.trim(), shown: one.textContent.trim(),
        })))
        assert.ok(links.length > 20, `${links.length} links`)
        const numberOf = ({ words, shown }) => {
          const found = /(?:[:：]\s*|^)([\d,]+)(?=\D*$|\s)/.exec(words) ?? /^([\d,]+)/.exec(shown)
          return found ? Number(found[1].replaceAll(',', '')) : null
        }
        const numbers = new Map()
        let compared = 0
        for (const link of links) {
          const number = numberOf(link)
          if (number === null) continue // "list them"
          if (!numbers.has(link.href)) {
            const url = new URL(link.href, node.url)
            url.searchParams.set('limit', '0')
            numbers.set(link.href, (await node.json(`/api/v1/search${url.search}`)).total)
          }
          assert.equal(number, numbers.get(link.href), `${link.words} at ${link.href}`)
          compared++
        }
        assert.ok(compared >= links.length - 3, `${compared} of ${links.length}`)
        const list = await page.locator('.page-head a').count()
        assert.equal(list, path === '/overview' ? 0 : 1)
      }))
  }

  it('is read on a phone', LIMIT, () =>
    withPage(on.browser, node.url, async (page) => {
      await open(page, '/overview')
      await assertFits(page, 'overview of the sample at 360')
      await assertAccessible(page, 'overview of the sample at 360')
      assert.match(await text(page, '.page-head h1'), /广东省创新资源总览/)
      await page.click('.place-rows a:has-text("东莞市")')
      await page.waitForURL(/area=441900/)
      await idle(page)
      assert.match(await page.locator('.place-list').innerText(), /东城街道/, 'towns, where a city has no districts')
      await page.locator('.figures a').first().click()
      await page.waitForURL(/\/search\?area=441900/)
    }, { width: 360, height: 740 }))
})
