// The portal as its readers have it, in headless Chromium: how soon a first view is usable and what it weighs, how long a facet and a
// letter in the search box take until their answer is painted, and what Lighthouse says of the main pages.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { idle, launch, open } from '../test/browser/lib/browser.mjs'
import { CATEGORIES, startLighthouse } from '../test/browser/lib/lighthouse.mjs'
import { weighFirstView } from '../test/browser/lib/weigh.mjs'
import { bin, command, median, ms, percentile, start, top, withFolder } from './lib.mjs'

const SLOW = 4 // a phone's processor beside this one
const CLICKS = 24
const TYPED = ['机器人', '研究', '广州', 'jiqiren', 'yanjiu', 'sz', 'robot', 'energy']
const VIEWPORT = { width: 1440, height: 900 }

// ---- in the page ----

/** window.painted(): resolves with the time when the frame that holds what was just done has been drawn and the page listens again. */
function addPainted() {
  window.painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done(performance.now())
    port2.postMessage(0)
  }))
}

/** window.usable: resolves when the application has painted what the page is for and its search box listens. */
function watchFirstView(selector) {
  window.usable = new Promise((done) => {
    const look = () => {
      if (!document.querySelector('[data-search]') || !document.querySelector(selector)) return
      observer.disconnect()
      done(window.painted())
    }
    const observer = new MutationObserver(look)
    observer.observe(document, { subtree: true, childList: true, attributes: true })
  })
}

/** Milliseconds from the next click to the frame with its results; `which` is the facet's value to be clicked. */
function timeFacet() {
  window.timed = new Promise((done) => {
    addEventListener('click', (event) => {
      const list = document.querySelector('.results .list'), before = list.querySelector('.cards')?.textContent + location.search
      const observer = new MutationObserver(() => {
        if (list.getAttribute('aria-busy') !== 'false' || list.querySelector('.cards')?.textContent + location.search === before) return
        observer.disconnect()
        void window.painted().then((at) => done(at - event.timeStamp))
      })
      observer.observe(list, { subtree: true, childList: true, characterData: true, attributes: true })
    }, { once: true, capture: true })
  })
}

/** Milliseconds from the next letter in the search box to the frame with another list; null where the list stayed as it was. */
function timeLetter() {
  const box = document.querySelector('form.search')
  window.timed = new Promise((done) => {
    box.addEventListener('input', (event) => {
      const late = setTimeout(() => done(null), 1500)
      const observer = new MutationObserver(() => {
        if (!box.querySelector('[role="option"]')) return
        observer.disconnect()
        clearTimeout(late)
        void window.painted().then((at) => done(at - event.timeStamp))
      })
      observer.observe(box, { subtree: true, childList: true, characterData: true })
    }, { once: true, capture: true })
  })
}

// ---- the measures ----

/** The page in a context of its own: nothing is kept from another run. `slow` times slower than this machine. */
async function withTab(browser, url, slow, use) {
  const context = await browser.newContext({ baseURL: url, viewport: VIEWPORT })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slow })
    await page.addInitScript(addPainted)
    return await use(page, session)
  } finally {
    await context.close()
  }
}

async function firstView(browser, url, { path, shows }, slow) {
  return withTab(browser, url, slow, async (page, session) => {
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.addInitScript(watchFirstView, shows)
    await page.goto(path, { waitUntil: 'commit' })
    const usable = await page.evaluate(() => window.usable)
    const { metrics } = await session.send('Performance.getMetrics')
    const work = 1000 * metrics.find(({ name }) => name === 'TaskDuration').value // of the page's thread, whoever else has the machine
    const bytes = await page.evaluate(weighFirstView, usable)
    const readable = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime)
    // It takes input: a letter brings a question for suggestions.
    const asked = page.waitForRequest('**/api/v1/suggest?*', { timeout: 10_000 })
    await page.locator('[data-search]').press('j')
    await asked
    return { usable, readable, work, bytes }
  })
}

/** Clicks one value after another, each from the same unfiltered search. */
async function facets(browser, url, path, slow) {
  return withTab(browser, url, slow, async (page) => {
    await open(page, path)
    const values = await page.locator('.facets .value').evaluateAll((links) => links.map((one) => one.getAttribute('href')))
    const times = []
    for (const href of values.slice(0, CLICKS)) {
      const value = page.locator(`.facets .value[href="${href}"]`)
      await value.scrollIntoViewIfNeeded()
      await page.evaluate(timeFacet)
      await value.click()
      times.push(await page.evaluate(() => window.timed))
      await idle(page)
      await page.goBack()
      await idle(page)
    }
    return times
  })
}

/** Types the words letter by letter, as one who looks at the list after each. */
async function letters(browser, url, slow) {
  return withTab(browser, url, slow, async (page) => {
    await open(page, '/')
    const box = page.locator('[data-search]')
    const times = []
    for (const word of TYPED) {
      await box.fill('')
      for (const letter of word) {
        await page.evaluate(timeLetter)
        if (letter.charCodeAt(0) < 0x80) await box.press(letter)
        else await page.keyboard.insertText(letter)
        const time = await page.evaluate(() => window.timed)
        if (time !== null) times.push(time)
      }
    }
    return times
  })
}

/** A node over the data, a record of it, and the pages that are looked at. */
async function serve(data) {
  const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
  const url = node.found[1]
  // After an update the index may be made anew first.
  while ((await (await fetch(`${url}/api/v1/node`)).json()).index.state !== 'ready') await new Promise((done) => setTimeout(done, 500))
  const { items, total } = await (await fetch(`${url}/api/v1/search?q=${encodeURIComponent('研究')}&limit=1`)).json()
  return {
    url, stop: node.stop, records: (await (await fetch(`${url}/api/v1/node`)).json()).total, found: total,
    views: [
      { name: 'home', path: '/', shows: 'main:not(.served) .tiles a.tile' },
      { name: 'results', path: '/search?q=研究', shows: 'main:not(.served) ol.cards:not([aria-hidden]) > li' },
      { name: 'record', path: `/records/${items[0].key}`, shows: 'main:not(.served) .record-head h1' },
    ],
  }
}

const spread = (times) => `${ms(median(times))} / ${ms(percentile(times, 0.95))}`
const inTurn = async (rounds, list, body) => {
  const results = list.map(() => [])
  for (let round = 0; round < rounds; round++) for (const [i, one] of list.entries()) results[i].push(await body(one))
  return results
}

async function viewRows(browser, node, name, rounds) {
  const rows = []
  for (const slow of [1, SLOW]) {
    const runs = await inTurn(rounds, node.views, (view) => firstView(browser, node.url, view, slow))
    for (const [i, view] of node.views.entries()) {
      const of = (what) => median(runs[i].map(what))
      if (slow === 1) {
        const script = of(({ bytes }) => bytes.script) / 1000
        rows.push({ measure: `portal, ${name}: ${view.name}, compressed scripts of the first view, kB`, ours: `${script.toFixed(1)} (styles ${(of(({ bytes }) => bytes.style) / 1000).toFixed(1)})`, bar: '< 150', cleared: script < 150 })
      }
      const usable = of((run) => run.usable)
      rows.push({ measure: `portal, ${name}: ${view.name}, usable${slow > 1 ? ` on a processor ${slow} times slower` : ''}, ms`,
        ours: `${ms(usable)} (to be read ${ms(of((run) => run.readable))}${slow === 1 ? `; its thread worked ${ms(of((run) => run.work))}` : ''})`, ...(slow > 1 ? { bar: '< 1000', cleared: usable < 1000 } : {}) })
    }
  }
  return rows
}

async function clickRows(browser, node, name) {
  const rows = []
  for (const slow of [1, SLOW]) {
    const times = []
    for (const path of ['/search', '/search?q=研究']) times.push(...await facets(browser, node.url, path, slow))
    const p95 = percentile(times, 0.95)
    rows.push({ measure: `portal, ${name}: click on a facet to painted results${slow > 1 ? `, ${slow} times slower` : ''}, p50 / p95 ms`, ours: spread(times),
      ...(slow === 1 ? { bar: '< 200 p95', cleared: p95 < 200 } : {}) })
  }
  for (const slow of [1, SLOW]) {
    rows.push({ measure: `portal, ${name}: letter in the search box to painted suggestions${slow > 1 ? `, ${slow} times slower` : ''}, p50 / p95 ms`,
      ours: spread(await letters(browser, node.url, slow)) })
  }
  return rows
}

async function lighthouseRows(node, rounds) {
  const pages = [...node.views, { name: 'overview', path: '/overview' }, { name: 'an index', path: '/indexes/specialised-town' }]
  const rows = []
  const lighthouse = await startLighthouse()
  try {
    for (const preset of ['desktop', 'mobile']) {
      const runs = await inTurn(rounds, pages, ({ path }) => lighthouse.audit(node.url + path, { preset }))
      for (const [i, page] of pages.entries()) {
        const scores = Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(100 * median(runs[i].map((lhr) => lhr.categories[name].score)))]))
        const of = (audit) => median(runs[i].map((lhr) => lhr.audits[audit].numericValue))
        rows.push({
          measure: `portal, Lighthouse ${preset}: ${page.name}, performance / accessibility / best practice / SEO`, ours: CATEGORIES.map((name) => scores[name]).join(' / '),
          peer: `largest paint ${(of('largest-contentful-paint') / 1000).toFixed(2)} s, blocked ${Math.round(of('total-blocking-time'))} ms, shift ${of('cumulative-layout-shift').toFixed(3)}`,
          bar: '>= 95 / 100 / 100', cleared: scores.performance >= 95 && scores.accessibility === 100 && scores['best-practices'] === 100,
        })
      }
    }
  } finally {
    await lighthouse.close()
  }
  return rows
}

/** A node of all real data sets, as `./dev data` makes it; null where there are none. */
function realData(folder) {
  const sets = resolve(process.env.XIETONG_DATA ?? join(top, '../shared/data'))
  if (!existsSync(sets)) return null
  const data = join(folder, 'real')
  command(bin, ['init', '--data', data]) // made here, not by data.sh, which would write docs/real-data.md
  execFileSync(join(top, 'tools/data.sh'), [data], { env: { ...process.env, XIETONG_BIN: bin, XIETONG_DATA: sets }, stdio: 'ignore' })
  return data
}

export async function portalBench({ rounds = 9, real, lighthouse = true }) {
  return withFolder(async (folder) => {
    const sample = join(folder, 'sample')
    command(bin, ['init', '--data', sample, '--sample'])
    const rows = [], browser = await launch()
    try {
      for (const [name, data] of [['sample', sample], ['real data', real ?? realData(folder)]]) {
        if (!data) continue
        const node = await serve(data)
        try {
          const label = `${name} (${node.records} records)`
          rows.push(...await viewRows(browser, node, label, rounds), ...await clickRows(browser, node, label))
          if (data === sample && lighthouse) rows.push(...await lighthouseRows(node, Math.min(rounds, 3)))
        } finally {
          await node.stop()
        }
      }
    } finally {
      await browser.close()
    }
    return rows
  })
}

/** Over a node of real data that is there already ("" = the sample alone): `node bench/portal.mjs DATA [ROUNDS [--no-lighthouse]]`. */
if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { table } = await import('./lib.mjs')
  console.log(table(await portalBench({ real: process.argv[2], rounds: Number(process.argv[3] ?? 9), lighthouse: process.argv[4] !== '--no-lighthouse' })))
}
