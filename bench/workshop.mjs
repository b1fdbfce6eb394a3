// The weights workshop in headless Chromium: from the slider's event to new ranks on the page, and to the intervals of all 1,000
// draws, of 500 units and 16 indicators in three levels with the six factors of the town index. Beside it the program, one thread,
// 1,000 draws of as many units and indicators: the page does the same and draws itself, too.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, open } from '../test/browser/lib/browser.mjs'
import { startFixture } from '../test/browser/lib/fixture.mjs'
import { bin, command, median, top, withFolder } from './lib.mjs'

const UNITS = 500
const MOVES = 40
const FIRST_MOVES = 5 // before the compiler knows the loops

/** A release of the town index over made-up figures: long tails, a twentieth of the cells empty. */
function releaseOf(folder) {
  const { nodes } = JSON.parse(readFileSync(join(top, 'region/indexes/specialised-town.json'), 'utf8'))
  const codes = nodes.filter((one) => !nodes.some((other) => other.parent === one.code)).map((one) => one.code)
  let state = 1
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const cell = (k) => (random() < 0.05 ? '' : (k % 8 === 0 ? Math.exp(6 * random()) : 100 * (random() + random())).toFixed(3))
  const lines = Array.from({ length: UNITS }, (_, i) => [`u${i}`, 2023, ['工业', '农业', '服务业'][i % 3], ...codes.map((_, k) => cell(k))].join(','))
  writeFileSync(join(folder, 'data.csv'), `${['unit', 'year', 'kind', ...codes].join(',')}\n${lines.join('\n')}\n`)
  execFileSync(bin, ['index', 'run', 'specialised-town', join(folder, 'data.csv'), '--out', join(folder, 'release.json')], { stdio: 'ignore' })
  return readFileSync(join(folder, 'release.json'))
}

/** In the page: moves the first slider and waits for what the reader sees; milliseconds to ranks and to intervals. */
function move(share) {
  const slider = document.querySelector('.weight-set input[type="range"]'), ranking = document.querySelector('.ranking'), body = document.querySelector('.rank-list tbody')
  return new Promise((done) => {
    const begun = performance.now()
    let ranks = 0
    const rows = new MutationObserver(() => { ranks ||= performance.now() - begun })
    const busy = new MutationObserver(() => {
      if (ranking.getAttribute('aria-busy') !== 'false') return
      rows.disconnect()
      busy.disconnect()
      done({ ranks, intervals: performance.now() - begun })
    })
    rows.observe(body, { subtree: true, childList: true, characterData: true, attributes: true })
    busy.observe(ranking, { attributes: true, attributeFilter: ['aria-busy'] })
    slider.value = String(share)
    slider.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

export const workshopBench = ({ build }) => withFolder(async (folder) => {
  const body = releaseOf(folder)
  const [browser, node] = await Promise.all([launch(), startFixture()])
  try {
    const context = await browser.newContext({ baseURL: node.url, viewport: { width: 1440, height: 900 } })
    await context.route('**/api/v1/indexes/*/releases/*', (route) => route.fulfill({ contentType: 'application/json', body }))
    const page = await context.newPage()
    await open(page, '/indexes/specialised-town/workshop')
    const times = []
    for (let i = 0; i < MOVES + FIRST_MOVES; i++) {
      times.push(await page.evaluate(move, 20 + ((i * 17) % 60)))
      await page.waitForTimeout(400) // as a hand that rests: the rows out of the window follow
    }
    const all = (name) => times.slice(FIRST_MOVES).map((one) => one[name]), of = (name) => median(all(name)), least = (name) => Math.min(...all(name))
    const program = JSON.parse(command(join(build, 'bench/index_bench'), ['draws', String(UNITS), '16', '1000', '1']).out).us / 1000
    const show = (ms) => `${ms.toFixed(1)} ms`, both = (name) => `${show(of(name))} (least ${least(name).toFixed(1)})`
    return [
      { measure: `workshop: slider to new ranks, ${UNITS} units x 16 indicators, in Chromium`, ours: both('ranks') },
      { measure: 'workshop: slider to the intervals of 1,000 draws', ours: both('intervals'), peer: `${show(program)} the program, one thread, without a page`,
        ratio: (of('intervals') / program).toFixed(2), bar: '< 200 ms', cleared: of('intervals') < 200 },
    ]
  } finally {
    await Promise.allSettled([browser.close(), node.close()])
  }
})
