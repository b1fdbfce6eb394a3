// Remakes the pictures of the main pages in docs/screens/ (or FOLDER):
//   XIETONG_BIN=build/release/xietong node scripts/screens.mjs [FOLDER]      a node with the sample region, made for it
//   node scripts/screens.mjs http://127.0.0.1:8080 [FOLDER]                  a node that runs
// The record shown is the first instrument, else the first record, found for XIETONG_SCREEN_QUERY.
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const arguments_ = process.argv.slice(2)
const given = /^https?:/.test(arguments_[0] ?? '') ? arguments_.shift() : null
const folder = resolve(arguments_[0] ?? fileURLToPath(new URL('../../docs/screens/', import.meta.url)))
const QUERY = process.env.XIETONG_SCREEN_QUERY ?? '机器人'
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 360, height: 740 }

async function firstFound(base, filter) {
  const reply = await fetch(`${base}/api/v1/search?q=${encodeURIComponent(QUERY)}${filter}&limit=1`)
  return (await reply.json()).items?.[0]
}

async function picture(base) {
  const first = await firstFound(base, '&type=instrument') ?? await firstFound(base, '')
  const results = `/search?q=${encodeURIComponent(QUERY)}`
  const pictures = [
    ['home', '/', DESKTOP, 'light', 'zh'],
    ['home-phone', '/', PHONE, 'light', 'zh'],
    ['results', results, DESKTOP, 'light', 'zh'],
    ['results-phone', results, PHONE, 'light', 'zh'],
    ['results-dark', results, DESKTOP, 'dark', 'zh'],
    ['results-en', results, DESKTOP, 'light', 'en'],
    ['overview', '/overview', DESKTOP, 'light', 'zh'],
    ['overview-phone', '/overview', PHONE, 'light', 'zh'],
    ['overview-city', '/overview?area=440100', DESKTOP, 'light', 'en', '.place-map'],
    ['overview-fields', '/overview', DESKTOP, 'light', 'zh', '.cross'],
    ['overview-flows', '/overview', DESKTOP, 'light', 'zh', '.flows'],
    ['overview-dark', '/overview', DESKTOP, 'dark', 'zh', '.cross'],
    ['types', '/types', DESKTOP, 'light', 'zh'],
    ['help', '/help', DESKTOP, 'light', 'zh'],
    ['glossary', '/glossary', DESKTOP, 'light', 'zh'],
    ['identifiers', '/identifiers', DESKTOP, 'light', 'en'],
    ['data', '/data', DESKTOP, 'light', 'zh'],
    ['api', '/api', DESKTOP, 'light', 'en'],
    ['topic', '/topics/subject/510', DESKTOP, 'light', 'zh'],
    ['topic-phone', '/topics/subject/510', PHONE, 'light', 'zh'],
    ['advanced', `/advanced?q=${encodeURIComponent(`(${QUERY} OR title:激光) AND type:(paper OR patent) AND year:2018..`)}`, DESKTOP, 'light', 'zh'],
    ['advanced-phone', `/advanced?q=${encodeURIComponent(QUERY)}`, PHONE, 'light', 'zh'],
  ]
  if (first) {
    pictures.push(['record', `/records/${first.key}`, DESKTOP, 'light', 'zh'])
    pictures.push(['record-phone', `/records/${first.key}`, PHONE, 'light', 'zh'])
  }
  const alike = (await (await fetch(`${base}/api/v1/search?type=${first?.type ?? ''}&limit=3`)).json()).items ?? []
  if (alike.length > 1) {
    const compared = `/compare?${alike.map((one) => `key=${one.key}`).join('&')}`
    pictures.push(['compare', compared, DESKTOP, 'light', 'zh'], ['compare-phone', compared, PHONE, 'light', 'zh'])
  }
  const [most] = (await (await fetch(`${base}/api/v1/search?limit=0&facets=organisation&facet_values=1`)).json()).facets?.organisation ?? []
  const house = most && (await (await fetch(`${base}/api/v1/search?type=organisation&limit=1&q=${encodeURIComponent(`title:"${most.value}"`)}`)).json()).items?.[0]
  if (house) pictures.push(['gather', `/records/${house.key}#gather-title`, DESKTOP, 'light', 'zh'])
  const index = (await (await fetch(`${base}/api/v1/indexes`)).json()).items.find((one) => one.releases.length)
  if (index) {
    const release = await (await fetch(`${base}/api/v1/indexes/${index.name}/releases/current`)).json()
    const last = Math.max(...release.data.units.map((one) => one[2]))
    const top = release.definition.nodes.find((node) => !node.parent).code
    const indicator = Object.keys(release.data.values)[2]
    const [unit] = release.data.units[release.data.units.findIndex((one, row) => one[2] === last && release.ranks[top][row] === 7)]
    const at = `/indexes/${index.name}`
    pictures.push(
      ['indexes', '/indexes', DESKTOP, 'light', 'zh'],
      ['ranking', at, DESKTOP, 'light', 'zh'],
      ['ranking-phone', at, PHONE, 'light', 'zh'],
      ['ranking-dark', at, DESKTOP, 'dark', 'zh'],
      ['ranking-compare', `${at}?mark=${unit}`, DESKTOP, 'light', 'en'],
      ['map', `${at}?view=map&area=440100`, DESKTOP, 'light', 'zh'],
      ['unit', `${at}/units/${unit}`, DESKTOP, 'light', 'zh'],
      ['unit-phone', `${at}/units/${unit}`, PHONE, 'light', 'zh'],
      ['unit-en', `${at}/units/${unit}`, DESKTOP, 'light', 'en'],
      ['indicator', `${at}/indicators/${indicator}?unit=${unit}`, DESKTOP, 'light', 'zh'],
      ['method', `${at}/method`, DESKTOP, 'light', 'zh'],
      ['observations', `/observations?index=${index.name}&area=${unit}`, DESKTOP, 'light', 'zh'],
    )
  }
  await mkdir(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' })
  try {
    for (const [name, path, viewport, colorScheme, lang, part] of pictures) {
      const page = await browser.newPage({ viewport, colorScheme })
      page.setDefaultTimeout(15_000)
      await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
      await page.waitForLoadState('networkidle')
      if (part) await page.locator(`.chart:has(${part})`).first().evaluate((one) => window.scrollTo(0, one.getBoundingClientRect().top + window.scrollY - 76))
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: process.env.XIETONG_SCREEN_FULL === '1' })
      await page.close()
      console.log(`${name}.png`)
    }
  } finally {
    await browser.close()
  }
}

async function withSample(use) {
  const { newFolder, Node, ok } = await import('../../test/lib/node.mjs')
  const own = await newFolder()
  try {
    await ok(['init', '--data', join(own, 'data'), '--sample'])
    const node = await Node.start(join(own, 'data'))
    try {
      await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
      await use(node.url)
    } finally {
      await node.stop()
    }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

await (given ? picture(given) : withSample(picture))
