// Lighthouse over a Chromium of its own, from the npm package of bench/peers.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { top } from '../../lib/node.mjs'

const fromPeers = createRequire(join(top, 'bench/peers/package.json'))
const folderOfIt = join(top, 'bench/peers/node_modules/lighthouse')
export const noLighthouse = existsSync(folderOfIt) ? false : 'no lighthouse in bench/peers'
export const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
const START_LIMIT_MS = 30_000

/**
 * A Chromium to be audited in; end it with close(). audit(url, { preset, categories }) gives Lighthouse's report. preset is "mobile"
 * (Lighthouse's own: a phone's screen, a processor a quarter as quick and slow 4G, both computed) or "desktop".
 */
export async function startLighthouse() {
  const { default: lighthouse } = await import(pathToFileURL(fromPeers.resolve('lighthouse')).href)
  const { default: desktop } = await import(pathToFileURL(join(folderOfIt, 'core/config/desktop-config.js')).href)
  const profile = await mkdtemp(join(tmpdir(), 'xietong-lighthouse-'))
  const chromium = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium',
    ['--headless=new', '--no-sandbox', '--no-first-run', '--disable-extensions', '--disable-background-networking', '--disable-component-update',
      '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore', detached: true })
  const ended = new Promise((done) => chromium.on('close', done))
  const close = async () => {
    try {
      process.kill(-chromium.pid, 'SIGKILL') // it and the processes that it made
    } catch { /* it has ended */ }
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  const port = await portOf(profile).catch(async (error) => {
    await close()
    throw error
  })
  const audit = async (url, { preset = 'mobile', categories = CATEGORIES } = {}) => {
    const { lhr } = await lighthouse(url, { port, logLevel: 'silent', onlyCategories: categories }, preset === 'desktop' ? desktop : undefined)
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`)
    return lhr
  }
  return { audit, close }
}

/** Chromium writes the port that it took into a file of its profile. */
async function portOf(profile) {
  const file = join(profile, 'DevToolsActivePort')
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    const port = existsSync(file) && Number(readFileSync(file, 'utf8').split('\n')[0])
    if (port) return port
  }
  throw new Error('Chromium did not start')
}

/** What keeps a category from its full score: "audit-id: title". */
export function shortOf(lhr, category) {
  return lhr.categories[category].auditRefs
    .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 1)
    .map((ref) => `${ref.id}: ${lhr.audits[ref.id].title}`)
}
