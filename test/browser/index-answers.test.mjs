// What stands on a page of an index belongs to what the page asks for: answers that are late, that fail, of another release; indexes
// without years and years without scores; where links, files and embedded charts lead.
// time limit: 300 s
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idle, open, text, withPage } from './lib/browser.mjs'
import { OLD_RELEASE } from './lib/fixture-indexes.mjs'
import { LIMIT, REFUSED, stage, TOWNS } from './lib/indexes.mjs'

const on = stage()
const withNode = (use, options) => withPage(on.browser, on.node.url, async (page, context) => {
  try {
    await use(page, context)
  } finally {
    on.node.options.hold = on.node.options.down = undefined
  }
}, { expected: REFUSED, ...options })

/** Answers to matching paths wait until the function that this returns is called. */
function held(pattern) {
  let release
  const gate = new Promise((done) => { release = done })
  on.node.options.hold = (url) => (pattern.test(url.pathname + url.search) ? gate : undefined)
  return release
}
const failing = (pattern) => { on.node.options.down = pattern && ((url) => pattern.test(url.pathname + url.search)) }
const asked = (page, pattern) => page.waitForRequest((request) => pattern.test(decodeURIComponent(request.url())))
const chances = (page) => page.locator('.rank-table tbody tr').evaluateAll((rows) => rows.map((row) => row.cells[4].innerText))
const related = (page) => page.locator('.rank-table tbody tr[class*="rel-"]').count()
const answer = async (path) => (await fetch(`${on.node.url}/api/v1${path}`)).json()

/** As the node says it, in the order of the table. */
async function chancesOf(page, k) {
  const { items } = await answer(`${TOWNS}/releases/current/top?k=${k}`)
  const of = new Map(items.map((one) => [one.unit, `${one.probability * 100}%`]))
  const codes = await page.locator('.rank-table tbody th > a:first-child').evaluateAll((all) => all.map((one) => /units\/([^?]+)/.exec(one.href)[1]))
  return codes.map((code) => of.get(code) ?? '–')
}

test('chances under "first 20" are those of 20: none while the answer is late, none when it fails', LIMIT, () => withNode(async (page) => {
  await open(page, `${TOWNS}?k=5`)
  assert.deepEqual(await chances(page), await chancesOf(page, 5))
  const go = held(/top\?k=20/)
  await Promise.all([asked(page, /top\?k=20/), page.fill('.controls .k', '20').then(() => page.press('.controls .k', 'Enter'))])
  assert.match(await text(page, '.rank-table thead'), /进前 20 的把握/)
  assert.deepEqual([...new Set(await chances(page))], ['–'])
  go()
  await page.waitForFunction(() => document.querySelector('.rank-table tbody tr').cells[4].innerText !== '–')
  assert.deepEqual(await chances(page), await chancesOf(page, 20))
  failing(/top\?k=7/)
  await page.fill('.controls .k', '7')
  await page.press('.controls .k', 'Enter')
  await page.waitForSelector('.untold')
  assert.match(await text(page, '.untold'), /没有全部读到：节点出错/)
  assert.deepEqual([...new Set(await chances(page))], ['–'])
  failing(null)
  await page.click('.untold button')
  await page.waitForSelector('.untold', { state: 'detached' })
  assert.deepEqual(await chances(page), await chancesOf(page, 7))
}))

test('who is compared is who is marked: late, failing in words, asked again', LIMIT, () => withNode(async (page) => {
  await open(page, `${TOWNS}?mark=ex-08`)
  await page.waitForSelector('.rel-self')
  const go = held(/ahead\?unit=ex-09/)
  const row = page.locator('.rank-table tbody tr', { has: page.locator('a[href*="/units/ex-09"]') })
  await row.hover()
  await Promise.all([asked(page, /ahead\?unit=ex-09/), row.locator('.pick').click()])
  await page.waitForURL(/mark=ex-09/)
  assert.match(await text(page, '.note-box'), /^正在比较/)
  assert.equal(await related(page), 0, 'nothing of the unit marked before')
  go()
  await page.waitForSelector('.rel-self')
  assert.equal(await row.getAttribute('class'), 'rel-self')
  failing(/ahead\?unit=ex-10/)
  await page.goto(`${TOWNS}?mark=ex-10`)
  await page.waitForSelector('.note-box button')
  assert.match(await text(page, '.note-box'), /^未能比较示例.+与各单位：节点出错/)
  assert.doesNotMatch(await text(page, '.note-box'), /[a-z]{4}/, 'in the words of the reader')
  assert.equal(await related(page), 0)
  failing(null)
  await page.click('.note-box button')
  await page.waitForSelector('.rel-self')
}))

test('another release: nothing of the one before under its name', LIMIT, () => withNode(async (page) => {
  await open(page, '/indexes/two')
  const before = await text(page, 'h1')
  const go = held(new RegExp(`releases/${OLD_RELEASE}$`))
  await Promise.all([asked(page, new RegExp(`releases/${OLD_RELEASE}$`)), page.locator('.page-head .controls select').last().selectOption(OLD_RELEASE)])
  await page.waitForURL(/release=/)
  await page.waitForSelector('.bones-list')
  assert.equal(await page.locator('.rank-table, .chart').count(), 0)
  assert.ok(!(await text(page, 'main')).includes(before), 'the headline was of the other release')
  go()
  await page.waitForSelector('.rank-table')
  await idle(page)
  assert.match(await text(page, 'h1'), /^旧例单位/)
  const wrong = on.node.log.filter((path) => path.includes(`${OLD_RELEASE}/ahead`) && /unit=u|than=u/.test(path))
  assert.deepEqual(wrong, [], 'units of one release asked of the other')
}))

test('what is typed on a page that is left stays there, and does not hold up the next one', LIMIT, () => withNode(async (page) => {
  let go
  const gate = new Promise((done) => { go = done })
  await page.route(/MethodPage[^/]*\.js$/, async (route) => {
    await gate
    await route.continue()
  })
  await page.clock.install()
  await page.goto(TOWNS)
  await page.waitForSelector('.rank-table tbody tr')
  await page.evaluate(() => {
    const box = document.querySelector('.controls input[type=search]')
    box.value = '镇'
    box.dispatchEvent(new Event('input', { bubbles: true }))
    document.querySelector('.subtabs a[href*="/method"]').click()
  })
  await page.clock.runFor(1000) // longer than the search waits for another letter
  go()
  await page.waitForSelector('.method-page .steps')
  assert.doesNotMatch(page.url(), /q=/)
}))

for (const index of ['plain', 'yearless']) {
  test(`no years, so none in words and addresses: ${index}`, LIMIT, () => withNode(async (page) => {
    for (const path of ['', '/units/u1', '/method', '?lang=en', '/units/u1?lang=en', '/method?lang=en']) {
      await open(page, `/indexes/${index}${path}`)
      const told = await page.locator('main').innerText()
      assert.doesNotMatch(told, /(^|[，。、\s]) ?年|\b0 年|在 +年|指数, ,|^: rank|in : |figures of ,/m, path)
      assert.deepEqual(await page.locator('[href*="period="]').evaluateAll((all) => all.map((one) => one.getAttribute('href'))), [], path)
      assert.equal(await page.getByText(/历年得分|Over the years/).count(), 0, path)
    }
    await open(page, `/embed/${index}/distribution/X?lang=zh`)
    assert.match(await text(page, 'figcaption'), /每点一个单位/)
    assert.doesNotMatch(await text(page, 'figcaption'), /年/)
    await open(page, `/embed/${index}/score/u1`)
    assert.match(await text(page, 'h1'), /这里没有这张图/)
  }))
}

test('a page opens on the last year that has scores', LIMIT, () => withNode(async (page) => {
  await open(page, '/indexes/late')
  assert.equal(await page.locator('.rank-table tbody tr').count(), 6)
  assert.equal(await page.getByLabel('年份').inputValue(), '2022')
  assert.equal(await text(page, '.rank-table .rank'), '1')
}))

test('files are of the year and in the language of the page', LIMIT, () => withNode(async (page) => {
  const links = () => page.locator('.downloads a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  await open(page, `/indexes/two?period=2021&release=${OLD_RELEASE}&lang=en`)
  const path = `/api/v1/indexes/two/releases/${OLD_RELEASE}`
  assert.deepEqual(await links(), [`${path}/export?format=csv&lang=en`, `${path}/export?format=xlsx&lang=en`, path, `${path}/report?period=2021&lang=en`])
  await open(page, `/indexes/two/units/v3?period=2022&release=${OLD_RELEASE}&lang=zh`)
  assert.deepEqual((await links()).slice(0, 2), [`${path}/report?unit=v3&period=2022&lang=zh`, `${path}/export?format=xlsx&lang=zh`])
}))

test('an embedded chart leads to the release, the year and the language that it shows', LIMIT, () => withNode(async (page) => {
  const state = `release=${OLD_RELEASE}&period=2021&lang=en`
  await open(page, `/embed/two/ranking?${state}`)
  assert.equal(await page.getAttribute('.embed-home a', 'href'), `/indexes/two?${state}`)
  await open(page, `/embed/two/contributions/v3?${state}`)
  const href = await page.locator('.drawing a').first().getAttribute('href')
  for (const part of state.split('&')) assert.ok(href.includes(part), href)
}))

test('a name beside the map is followed once: in the page, and beside the frame', LIMIT, () => withNode(async (page, context) => {
  await open(page, `${TOWNS}?view=map&area=440100`)
  await page.waitForSelector('.map-list li a')
  const before = await page.evaluate(() => history.length)
  await page.click('.map-list li a')
  await page.waitForSelector('.unit-table')
  assert.equal(await page.evaluate(() => history.length), before + 1)
  await open(page, '/embed/specialised-town/map?area=440100')
  await page.waitForSelector('.map-list li a')
  const [beside] = await Promise.all([context.waitForEvent('page'), page.click('.map-list li a')])
  await beside.waitForURL(/\/units\//)
  await idle(page)
  assert.match(page.url(), /\/embed\//, 'the frame stays')
  assert.equal(context.pages().length, 2)
}))

test('the code of a filtered chart shows what the chart shows', LIMIT, () => withNode(async (page) => {
  const rows = async () => {
    const table = page.locator('figure').last().locator('.chart-table')
    await table.locator('summary').click()
    await table.locator('tbody th').first().waitFor() // made when it is opened
    return table.locator('tbody th').allTextContents()
  }
  for (const state of ['group=工业', 'q=（肇庆市）', 'sort=name', 'group=农业&sort=width']) {
    await open(page, `${TOWNS}?${state}`)
    const shown = await rows(), code = await page.locator('.chart-embed textarea').last().inputValue()
    assert.ok(shown.length > 0)
    await open(page, /src="([^"]+)"/.exec(code)[1])
    assert.deepEqual(await rows(), shown, state)
  }
  await open(page, '/indexes/thousand?page=3')
  const shown = await rows(), code = await page.locator('.chart-embed textarea').last().inputValue()
  await open(page, /src="([^"]+)"/.exec(code)[1])
  assert.deepEqual(await rows(), shown, 'the third page')
}))

test('a peer that nobody is called is said', LIMIT, () => withNode(async (page) => {
  await open(page, `${TOWNS}/units/ex-08?peers=chosen`)
  await page.fill('input[list=peer-names]', '没有这样的镇')
  await page.press('input[list=peer-names]', 'Enter')
  await page.getByText('没有找到“没有这样的镇”').waitFor()
  await page.fill('input[list=peer-names]', '示例')
  assert.equal(await page.getByText('没有找到').count(), 0)
}))

test('leaders are read one index after the other, and no longer once the list is left', LIMIT, () => withNode(async (page) => {
  const go = held(/specialised-town\/releases\/current$/)
  const start = on.node.log.length
  await page.goto('/indexes')
  await page.waitForSelector('.index-card')
  await page.waitForRequest(/releases\/current/).catch(() => undefined)
  const read = () => on.node.log.slice(start).filter((path) => /releases\/current$/.test(path))
  assert.deepEqual(read(), [`/api/v1${TOWNS}/releases/current`])
  await page.click('.page-head a[href="/observations"]')
  await page.waitForSelector('.observations')
  go()
  await idle(page)
  assert.deepEqual(read(), [`/api/v1${TOWNS}/releases/current`])
}))
