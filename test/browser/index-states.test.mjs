// What one can do on the pages of indexes: filter, sort, compare, choose peers, open a number, take a chart away; and that the
// address holds it all. Over the fixture: sample towns, and indexes made up for what they do not have.
// time limit: 420 s
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { assertAccessible, assertFits, idle, open, text, withPage } from './lib/browser.mjs'
import { LIMIT, REFUSED, stage, TOWNS } from './lib/indexes.mjs'

const on = stage()

const query = (page) => decodeURIComponent(new URL(page.url()).search)
const names = (page) => page.locator('.rank-table tbody th > a:first-child').allInnerTexts()

async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

test('the list of indexes leads to a ranking; an empty node says how to fill it', LIMIT, async () => {
  await withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/')
    await page.click('.doors a:has-text("看数据")')
    await page.waitForURL(/\/overview$/)
    await page.click('.subtabs a:has-text("综合指数")')
    await page.waitForURL(/\/indexes$/)
    await idle(page)
    await page.locator('.index-card').first().locator('.leaders li').nth(2).waitFor()
    assert.match(await text(page, '.index-card'), /专业镇创新指数[\s\S]*示例.*镇[\s\S]*60 个单位，16 项指标[\s\S]*2026-03-05/)
    assert.equal(await page.locator('.index-card').first().locator('.leaders li').count(), 3)
    await page.locator('.index-card .button').first().click()
    await page.waitForSelector('.rank-table tbody tr')
    assert.equal(await page.locator('.rank-table tbody tr').count(), 60)
  })
  await withPage(on.browser, on.empty.url, async (page) => {
    await open(page, '/indexes')
    assert.match(await text(page, 'main'), /还没有指数[\s\S]*xietong index/)
    await assertAccessible(page, 'empty list of indexes')
  })
})

test('the headline is the answer, and is true', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, TOWNS)
    const [first] = await names(page)
    const told = await text(page, 'h1')
    assert.ok(told.startsWith(`${first}领先`), told)
    // The fixture separates those whose intervals do not overlap.
    const intervals = await page.locator('.interval-cell > .small').allInnerTexts()
    const range = intervals.map((one) => one.split('–').map(Number))
    const apart = range.findIndex(([low], i) => i > 0 && low > range[0][1])
    assert.match(told, apart === 1 ? /确切领先/ : new RegExp(`前 ${apart} 名不能确切分开`))
  }))

test('filters, sorting and the year are in the address, and come back', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, TOWNS)
    await page.locator('form.controls select').first().selectOption('工业')
    await page.selectOption('.controls .wide select', 'B')
    await idle(page)
    assert.equal(query(page), '?group=工业&node=B')
    const heads = (await page.locator('.rank-table thead').innerText()).split(/[\t\n]+/)
    for (const one of ['创新投入能力', '技术研发能力', '协同创新能力']) assert.ok(heads.includes(one), `${one} in ${heads}`)
    assert.equal(await page.locator('.interval-cell').count(), 0, 'intervals are of the whole index only')
    const scores = (await page.locator('.rank-table td.score .figure').allInnerTexts()).map(Number)
    assert.deepEqual(scores, [...scores].sort((a, b) => b - a))
    await page.fill('.controls input[type=search]', '（肇庆市）')
    await page.waitForURL(/q=/)
    await idle(page)
    assert.ok((await names(page)).length > 0 && (await names(page)).every((one) => one.includes('肇庆市')))
    await page.locator('.page-head select').selectOption('2021')
    await page.waitForURL(/period=2021/)
    const shown = await names(page)
    await page.reload()
    await idle(page)
    assert.deepEqual(await names(page), shown)
    assert.equal(await page.inputValue('.controls input[type=search]'), '（肇庆市）')
    await page.click('.rank-table tbody th a')
    await page.waitForURL(/\/units\//)
    assert.match(query(page), /period=2021/, 'the year goes along')
    await page.goBack()
    await page.waitForSelector('.rank-table')
    assert.deepEqual(await names(page), shown)
    await page.click('.rank-table thead a:has-text("名称")')
    await page.waitForURL(/sort=name/)
    assert.equal(await page.locator('th[aria-sort=ascending] a').innerText(), '名称')
    await page.fill('.controls input[type=search]', '没有这样的名字')
    await page.waitForSelector('.empty')
    await page.click('.empty a')
    await page.waitForFunction(() => document.querySelectorAll('.rank-table tbody tr').length === 60)
  }))

test('ranks and scores are those of the release', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/specialised-town/releases/current`)).json()
    await open(page, `${TOWNS}?period=2022`)
    const rows = release.data.units.flatMap(([code, name, period], row) => (period === 2022 && release.ranks.index[row] ? [{ code, name, row }] : []))
      .sort((a, b) => release.ranks.index[a.row] - release.ranks.index[b.row])
    assert.deepEqual((await names(page)).slice(0, 59), rows.map((one) => one.name).slice(0, 59))
    const cells = await page.locator('.rank-table tbody tr').first().locator('td.score .figure, td.child .figure').allInnerTexts()
    assert.deepEqual(cells, ['index', 'A', 'B', 'C', 'D'].map((code) => release.scores[code][rows[0].row].toFixed(2)))
    // A score opens to what it is made of, a normalised value to what was told.
    await page.locator('.rank-table td.child .figure').nth(1).click()
    await page.waitForURL(/\/units\/ex-\d+\?period=2022&node=B/)
    await page.waitForSelector('figure:has-text("创新投入能力")')
    await open(page, `${TOWNS}?period=2022&node=A2`)
    await page.locator('.rank-table td.child .figure').first().click()
    await page.waitForURL(/\/observations\?index=specialised-town&indicator=A21&area=ex-\d+&period=2022/)
  }))

test('compare: who is really ahead, who cannot be told apart', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, TOWNS)
    const row = page.locator('.rank-table tbody tr').nth(9)
    await row.hover()
    await row.locator('.pick').click()
    await page.waitForSelector('.rel-self')
    assert.match(query(page), /mark=ex-/)
    const related = await page.locator('.rank-table tbody tr').evaluateAll((all) => all.map((one) => /rel-(\w+)/.exec(one.className)?.[1]))
    assert.equal(related.filter((one) => one === 'self').length, 1)
    const intervals = (await page.locator('.interval-cell > .small').allInnerTexts()).map((one) => one.split('–').map(Number))
    const mine = intervals[9]
    related.forEach((one, i) => {
      if (i === 9) return
      assert.equal(one, intervals[i][1] < mine[0] ? 'above' : intervals[i][0] > mine[1] ? 'below' : 'open', `row ${i}`)
    })
    assert.ok((await text(page, '.note-box')).includes(`${related.filter((one) => one === 'open').length} 个分不出先后`))
    await assertAccessible(page, 'comparing')
    await page.click('.note-box a')
    await page.waitForFunction(() => !document.querySelector('.rel-self'))
  }))

test('the chance of being among the first k is asked of the node', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, TOWNS)
    await page.fill('.controls .k', '3')
    await page.press('.controls .k', 'Enter')
    await page.waitForURL(/k=3/)
    await idle(page)
    assert.ok(on.node.log.some((path) => /\/top\?k=3/.test(path)))
    assert.match(await text(page, '.rank-table thead'), /进前 3 的把握/)
    assert.equal(await page.locator('.rank-table tbody tr').nth(30).locator('td').nth(3).innerText(), '0%')
    for (const wrong of ['0', '-1', '1e9', 'x']) {
      await open(page, `${TOWNS}?k=${wrong}&page=99&period=1&node=none&sort=none&mark=none&view=none&group=none`)
      assert.equal(await page.locator('h1').count(), 1, `an odd address (${wrong}) still gives a page`)
    }
  }))

test('a thousand units stay quick, a hundred to a page', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/indexes/thousand')
    assert.equal(await page.locator('.rank-table tbody tr').count(), 100)
    await page.click('.pager a[rel=next]')
    await page.waitForURL(/page=2/)
    assert.equal(await text(page, '.rank-table .rank'), '101')
    const took = await page.evaluate(async () => {
      const start = performance.now()
      document.querySelector('.rank-table thead a[href*="sort=name"]').click()
      await new Promise((done) => {
        const check = () => (document.querySelector('th[aria-sort="ascending"]') ? done() : requestAnimationFrame(check))
        check()
      })
      return performance.now() - start
    })
    assert.ok(took < 1500, `sorting took ${took} ms`)
    await open(page, '/indexes/thousand/indicators/X')
    assert.ok(await page.locator('.drawing g[role=img]').count() < 200, 'bars, not a thousand dots')
  }))

test('the map: keyboard and list select the same area; what is missing is hatched', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, `${TOWNS}?view=map`)
    await page.waitForSelector('.choropleth')
    assert.equal(await page.locator('.choropleth g[role=button]').count(), 21)
    await page.locator('.choropleth g[aria-label^="广州市"]').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/area=440100/)
    const inside = await page.locator('.map-list li a').allInnerTexts()
    assert.ok(inside.length >= 2 && inside.every((one) => one.includes('（广州市）')), inside.join())
    assert.equal(await page.locator('.choropleth [aria-pressed=true]').count(), 1)
    await page.reload()
    await page.waitForSelector('.map-list li')
    await page.click('.map-list li a')
    await page.waitForURL(/\/units\//)

    await open(page, '/indexes/provinces?view=map&lang=en')
    await page.waitForSelector('.choropleth')
    const words = await page.locator('.choropleth g[role=button]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
    assert.equal(words.length, 34)
    assert.deepEqual(words.filter((one) => !one.includes('No data')).map((one) => one.split(':')[0]).sort(), ['Beijing', 'Guangdong', 'Inner Mongolia', 'Shanghai'])
    assert.match(await page.locator('.choropleth g[aria-label^="Taiwan"] path').getAttribute('fill'), /^url\(#/, 'hatched')
    assert.equal(await page.locator('.choropleth .area-outline').count(), 1, 'the islands of the South China Sea are there')

    await open(page, '/indexes/plain?lang=zh')
    assert.equal(await page.locator('.views').count(), 0)
    assert.match(await text(page, 'main'), /没有现成的地图/)
  }))

test('a profile: rank in words, peers, strengths that open to observations', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/specialised-town/releases/current`)).json()
    const row = release.data.units.findIndex(([code, , period]) => code === 'ex-08' && period === 2023)
    const range = release.uncertainty.units.find((one) => one.row === row)
    await open(page, `${TOWNS}/units/ex-08`)
    assert.ok((await text(page, '.page-head .lead')).includes(`2023 年第 ${release.ranks.index[row]} 名`))
    assert.ok((await text(page, '.page-head .lead')).includes(`第 ${Math.floor(range.low)} 至 ${Math.ceil(range.high)} 名之间`))
    await page.locator('form.controls select').first().selectOption('chosen')
    for (const name of ['示例霁栖镇（广州市）', '示例澜栖镇（深圳市）']) {
      await page.fill('input[list=peer-names]', name)
      await page.press('input[list=peer-names]', 'Enter')
      await page.waitForSelector(`.peer-chip:has-text("${name}")`)
    }
    assert.match(query(page), /peers=chosen&peer=ex-01&peer=ex-02/)
    // The largest contribution beside these two, by hand.
    const rows = ['ex-01', 'ex-02'].map((unit) => release.data.units.findIndex(([code, , period]) => code === unit && period === 2023))
    const points = Object.keys(release.data.values).map((code) => ({ code, points: release.effects[code].nominal * (release.scores[code][row] - rows.reduce((sum, one) => sum + release.scores[code][one], 0) / 2) }))
    const best = points.sort((a, b) => b.points - a.points)[0]
    const label = release.definition.nodes.find((one) => one.code === best.code).label.zh
    const told = await text(page, '#side-strong + ol li')
    assert.ok(told.includes(label) && told.includes(`+${best.points.toFixed(2)} 分`), `${label} ${best.points} in ${told}`)
    await page.reload()
    await idle(page)
    assert.equal(await page.locator('.peer-chip').count(), 2)
    await page.click('.peer-chip >> nth=0')
    await page.waitForFunction(() => document.querySelectorAll('.peer-chip').length === 1)
    await page.locator('#side-strong + ol .open-number').first().click()
    await page.waitForURL(/\/observations\?index=specialised-town&indicator=\w+&area=ex-08&period=2023/)
    await idle(page)
    assert.equal(await page.locator('.observations tbody tr').count(), 1)
  }))

test('what was filled in, treated or missing is marked; the change adds up', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/specialised-town/releases/current`)).json()
    const at = release.data.values.B21.findIndex((value, row) => value === null && release.scores.B21[row] !== null && release.data.units[row][2] > 2019)
    const [unit, , period] = release.data.units[at]
    await open(page, `${TOWNS}/units/${unit}?period=${period}`)
    assert.match(await page.locator('.unit-table tr:has(a[href*="/indicators/B21"]) th').innerText(), /补值/)
    await page.waitForSelector('figure:has-text("标尺变化")')
    const change = page.locator('figure:has-text("标尺变化")')
    await change.locator('summary:has-text("看表格")').click()
    const cells = (await change.locator('tbody td').allInnerTexts()).map((one) => Number(one.replace('−', '-')))
    const [before, own, yardstick, both, now] = cells
    assert.ok(Math.abs(own + yardstick - both) < 0.011 && Math.abs(now - before - both) < 0.011, cells.join())
    const row = release.data.units.findIndex(([code, , year]) => code === unit && year === period)
    assert.equal(now.toFixed(2), release.scores.index[row].toFixed(2))
    // The five furthest values of A21 were drawn in: their units say so.
    const furthest = release.data.values.A21.map((value, i) => ({ value, i })).filter((one) => one.value !== null).sort((a, b) => b.value - a.value)[0]
    await open(page, `${TOWNS}/units/${release.data.units[furthest.i][0]}?period=${release.data.units[furthest.i][2]}`)
    assert.match(await page.locator('.unit-table tr:has(a[href*="/indicators/A21"]) th').innerText(), /已压缩极值/)
  }))

test('indicator and method say what the release says', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/specialised-town/releases/current`)).json()
    await open(page, `${TOWNS}/indicators/A21?unit=ex-08`)
    assert.match(await text(page, 'main'), new RegExp(`偏度 ${release.treated.A21.skew.toFixed(2)}[\\s\\S]*12\\.5%|12\\.5%[\\s\\S]*偏度 ${release.treated.A21.skew.toFixed(2)}`))
    await open(page, `${TOWNS}/indicators/A21?unit=ex-08&period=2021`)
    assert.match(await text(page, 'main'), /实际权重和相关系数按 2023 年的数据算/, 'whatever year is chosen')
    await open(page, `${TOWNS}/indicators/A21?unit=ex-08`)
    await page.locator('.drawing a').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/observations\?.*indicator=A21/)
    await open(page, `${TOWNS}/indicators/D12`)
    assert.match(await text(page, 'main'), /by-kind[\s\S]*除以工业、农业或服务业总产值/)
    await open(page, `${TOWNS}/method`)
    const told = await text(page, 'main')
    for (const part of ['不足 65%', '同期同组中位数', '至多 5 个', '最小最大法', '算术平均', release.data.sha256, 'lo = 1', 'xietong index run specialised-town DATA --out release.json']) assert.ok(told.includes(part), part)
    assert.equal(await page.locator('.unit-table').first().locator('tbody tr').count(), release.definition.nodes.length)
    await open(page, '/indexes/plain/method')
    assert.match(await text(page, 'main'), /没有计算名次区间/)
  }))

test('observations: filters, pages, revisions, export', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/observations')
    assert.equal(await page.locator('.observations tbody tr').count(), 50)
    const first = await text(page, '.observations tbody tr')
    await page.click('a[rel=next]')
    await page.waitForURL(/cursor=50/)
    await idle(page)
    assert.notEqual(await text(page, '.observations tbody tr'), first)
    await page.click('a[rel=prev]')
    await idle(page)
    assert.equal(await text(page, '.observations tbody tr'), first)
    await page.getByLabel('地区或单位').fill('ex-08')
    await page.keyboard.press('Enter')
    await page.waitForURL(/area=ex-08/)
    await idle(page)
    assert.match(await text(page, 'h1'), /示例翎栖镇/)
    await page.check('#with-revisions')
    await page.waitForURL(/revisions=true/)
    await idle(page)
    assert.match(await text(page, '.observations'), /更正/)
    await open(page, '/observations?index=specialised-town&indicator=A11&period=2023')
    const file = await downloaded(page, () => page.click('button:has-text("导出 CSV")'))
    const lines = file.bytes.toString().trim().split('\r\n')
    assert.equal(lines.length, 61)
    assert.match(file.bytes.toString(), /^\uFEFFindex,indicator,/)
    await open(page, '/observations?area=none')
    assert.match(await text(page, '.empty'), /没有符合条件的观测/)
  }))

test('an observation has all digits of its figure', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/observations?area=digits')
    assert.deepEqual(await page.locator('.observations tbody tr td:nth-child(4)').allInnerTexts(), ['12.3456', '999.96', '1,234,567.891'])
  }))

test('who has no rank has no interval either', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await open(page, '/indexes/unranked/units/u5')
    assert.match(await text(page, 'main'), /未排名|没有名次|数据不足/)
    await open(page, '/indexes/unranked/units/u1')
    assert.match(await text(page, '.page-head .lead'), /第 \d 至 \d 名之间/)
    for (const path of ['/indexes/unranked/units/u5', '/indexes/unranked']) {
      await open(page, path)
      assert.doesNotMatch(await page.locator('main').innerText(), /第 0 |\b0–0\b|NaN/, path)
    }
    assert.equal(await page.locator('.rank-table .interval-cell svg').count(), 5, 'six units, one of them without a rank')
  }))

test('titles say what the drawing shows, also of small scales and below zero', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/shares/releases/current`)).json()
    await open(page, '/indexes/shares/indicators/X')
    const middle = (period) => {
      const list = release.data.units.flatMap(([, , of], row) => (of === period ? release.data.values.X[row] ?? [] : [])).sort((a, b) => a - b)
      return (list[Math.floor((list.length - 1) / 2)] + list[Math.ceil((list.length - 1) / 2)]) / 2
    }
    assert.equal(await page.locator('.chart-title').nth(1).innerText(), `指标甲的中位数在降：2021 年 ${middle(2021)}，2023 年 ${middle(2023)}`)
    for (let n = 0; n < 9; n++) {
      const [first, last] = [release.scores.index[3 * n], release.scores.index[3 * n + 2]]
      await open(page, `/embed/shares/score/u${n}`)
      assert.match(await text(page, 'h1'), Math.abs(last - first) < 0.02 ? /./ : last > first ? /得分在升/ : /得分在降/, `${first} to ${last}`)
    }
  }))

test('a chart as a file: raw figures, haloes under letters, long lines broken; its table is made when it is asked for', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const release = await (await fetch(`${on.node.url}/api/v1/indexes/specialised-town/releases/current`)).json()
    await open(page, `${TOWNS}/units/ex-08`)
    const parts = page.locator('figure', { has: page.locator('.drawing .minus') }).first()
    assert.equal(await page.locator('figure table').count(), 0)
    const csv = (await downloaded(page, () => parts.locator('button:has-text("CSV")').click())).bytes.toString()
    const figures = csv.trim().split('\r\n').slice(1).map((one) => one.split(',').slice(1))
    assert.ok(figures.length > 1 && figures.flat().every((one) => /^-?\d+(\.\d+)?$/.test(one)), csv)
    assert.ok(figures.flat().some((one) => /\.\d{5,}/.test(one)), 'not as they are shown')
    await parts.locator('summary:has-text("看表格")').click()
    await parts.locator('table').waitFor()
    assert.match(await parts.locator('tbody').innerText(), /[+−]\d+\.\d\d\b/)
    const score = page.locator('figure').first()
    const scores = (await downloaded(page, () => score.locator('button:has-text("CSV")').click())).bytes.toString()
    const row = release.data.units.findIndex(([code, , period]) => code === 'ex-08' && period === 2023)
    assert.ok(scores.includes(`2023,${release.scores.index[row]},`), scores)
    const lines = (await downloaded(page, () => score.locator('button:has-text("SVG")').click())).bytes.toString()
    assert.match(lines, /<text[^>]*paint-order="stroke/)
    await open(page, `${TOWNS}?view=map`)
    await page.waitForSelector('.choropleth')
    const map = (await downloaded(page, () => page.locator('figure button:has-text("SVG")').first().click())).bytes.toString()
    assert.match(map, /<text[^>]*stroke-opacity="0\.65"[^>]*paint-order="stroke|<text[^>]*paint-order="stroke[^>]*stroke-opacity="0\.65"/)

    await page.setViewportSize({ width: 360, height: 800 })
    await open(page, '/embed/long/score/u1')
    const title = await text(page, 'h1')
    const long = (await downloaded(page, () => page.locator('button:has-text("SVG")').click())).bytes.toString()
    const drawn = await page.evaluate((words) => {
      document.body.innerHTML = words
      const own = [...document.querySelectorAll('body > svg > text')]
      const box = document.querySelector('body > svg').viewBox.baseVal
      const inner = document.querySelector('body > svg > svg')
      return {
        titles: own.filter((one) => one.getAttribute('font-weight') === '600').map((one) => one.textContent),
        wide: own.filter((one) => one.getBBox().x + one.getBBox().width > box.width).map((one) => one.textContent),
        low: own.filter((one) => one.getBBox().y + one.getBBox().height > box.height).map((one) => one.textContent),
        over: own.filter((one) => one.getAttribute('font-weight') === '600' && one.getBBox().y + one.getBBox().height > Number(inner.getAttribute('y')) + 1).length,
      }
    }, long)
    assert.ok(drawn.titles.length > 1, 'broken')
    assert.equal(drawn.titles.join('').replaceAll(' ', ''), title.replaceAll(' ', ''))
    assert.deepEqual([drawn.wide, drawn.low, drawn.over], [[], [], 0])
  }))

test('a chart can be taken away: CSV, SVG, PNG, code', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, `${TOWNS}/units/ex-08`)
    const chart = page.locator('figure').first()
    const title = await chart.locator('.chart-title').innerText()
    const csv = await downloaded(page, () => chart.locator('button:has-text("CSV")').click())
    assert.match(csv.name, /\.csv$/)
    assert.equal(csv.bytes.toString().trim().split('\r\n').length, 6, 'a head and five years')
    const svg = (await downloaded(page, () => chart.locator('button:has-text("SVG")').click())).bytes.toString()
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    for (const part of [title, '来源：', 'stroke=']) assert.ok(svg.includes(part), part)
    assert.doesNotMatch(svg, /class=|var\(--|<script|href=/)
    assert.equal(await page.evaluate((words) => new DOMParser().parseFromString(words, 'image/svg+xml').querySelector('parsererror'), svg), null)
    const png = await downloaded(page, () => chart.locator('button:has-text("PNG")').click())
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG')
    assert.ok(png.bytes.length > 5000, 'something is drawn')
    await chart.locator('summary:has-text("嵌入")').click()
    await chart.locator('button:has-text("复制代码")').click()
    const code = await page.evaluate(() => navigator.clipboard.readText())
    const address = /src="([^"]+)"/.exec(code)[1]
    await page.goto(address)
    await idle(page)
    assert.equal(await page.locator('.site-head, .site-foot').count(), 0, 'without the shell')
    assert.equal(await text(page, 'h1'), title)
    assert.match(await text(page, '.chart-foot'), /来源：.*；发布于 2026-03-05/)
    assert.match(new URL(address).searchParams.get('release'), /^[0-9a-f]{16}$/, 'of this release, for ever')
  }))

test('a slow node: the shape is there at once; a failing one says so and can be asked again', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    await page.goto('/indexes/slow')
    await page.waitForSelector('.bones-list')
    assert.equal(await page.locator('[aria-busy=true]').count(), 1)
    await page.waitForSelector('.rank-table')
    await open(page, '/indexes/fail/units/x')
    assert.match(await text(page, '[role=alert]'), /节点出错[\s\S]*planted failure/)
    const asked = on.node.log.length
    await page.click('[role=alert] button')
    await idle(page)
    assert.ok(on.node.log.length > asked)
    await open(page, '/indexes/none')
    assert.match(await text(page, '[role=alert]'), /没有/)
  }, { expected: REFUSED }))

test('markup in names stays text', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    for (const path of ['/indexes/markup', '/indexes/markup/units/u1', '/indexes/markup/indicators/X?unit=u1', '/embed/markup/score/u1']) {
      await open(page, path)
      assert.equal(await page.evaluate(() => globalThis.planted), undefined, path)
      assert.equal(await page.locator('main img').count(), 0, path)
    }
  }))

test('without a mouse: from the list to a unit to an observation', LIMIT, () =>
  withPage(on.browser, on.node.url, async (page) => {
    const tabTo = async (selector, most = 80) => {
      for (let i = 0; i < most; i += 1) {
        await page.keyboard.press('Tab')
        const found = await page.evaluate((wanted) => {
          const now = document.activeElement
          const { outlineStyle } = getComputedStyle(now)
          return now.matches(wanted) && (outlineStyle !== 'none' || now.closest('svg') !== null)
        }, selector)
        if (found) return
      }
      assert.fail(`Tab does not reach ${selector}`)
    }
    await open(page, '/indexes')
    await tabTo('.index-card h2 a')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.rank-table')
    await idle(page)
    await tabTo('.rank-table tbody th a')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.unit-table')
    await idle(page)
    await tabTo('.drawing a')
    await tabTo('.unit-table .open-number', 120)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.observations tbody tr')
  }))

/** What the node's answers say in Chinese only: names of units and groups, sources. Everything else is there in English, too. */
function onlyChinese(json, into) {
  if (typeof json === 'string') {
    if (/[\u4e00-\u9fff]/.test(json)) into.add(json)
  } else if (json && typeof json === 'object') {
    for (const [name, value] of Object.entries(json)) if (name !== 'zh' || !json.en) onlyChinese(value, into)
  }
}

const ENGLISH = ['/indexes', TOWNS, `${TOWNS}?view=map`, `${TOWNS}/units/ex-08`, `${TOWNS}/indicators/A21`, `${TOWNS}/method`, '/observations', '/indexes/fail']
for (const path of ENGLISH) {
  test(`dark, and in English: ${path}`, LIMIT, () =>
    withPage(on.browser, on.node.url, async (page) => {
      const answers = []
      page.on('response', (reply) => { if (/json/.test(reply.headers()['content-type'])) answers.push(reply.json()) })
      await open(page, `${path}${path.includes('?') ? '&' : '?'}lang=en`)
      await assertAccessible(page, `dark ${path}`)
      await page.setViewportSize({ width: 360, height: 700 })
      await assertFits(page, `English ${path} at 360`)
      const left = await page.evaluate(() => {
        const own = [...document.querySelectorAll('main button, main label, main nav a, main h1, main h2, main h3, main summary, main dt, main thead th, main caption, main .quiet, main .tag, main .mark-tag, main p')]
        return own.map((one) => one.placeholder || one.innerText).filter((words) => /[\u4e00-\u9fff]/.test(words))
      })
      const data = new Set()
      for (const answer of await Promise.all(answers)) onlyChinese(answer, data)
      const longest = [...data].sort((a, b) => b.length - a.length)
      const own = left.map((words) => longest.reduce((rest, one) => rest.replaceAll(one, ''), words))
      assert.deepEqual(own.filter((words) => /[\u4e00-\u9fff]/.test(words)), [], 'Chinese left in the English page')
    }, { dark: true, expected: REFUSED }))
}
