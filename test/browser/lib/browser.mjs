// One Chromium for a test file, pages that remember what went wrong in them, and what every page must hold.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const fromWeb = createRequire(new URL('../../../web/package.json', import.meta.url))
const { chromium } = fromWeb('playwright-core')
const AXE = readFileSync(fromWeb.resolve('axe-core/axe.min.js'), 'utf8')

export const WIDTHS = [360, 768, 1440]
const WAIT_MS = 10_000

export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', timeout: 30_000 })
}

/**
 * Runs use(page) in a browser context of its own and closes it whatever happens. Fails when the page logged an
 * error, threw, broke the security policy or asked anyone but the node; `expected` matches what is meant to happen.
 */
export async function withPage(browser, url, use, { width = 1440, height = 900, dark = false, touch = false, expected = null } = {}) {
  const context = await browser.newContext({
    baseURL: url, viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', hasTouch: touch, isMobile: touch,
  })
  const wrong = []
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(WAIT_MS)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') wrong.push(`${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => wrong.push(`thrown: ${error.message}`))
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) wrong.push(`foreign: ${request.url()}`)
    })
    await use(page, context)
  } finally {
    await context.close()
  }
  const unexpected = wrong.filter((text) => !expected?.test(text))
  assert.deepEqual(unexpected, [], 'the page complained')
}

/** Opens a path and waits until nothing is loading any more. */
export async function open(page, path) {
  await page.goto(path)
  await idle(page)
}

export async function idle(page) {
  // What was just done has to reach the page before one can see whether it is busy.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))))
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
}

export async function assertAccessible(page, what) {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`)
  })
  assert.deepEqual(found, [], `axe: ${what}`)
}

/** No sideways scrolling, and nothing sticks out of the window but what scrolls inside itself. */
export async function assertFits(page, what) {
  const over = await page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return null
    const wide = [...document.querySelectorAll('main *, header *, footer *')]
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
      .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    return `${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(0, 4).join(', ')}`
  })
  assert.equal(over, null, `sideways scrolling: ${what}`)
}

export async function text(page, selector) {
  return (await page.locator(selector).first().innerText()).trim()
}
