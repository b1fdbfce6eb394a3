// What the node serves before the application starts: heads, JSON-LD, a readable body, and nothing that anyone planted.
// time limit: 400 s
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { newFolder, Node, ok, top } from '../lib/node.mjs'
import { plant, PLANTED } from '../lib/planted.mjs'

const { HtmlValidate } = createRequire(new URL('../../web/package.json', import.meta.url))('html-validate')
// What is about taste or about the application's own document (void elements with a slash, long titles) is left out.
const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'void-style': 'off', 'no-trailing-whitespace': 'off', 'long-title': 'off', 'no-inline-style': 'error', 'attribute-boolean-style': 'off', 'require-sri': 'off', 'prefer-native-element': 'off' },
})

const LIMIT = { timeout: 180_000 }
let browser, folder, node, types

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample'])
  const schemes = JSON.parse(await readFile(join(top, 'region/schemes.json'), 'utf8'))
  const checks = Object.fromEntries(Object.entries(schemes).map(([name, one]) => [name, one.check ?? 'none']))
  const first = await Node.start(data)
  types = (await first.json('/api/v1/types')).items
  const codeOf = async (list) => (await first.json(`/api/v1/codes/${list}`, { limit: 1 })).items[0].code
  await plant(data, join(folder, 'planted'), types, checks, codeOf)
  await first.stop()
  ;[browser, node] = await Promise.all([launch(), Node.start(data)])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

const get = async (path, options) => {
  const answer = await node.fetch(path, options)
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}
const first = async (query) => (await node.json('/api/v1/search', { limit: 1, ...query })).items[0].key
const head = (html, pattern) => pattern.exec(html)?.[1]
const thingOf = (html) => JSON.parse(/<script type="application\/ld\+json" data-served>(.*?)<\/script>/s.exec(html)[1])

async function planted() {
  const keys = []
  for (const type of types) keys.push(await first({ type: type.type, q: 'planted', sort: 'date' }))
  return keys
}

test('each kind of page has its head in both languages, and is valid HTML', LIMIT, async () => {
  const record = await first({ type: 'instrument', q: '示例' })
  const paths = ['/', '/search?q=示例&type=paper', `/records/${record}`, '/types', '/help', '/glossary', '/glossary?q=wzd', '/identifiers', '/identifiers?scheme=issn&value=0317-8472', '/data', '/api', '/observations', '/overview', '/advanced', '/compare', '/topics/subject/510', '/indexes', '/indexes/specialised-town',
    '/indexes/specialised-town/units/ex-41', '/indexes/specialised-town/indicators/A11', '/indexes/specialised-town/method', '/indexes/specialised-town/workshop']
  for (const path of paths) {
    for (const lang of ['zh', 'en']) {
      const address = path + (lang === 'zh' ? '' : `${path.includes('?') ? '&' : '?'}lang=en`)
      const { status, html } = await get(address)
      assert.equal(status, 200, address)
      assert.match(html, lang === 'zh' ? /<html lang="zh-CN">/ : /<html lang="en">/)
      assert.match(head(html, /<title>(.*?)<\/title>/), lang === 'zh' ? /协同$/ : /Xietong Guangdong$/, address)
      assert.ok(head(html, /<meta name="description" content="(.*?)"/).length > 5, address)
      const canonical = head(html, /<link rel="canonical" href="(.*?)"/).replaceAll('&amp;', '&')
      assert.equal(decodeURI(canonical), node.url + address, address)
      for (const hreflang of ['zh-CN', 'en', 'x-default']) assert.match(html, new RegExp(`hreflang="${hreflang}" href="${node.url}/`), address)
      for (const property of ['og:type', 'og:title', 'og:url', 'og:site_name', 'og:locale']) assert.match(html, new RegExp(`property="${property}" content="[^"]+"`), address)
      assert.match(html, /<div id="app"><header.*<main id="main".*<h1>/s, address)
      const report = await validator.validateString(html)
      assert.deepEqual(report.results.flatMap((one) => one.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`)), [], address)
    }
  }
})

test('a record says what it is in schema.org, with its links and what it is called elsewhere', LIMIT, async () => {
  const paper = await first({ type: 'paper', q: '膜污染在线清洗' })
  const thing = thingOf((await get(`/records/${paper}`)).html)
  assert.equal(thing['@context'], 'https://schema.org')
  assert.equal(thing['@type'], 'ScholarlyArticle')
  assert.equal(thing['@id'], `${node.url}/records/${paper}`)
  assert.equal(thing.author[0]['@type'], 'Person')
  assert.match(thing.author[0]['@id'], /\/records\/person\//)
  assert.equal(thing.isPartOf['@type'], 'Periodical')
  assert.equal(thing.inLanguage, 'zh')
  assert.equal(thing.identifier.url, 'https://doi.org/10.99999/xietong.sample.water.2')
  const classes = {}
  for (const type of types) {
    if (type.count === 0) continue
    classes[type.type] = thingOf((await get(`/records/${await first({ type: type.type })}`)).html)['@type']
  }
  assert.equal(classes.organisation, 'Organization')
  assert.equal(classes.person, 'Person')
  assert.equal(classes.instrument, 'IndividualProduct')
  assert.equal(classes.area, 'AdministrativeArea')
  assert.equal(classes.policy, 'Legislation')
  const ranking = thingOf((await get('/indexes/specialised-town')).html)
  assert.equal(ranking['@type'], 'Dataset')
  for (const file of ranking.distribution) assert.equal((await node.fetch(file.contentUrl)).status, 200, file.contentUrl)
})

test('without JavaScript a search is made and a record is read', LIMIT, async () => {
  const context = await browser.newContext({ baseURL: node.url, javaScriptEnabled: false, viewport: { width: 360, height: 800 } })
  try {
    const page = await context.newPage()
    await page.goto('/')
    await page.fill('input[name=q]', '示例')
    await page.click('button[type=submit]')
    assert.match(page.url(), /\/search\?q=/)
    const total = (await node.json('/api/v1/search', { q: '示例' })).total
    assert.match(await page.innerText('main'), new RegExp(`共 ${total} 条`))
    const seen = await page.locator('main h2 a').allInnerTexts()
    assert.equal(seen.length, 20)
    await page.click('text=下一页')
    const more = await page.locator('main h2 a').allInnerTexts()
    assert.equal(more.filter((one) => seen.includes(one)).length, 0, 'the second page goes on')
    await page.locator('main h2 a').first().click()
    assert.equal(await page.innerText('h1'), more[0])
    assert.match(await page.innerText('main'), /来源/)
    await page.click('header >> text=English')
    assert.match(await page.innerText('main'), /Sources/)
    await assertFitsPlain(page)
  } finally {
    await context.close()
  }
})

test('the second page of a search without words is one page, read as served, by the application and again', LIMIT, async () => {
  await withPage(browser, node.url, async (page) => {
    const served = await get('/search?type=paper')
    const link = head(served.html, /href="([^"]*cursor=[^"]*)"/).replaceAll('&amp;', '&')
    assert.match(link, /&page=2(&|$)/)
    assert.equal((await get(link)).status, 200)
    // The other language has what the application shows by.
    assert.match((await get('/overview?area=440100&type=paper')).html, /href="\/overview\?area=440100&amp;type=paper&amp;lang=en"/)
    await open(page, link)
    const titles = await page.locator('main .card h2').allInnerTexts()
    const { total } = await node.json('/api/v1/search', { type: 'paper', limit: 0 })
    assert.ok(total > 20)
    assert.equal(titles.length, Math.min(20, total - 20), 'the application takes the cursor of the served page')
    await open(page, '/search?type=paper')
    await page.click('main a[rel=next]')
    await idle(page)
    assert.deepEqual(await page.locator('main .card h2').allInnerTexts(), titles)
    const again = await page.reload()
    assert.equal(again.status(), 200, 'the served page takes the cursor of the application')
    await idle(page)
    assert.deepEqual(await page.locator('main .card h2').allInnerTexts(), titles)
  })
})

/** Opens a page whose application is held back until release() is called. */
async function openServed(page, path) {
  let release
  const held = new Promise((done) => { release = done })
  await page.route('**/assets/*.js', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(path, { waitUntil: 'commit' })
  await page.waitForSelector('main.served')
  return release
}

test('who reads on while the application comes stays where he is', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    const release = await openServed(page, `/records/${await first({ type: 'paper', q: '膜污染在线清洗' })}`)
    await page.evaluate(() => scrollTo(0, 400))
    const before = await page.evaluate(() => scrollY)
    assert.ok(before > 200, `${before}`)
    release()
    await page.waitForSelector('.record-head h1')
    await idle(page)
    await page.waitForFunction((y) => Math.abs(scrollY - y) < 4, before)
  }, { width: 360, height: 500 }))

test('words that are being typed while the application comes are kept, and so is the cursor among them', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    for (const [path, box] of [['/types', '.site-head [data-search]'], ['/', '.hero [data-search]']]) {
      const release = await openServed(page, path)
      await page.locator('input[name=q]').focus()
      await page.keyboard.type('abc')
      await page.keyboard.press('ArrowLeft')
      release()
      await page.waitForSelector(box)
      await idle(page)
      assert.equal(await page.locator(box).inputValue(), 'abc', path)
      await page.keyboard.type('x')
      assert.equal(await page.locator(box).inputValue(), 'abxc', `${path}: the focus and its place`)
      await page.unroute('**/assets/*.js')
    }
  }))

test('a page in the other language does not stand there until everything is in', LIMIT, () =>
  withPage(browser, node.url, async (page) => {
    await open(page, '/types?lang=en')
    let release
    const held = new Promise((done) => { release = done })
    await page.route('**/api/v1/types*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto('/types')
    await page.waitForFunction(() => !document.querySelector('main.served') && document.querySelector('main'), null, { timeout: 2000 })
    release()
    await idle(page)
    assert.equal(await text(page, 'h1'), 'Data types')
  }))

/** The page's own check runs script; without script the widths are asked through the protocol. */
async function assertFitsPlain(page) {
  const session = await page.context().newCDPSession(page)
  const { cssLayoutViewport, cssContentSize } = await session.send('Page.getLayoutMetrics')
  assert.ok(cssContentSize.width <= cssLayoutViewport.clientWidth, `sideways scrolling: ${cssContentSize.width}`)
}

test('the plain form is accessible and fits, and the application takes its place', LIMIT, async () => {
  const record = await first({ type: 'paper', q: '示例' })
  for (const width of WIDTHS) {
    await withPage(browser, node.url, async (page) => {
      await page.route('**/assets/*.js', (route) => route.abort())
      for (const path of ['/', '/search?q=示例', `/records/${record}`, '/indexes/specialised-town']) {
        await page.goto(path)
        await assertFits(page, `${path} at ${width}`)
        await assertAccessible(page, `${path} at ${width}`)
      }
    }, { width, expected: /ERR_FAILED/ })
  }
  await withPage(browser, node.url, async (page) => {
    await open(page, `/records/${record}`)
    assert.equal(await page.locator('main').count(), 1)
    assert.equal(await page.locator('main.served').count(), 0)
    // What the head said of this page is not said of the next one.
    assert.equal(await page.locator('link[rel=canonical]').count(), 1)
    await page.click('.brand')
    await idle(page)
    assert.equal(await page.locator('link[rel=canonical]').count(), 0)
  })
})

test('what is missing, deleted or merged has its status; a failing part leaves the application', LIMIT, async () => {
  const none = await get('/records/paper/01J00000000000000000000000')
  assert.equal(none.status, 404)
  assert.match(none.html, /没有这条记录/)
  assert.match(none.html, /content="noindex, follow"/)
  assert.equal((await get('/records/nothing/01J00000000000000000000000?lang=en')).status, 404)
  assert.equal((await get('/indexes/none')).status, 404)
  assert.equal((await get('/indexes/specialised-town/units/none')).status, 404)
  const bad = await get('/search?q=%FF')
  assert.equal(bad.status, 400)
  assert.match(bad.html, /<div id="app"><header/)
  assert.equal((await get('/search?fbclid=x&q=示例')).status, 200, 'strange names are passed over')
})

test('the same page is not sent twice', LIMIT, async () => {
  const path = `/records/${await first({ type: 'paper' })}`
  const once = await get(path)
  assert.match(once.headers.get('etag'), /^"[0-9a-f]{16}(-gz)?"$/)
  assert.equal((await get(path, { headers: { 'if-none-match': once.headers.get('etag') } })).status, 304)
  assert.equal((await get(`${path}?lang=en`, { headers: { 'if-none-match': once.headers.get('etag') } })).status, 200)
  assert.doesNotMatch(once.headers.get('vary'), /Accept-Language/)
})

test('planted markup is text in what is served', LIMIT, async () => {
  for (const key of await planted()) {
    for (const path of [`/records/${key}`, `/records/${key}?lang=en`, `/search?q=planted&type=${key.split('/')[0]}`, `/search?q=${encodeURIComponent(PLANTED.slice(0, 200))}`]) {
      const { status, html } = await get(path)
      assert.equal(status, 200, path)
      assert.equal([...html.matchAll(/<script/gi)].length, path.startsWith('/records/') ? 2 : 1, path)
      assert.doesNotMatch(html, /<img|<svg|<textarea|<!--/i, path)
      if (path.startsWith('/records/')) {
        const report = await validator.validateString(html)
        assert.deepEqual(report.results.flatMap((one) => one.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`)), [], path)
        assert.ok(JSON.stringify(thingOf(html)).includes('</script>'), `${path} has it as text`)
      }
    }
  }
})

test('planted markup never runs, with the application and without', LIMIT, async () => {
  const keys = await planted()
  for (const script of [true, false]) {
    const expected = script ? null : /ERR_FAILED/
    await withPage(browser, node.url, async (page) => {
      if (!script) await page.route('**/assets/*.js', (route) => route.abort())
      for (const key of keys) {
        await (script ? open(page, `/records/${key}`) : page.goto(`/records/${key}`))
        assert.equal(await page.evaluate(() => window.planted), undefined, key)
        assert.match(await text(page, 'h1'), /<script>window\.planted=1<\/script>/, key)
      }
      await (script ? open(page, '/search?q=planted') : page.goto('/search?q=planted'))
      assert.equal(await page.evaluate(() => window.planted), undefined, 'results')
    }, { expected })
  }
})

test('search engines find every record', LIMIT, async () => {
  const robots = await (await node.fetch('/robots.txt')).text()
  const map = /^Sitemap: (.*)$/m.exec(robots)[1]
  const parts = [...(await (await node.fetch(map)).text()).matchAll(/<loc>(.*?)<\/loc>/g)].map((match) => match[1])
  const urls = []
  for (const part of parts) urls.push(...[...(await (await node.fetch(part)).text()).matchAll(/<loc>(.*?)<\/loc>/g)].map((match) => match[1]))
  const { total } = await node.json('/api/v1/search', { limit: 0 })
  const records = urls.filter((url) => url.includes('/records/'))
  assert.equal(records.length, total)
  assert.equal(new Set(urls).size, urls.length)
  for (const url of [...urls.filter((one) => !one.includes('/records/')), records[0], records.at(-1)]) assert.equal((await node.fetch(url)).status, 200, url)
  assert.equal((await node.fetch('/sitemap/9.xml')).status, 404)
})

test('every page of the application has its head', async () => {
  const router = await readFile(join(top, 'web/src/router.ts'), 'utf8')
  const paths = [...router.matchAll(/\{ path: '(\/[^']*)', name: '(\w+)'/g)].filter(([, path, name]) => !path.startsWith('/embed/') && name !== 'missing').map((match) => match[1])
  assert.ok(paths.length > 10)
  const record = await first({ type: 'paper', q: '示例' })
  const real = { ':type/:id': record, ':index': 'specialised-town', ':unit': 'ex-41', ':code': 'A11', ':facet/:value': 'subject/510' }
  for (const path of paths) {
    const address = Object.entries(real).reduce((now, [from, to]) => now.replace(from, to), path)
    const { status, html } = await get(address)
    assert.equal(status, 200, address)
    assert.match(html, /<link rel="canonical"/, `${address}: a page of the application without a route in src/portal/portal.c`)
  }
})
