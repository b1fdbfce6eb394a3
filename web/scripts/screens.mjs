// Remakes the pictures of the main pages:   node scripts/screens.mjs http://127.0.0.1:8080 [FOLDER]
// The default folder is docs/screens/. The record shown is the first that the node finds for QUERY.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [base, folder = fileURLToPath(new URL('../../docs/screens/', import.meta.url))] = process.argv.slice(2)
if (!base) {
  console.error('usage: node scripts/screens.mjs URL [FOLDER]')
  process.exit(2)
}
const QUERY = process.env.XIETONG_SCREEN_QUERY ?? '机器人'
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 360, height: 740 }

async function firstRecord() {
  const reply = await fetch(`${base}/api/v1/search?q=${encodeURIComponent(QUERY)}&limit=1`)
  const first = (await reply.json()).items?.[0]
  return first ? `/records/${first.key}` : null
}

const record = await firstRecord()
const results = `/search?q=${encodeURIComponent(QUERY)}`
const pictures = [
  ['home', '/', DESKTOP, 'light', 'zh'],
  ['home-phone', '/', PHONE, 'light', 'zh'],
  ['results', results, DESKTOP, 'light', 'zh'],
  ['results-phone', results, PHONE, 'light', 'zh'],
  ['results-dark', results, DESKTOP, 'dark', 'zh'],
  ['results-en', results, DESKTOP, 'light', 'en'],
  record && ['record', record, DESKTOP, 'light', 'zh'],
  record && ['record-phone', record, PHONE, 'light', 'zh'],
  ['types', '/types', DESKTOP, 'light', 'zh'],
  ['help', '/help', DESKTOP, 'light', 'zh'],
].filter(Boolean)

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' })
try {
  for (const [name, path, viewport, colorScheme, lang] of pictures) {
    const page = await browser.newPage({ viewport, colorScheme })
    page.setDefaultTimeout(15_000)
    await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: process.env.XIETONG_SCREEN_FULL === '1' })
    await page.close()
    console.log(`${name}.png`)
  }
} finally {
  await browser.close()
}
