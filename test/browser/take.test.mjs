// Taking away: references, addresses, files, calls of the API, the data page, the API's own page; and a network that goes.
// time limit: 400 s
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, WIDTHS, withPage } from './lib/browser.mjs'
import { newFolder, Node, ok } from '../lib/node.mjs'

const LIMIT = { timeout: 120_000 }
let browser, folder, node, paper

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node] = await Promise.all([launch(), Node.start(data)])
  paper = (await node.json('/api/v1/search', { q: '膜污染在线清洗', type: 'paper', limit: 1 })).items[0].key
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

async function everyWidth(page, what) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await assertFits(page, `${what} at ${width}`)
    await assertAccessible(page, `${what} at ${width}`)
  }
}
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText())

test('a record is cited in every style, copied and downloaded, by keyboard too', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, `/records/${paper}`)
    await page.getByRole('button', { name: '引用' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('[C]//示例技术年会').waitFor()
    const wanted = await node.json(`/api/v1/records/${paper}/citation`)
    await everyWidth(page, 'cite')
    for (const [style, name] of [['gb7714', 'GB/T 7714—2015 引文'], ['apa', 'APA 格式（第 7 版）'], ['bibtex', 'BibTeX 条目'], ['ris', 'RIS 条目']]) {
      await page.getByRole('button', { name: `复制：${name}` }).click()
      assert.equal((await clipboard(page)).replaceAll('\r', ''), wanted[style].replaceAll('\r', ''), style)
      await page.getByText('已复制', { exact: true }).waitFor()
    }
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载文件' }).first().click()])
    assert.match(file.suggestedFilename(), /\.bib$/)
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('dialog').count(), 0)
    await page.getByRole('button', { name: '分享' }).click()
    await page.getByText('地址已复制').waitFor()
    assert.equal(await clipboard(page), `${node.url}/records/${paper}`)
  }))

test('where the browser can share, it does; where it cannot copy, the text is marked', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'share', { value: async (what) => { window.shared = what } })
      Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => { throw new Error('denied') } } })
    })
    await open(page, `/records/${paper}?lang=en`)
    await page.getByRole('button', { name: 'Share' }).click()
    const shared = await page.evaluate(() => window.shared)
    assert.equal(shared.url, `${node.url}/records/${paper}?lang=en`)
    assert.match(shared.title, /膜污染/)
    await page.getByRole('button', { name: 'Cite' }).click()
    await page.getByRole('button', { name: 'Copy: APA, 7th edition' }).click()
    await page.getByText('It could not be copied').waitFor()
    assert.match(await page.evaluate(() => String(getSelection())), /^示例专家12A, & 示例专家12B\. \(2025\)/)
  }))

test('a printed record is one page with its address and its sources, without what is for the screen', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, `/records/${paper}`)
    await page.emulateMedia({ media: 'print' })
    const text = await page.locator('body').innerText()
    assert.match(text, new RegExp(`/records/${paper}`))
    assert.match(text, /来源/)
    assert.match(text, /paper\.jsonl/)
    for (const word of ['引用', '分享', '打印', '检索帮助', '相似的记录']) assert.doesNotMatch(text, new RegExp(word), word)
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    assert.equal([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length, 1)
  }))

test('what is filtered is taken as references and followed as a feed', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/search?q=示例&type=paper')
    const { total } = await node.json('/api/v1/search', { q: '示例', type: 'paper', limit: 0 })
    await page.getByText('导出', { exact: true }).click()
    assert.match(await page.locator('.exports .panel').innerText(), new RegExp(`${total} 条`))
    await everyWidth(page, 'export menu')
    const take = async (name) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()])
      return readFile(await file.path())
    }
    const list = (await take('参考文献表 GB/T 7714')).toString()
    assert.equal(list.trim().split('\n').length, total)
    await page.getByText('导出', { exact: true }).click()
    const gb = await take('GB18030 编码的 CSV')
    assert.ok(new TextDecoder('gb18030').decode(gb).startsWith('_key,题名'))
    // Feed readers find it in the head; it follows the filters.
    const feed = () => page.locator('link[type="application/atom+xml"]').getAttribute('href')
    assert.equal(decodeURIComponent(await feed()), '/feed.atom?q=示例&type=paper')
    await page.goto('/search?q=示例&type=patent')
    await idle(page)
    assert.equal(await page.locator('link[type="application/atom+xml"]').count(), 1)
    assert.equal((await node.fetch(await feed())).status, 200)
    await page.click('.brand')
    await idle(page)
    assert.equal(await page.locator('link[type="application/atom+xml"]').count(), 0)
  }))

test('every page says which calls it is drawn from', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, '/search?q=示例&type=paper')
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    const first = page.locator('.calls a').first()
    await first.waitFor()
    const path = await first.getAttribute('href')
    assert.match(decodeURIComponent(path), /^\/api\/v1\/search\?q=示例&type=paper/)
    await everyWidth(page, 'calls')
    await page.getByRole('button', { name: /^复制命令/ }).first().click()
    assert.equal(await clipboard(page), `curl '${node.url}${path}'`)
    assert.equal((await node.fetch(path)).status, 200)
    await page.keyboard.press('Escape')
    await page.locator('[data-result]').first().click()
    await idle(page)
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    await page.locator('.calls a').first().waitFor()
    assert.match(await page.locator('.calls a').first().getAttribute('href'), /^\/api\/v1\/records\/paper\//)
    assert.equal(await page.locator('.calls a[href^="/api/v1/search?q="]').count(), 0, 'calls of the page before are forgotten')
    await page.keyboard.press('Escape')
    // What stays on the page stays in the list, whatever the address becomes.
    for (const link of ['.tabs a >> nth=-1', '.contents a >> nth=0']) {
      await page.locator(link).click()
      await idle(page)
      await page.getByRole('button', { name: '此页的接口调用' }).click()
      await page.locator('.calls a').first().waitFor()
      const said = (await page.locator('.calls a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))).join(' ')
      assert.match(said, /^\/api\/v1\/records\/paper\/[^ /]+\?lang=zh .*\/history/, link)
      await page.keyboard.press('Escape')
    }
    await open(page, '/advanced')
    await page.getByLabel('第 1 行的词').fill('示例')
    await page.waitForURL(/q=/)
    await idle(page)
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    await page.locator(`.calls a[href^="/api/v1/search?q=${encodeURIComponent('示例')}"]`).first().waitFor()
    const keys = (await node.json('/api/v1/search', { type: 'paper', limit: 2 })).items.map((one) => one.key)
    await open(page, `/compare?${keys.map((key) => `key=${key}`).join('&')}`)
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    await page.locator('.calls a').first().waitFor()
    assert.equal(await page.locator('.calls a[href^="/api/v1/records/paper/"]').count(), 2)
  }))

test('where nothing can be copied, just what was meant is marked', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    // As on a node that is reached by plain http.
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    const marked = () => page.evaluate(() => String(getSelection()))
    await open(page, `/records/${paper}`)
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    const path = await page.locator('.calls a').first().getAttribute('href')
    await page.getByRole('button', { name: /^复制命令/ }).first().click()
    await page.getByText('已选中').waitFor()
    assert.equal((await marked()).trim(), `curl '${node.url}${path}'`)
    await page.getByRole('button', { name: /^复制网址/ }).first().click()
    assert.equal((await marked()).trim(), `${node.url}${path}`)
    await open(page, '/api')
    await page.fill('#api-find', '/api/v1/search best')
    await page.locator('.api-list summary').first().click()
    await page.locator('.api-call').getByRole('button', { name: '复制命令' }).click()
    await page.locator('.api-call').getByText('已选中').waitFor()
    assert.match(await marked(), /^curl 'http:.*\/api\/v1\/search\?/)
    await open(page, `/advanced?q=${encodeURIComponent('示例')}`)
    await page.getByRole('button', { name: '复制检索式' }).click()
    assert.equal((await marked()).trim(), '示例')
  }))

test('a part that does not come says so and comes when it is asked for again', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    let broken = true
    await page.route(/assets\/(CiteDialog|CallsDialog|GatherPart)[^/]*\.js/, (route) => (broken ? route.abort() : route.continue()))
    const person = (await node.json('/api/v1/search', { type: 'person', limit: 1 })).items[0].key
    await open(page, `/records/${person}`)
    await page.getByRole('button', { name: '引用' }).click()
    await page.locator('.tools').getByText('没能读取').waitFor()
    await page.getByRole('button', { name: '此页的接口调用' }).click()
    await page.locator('.site-foot').getByText('没能读取').waitFor()
    await page.locator('.gather-here').scrollIntoViewIfNeeded()
    await page.locator('.gather-here [role=alert]').waitFor()
    await assertAccessible(page, 'parts that failed')
    const topic = (await node.json('/api/v1/search', { facets: 'subject', limit: 0 })).facets.subject[0].value
    broken = false
    await page.locator('.gather-here button').click()
    await page.waitForSelector('.gather-here .gather')
    await page.getByRole('button', { name: '引用' }).click()
    await page.getByRole('dialog').waitFor()
    assert.equal(await page.locator('.tools').getByText('没能读取').count(), 0)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '引用' }).click()
    await page.getByRole('dialog').waitFor()
    broken = true
    await open(page, `/topics/subject/${topic}`)
    await page.locator('main [role=alert]').waitFor()
    broken = false
    await page.locator('main [role=alert] button').click()
    await page.waitForSelector('main .gather')
  }, { expected: /ERR_FAILED|dynamically imported module/ }))

test('a part that is gone for good makes the page new once', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.route(/assets\/GatherPart[^/]*\.js/, (route) => route.fulfill({ status: 404 }))
    await open(page, '/topics/subject/510')
    const began = await page.evaluate(() => performance.timeOrigin)
    await page.locator('main [role=alert] button').click()
    await page.waitForFunction((before) => performance.timeOrigin !== before, began)
    await page.locator('main [role=alert]').waitFor()
    const again = await page.evaluate(() => performance.timeOrigin)
    await page.locator('main [role=alert] button').click()
    await page.waitForTimeout(500)
    await page.locator('main [role=alert]').waitFor()
    assert.equal(await page.evaluate(() => performance.timeOrigin), again, 'not a second time')
  }, { expected: /status of 404|dynamically imported module/ }))

test('what a record gathers is printed, too, before it was reached', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.addInitScript(() => { window.print = () => { window.printed = document.querySelectorAll('.gather-here .chart svg.drawing').length } })
    const person = (await node.json('/api/v1/search', { type: 'person', limit: 1 })).items[0].key
    await open(page, `/records/${person}`)
    assert.equal(await page.locator('.gather-here .gather').count(), 0, 'not reached yet')
    await page.getByRole('button', { name: '打印' }).click()
    await page.waitForFunction(() => window.printed !== undefined)
    assert.ok(await page.evaluate(() => window.printed) > 0)
  }, { height: 300, width: 360 }))

test('the data page counts types, fields, sources and changes', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/data')
    const data = await node.json('/api/v1/data')
    assert.match(await page.innerText('main'), new RegExp(`${data.records} 条记录`))
    const papers = data.types.find((one) => one.type === 'paper')
    const row = page.locator('main tr', { has: page.getByRole('link', { name: '论文', exact: true }) })
    assert.match(await row.first().innerText(), new RegExp(`${papers.records}[\\s\\S]*${(papers.completeness * 100).toFixed(1).replace('.', '\\.')}%`))
    await page.getByText(/^论文：/).click()
    await page.locator('details[open] tbody tr').first().waitFor() // made when it is opened
    assert.match(await page.locator('details[open]').innerText(), /DOI\s+doi/)
    await everyWidth(page, 'data')
    await open(page, '/data?lang=en')
    assert.match(await page.innerText('main'), /Completeness/)
    await everyWidth(page, 'data in English')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download Paper (CSV)' }).click()])
    assert.match(file.suggestedFilename(), /\.csv$/)
  }))

test('a type of more than can be exported at once says so, and how it is had', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await page.route('**/api/v1/data?*', async (route) => {
      const answer = await (await route.fetch()).json()
      answer.types.find((one) => one.type === 'paper').records = 100_001
      await route.fulfill({ json: answer })
    })
    await open(page, '/data')
    const row = page.locator('main tr', { has: page.getByRole('link', { name: '论文', exact: true }) }).first()
    assert.match(await row.innerText(), /一次最多导出 100,000 条[\s\S]*xietong export --type paper paper\.csv/)
    assert.equal(await row.locator('a[download]').count(), 0)
    assert.ok(await page.locator('main a[download]').count() > 0)
    await everyWidth(page, 'a type of many')
  }))

test('the API is searched, read and tried in the browser', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/api')
    const { paths } = await node.json('/api/openapi.json')
    const count = Object.values(paths).reduce((sum, one) => sum + Object.keys(one).length, 0)
    assert.equal(await page.locator('.api-list > li').count(), count)
    await page.fill('#api-find', 'citation style')
    assert.equal(await page.locator('.api-list > li').count(), 1)
    await page.fill('#api-find', 'no such thing at all')
    await page.getByText('没有相符的地址').waitFor()
    await page.fill('#api-find', '/api/v1/search best')
    await page.locator('.api-list summary').first().click()
    await everyWidth(page, 'api')
    await page.getByLabel('q', { exact: true }).fill('膜污染')
    await page.getByLabel('limit', { exact: true }).fill('1')
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText(/状态 200/).waitFor()
    assert.match(await page.locator('.api-call section pre').innerText(), /"total": \d+/)
    await page.fill('#api-find', '/records/{type}/{id} version')
    await page.locator('.api-list summary').first().click()
    await page.getByRole('button', { name: '发送' }).first().click()
    await page.getByText('请填写 id').first().waitFor()
  }))

test('when the network goes, the page says so and keeps what it shows', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await open(page, `/records/${paper}`)
    // The other pages come while nothing else happens.
    await page.waitForFunction(() => performance.getEntriesByType('resource').some((one) => /HomePage/.test(one.name)))
    await context.setOffline(true)
    await page.getByText('网络已断开').waitFor()
    assert.match(await page.innerText('h1'), /膜污染/)
    await everyWidth(page, 'offline')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.locator('.brand').click()
    await page.waitForURL(`${node.url}/`)
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: /膜污染/ }).waitFor()
    await context.setOffline(false)
    await page.getByText('网络已断开').waitFor({ state: 'detached' })
  }, { expected: /ERR_INTERNET_DISCONNECTED/ }))

test('what could not be had for want of a network is asked for again', LIMIT, () =>
  withPage(browser, node.url, async (page, context) => {
    await open(page, '/search?q=示例')
    await context.setOffline(true)
    await page.locator('.facets a', { hasText: '论文' }).first().click()
    await page.getByText('连不上节点').waitFor()
    await page.getByText('网络已断开').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: '重试' }).click()
    await page.locator('.cards').waitFor()
    assert.equal(await page.getByText('连不上节点').count(), 0)
  }, { expected: /ERR_INTERNET_DISCONNECTED/ }))
