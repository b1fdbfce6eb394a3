// The weights workshop: sliders by mouse and keyboard, ranks and intervals that follow, the address that keeps it all, the recipe
// that gives the same ranks on the command line, and what happens when the worker or the node fails.
// time limit: 300 s
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { OLD_RELEASE } from './lib/fixture-indexes.mjs'
import { startFixture } from './lib/fixture.mjs'
import { newFolder, ok, top } from '../lib/node.mjs'

const TOWNS = join(top, 'region/sample/town-index.csv')
const PAGE = '/indexes/specialised-town/workshop'
let browser, node, folder, release

before(async () => {
  folder = await newFolder()
  await ok(['index', 'run', 'specialised-town', TOWNS, '--out', join(folder, 'towns.json')])
  release = JSON.parse(readFileSync(join(folder, 'towns.json'), 'utf8'));
  [browser, node] = await Promise.all([launch(), startFixture()])
}, { timeout: 60_000 })

after(async () => {
  await Promise.allSettled([browser?.close(), node?.close(), rm(folder, { recursive: true, force: true })])
}, { timeout: 30_000 })

/** The page over the sample's release, or over another that the node is made to answer with. */
const withWorkshop = (use, { body = null, status = 200, ...options } = {}) => withPage(browser, node.url, async (page, context) => {
  if (body) await context.route('**/api/v1/indexes/*/releases/*', (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) }))
  await use(page, context)
}, { expected: /status of 500|ERR_FAILED/, ...options })

/** The release of n units in one period, made by the program. */
async function releaseOf(n) {
  const codes = release.definition.nodes.filter((one) => !release.definition.nodes.some((other) => other.parent === one.code)).map((one) => one.code)
  const value = (i, k) => ((i * 7919 + k * 104729) % 10007) / 100 + 1
  const lines = Array.from({ length: n }, (_, i) => [`u${i}`, `示例单位 ${i}`, 2023, ['工业', '农业', '服务业'][i % 3], ...codes.map((_, k) => value(i + 1, k + 1))].join(','))
  await writeFile(join(folder, 'many.csv'), `${['unit', 'name', 'year', 'kind', ...codes].join(',')}\n${lines.join('\n')}\n`)
  await ok(['index', 'run', 'specialised-town', join(folder, 'many.csv'), '--uncertainty', n > 1 ? 'draws' : 'no', '--out', join(folder, 'many.json')])
  return JSON.parse(readFileSync(join(folder, 'many.json'), 'utf8'))
}

const slider = (page, name) => page.getByRole('slider', { name, exact: false }).first()
const ranks = (page) => page.locator('.rank-list tbody tr').evaluateAll((rows) => rows.map((row) => [row.cells[2].querySelector('a').textContent, row.cells[0].textContent]))
const published = () => release.data.units.map(([, name, period], row) => ({ name, period, rank: release.ranks.index[row], row })).filter((one) => one.period === 2023)

test('as published: the ranks and the intervals of the release', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  assert.match(await page.title(), /专业镇创新指数：权重工作台/)
  assert.match(await text(page, '.said-words'), /还没有改动/)
  const want = new Map(published().map((one) => [one.name, String(one.rank || '–')]))
  for (const [name, rank] of await ranks(page)) assert.equal(rank, want.get(name), name)
  const said = await page.locator('.rank-list tr svg').evaluateAll((all) => all.map((one) => [one.closest('tr').querySelector('a').textContent, one.getAttribute('aria-label')]))
  const ranges = new Map(release.uncertainty.units.map((one) => [release.data.units[one.row][1], one]))
  assert.ok(said.length >= 50)
  const round = (x) => String(Math.round(x * 10) / 10)
  for (const [name, words] of said) {
    const { low, high, median } = ranges.get(name)
    assert.ok(words.startsWith(`第 ${round(low)} 至 ${round(high)} 名，中位第 ${round(median)} 名`), `${name}: ${words}`)
  }
  assert.match(await text(page, '.progress'), /^1,000 次抽样/)
}))

test('the keyboard moves a slider, ranks follow, words say it, the address keeps it', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  const old = await ranks(page)
  await slider(page, '科技研发能力').focus()
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight')
  await idle(page)
  const now = await ranks(page), words = await text(page, '.said-words')
  assert.notDeepEqual(now, old)
  const moved = now.filter(([name, rank]) => old.find(([other]) => other === name)[1] !== rank).length
  assert.match(words, /^科技研发能力权重由 25% 升至 5\d(\.\d)?%：/)
  assert.ok(words.includes(`${moved} 个单位名次变动，最大的是示例`), `${moved}: ${words}`)
  assert.match(words, /前三名(不变|为示例)/)
  assert.match(words, /平均变动 \d+\.\d 位。$/)
  const numbers = await page.getByRole('spinbutton').evaluateAll((all) => all.slice(0, 1).concat(all.filter((one) => /^(科技研发能力|产业化能力|专业化能力)：/.test(one.ariaLabel)).slice(0)).map((one) => Number(one.value)))
  assert.ok(Math.abs(numbers.reduce((a, b) => a + b, 0) - 100) < 0.05, `siblings sum to 100: ${numbers}`)
  await page.waitForURL(/[?&]w=index:/)
  await page.reload()
  await idle(page)
  assert.deepEqual(await ranks(page), now)
  assert.equal(await text(page, '.said-words'), words)
  await page.getByRole('button', { name: '按发布' }).click()
  await idle(page)
  assert.deepEqual(await ranks(page), old)
  await page.waitForURL((url) => !url.search.includes('w='))
}))

test('a lock holds, an indicator is switched off, methods change; the recipe gives the same ranks', { timeout: 90_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  await page.getByRole('button', { name: '锁定 创新基础' }).click()
  await page.getByRole('spinbutton', { name: '专业化能力' }).fill('40')
  await page.keyboard.press('Tab')
  assert.equal(await page.getByRole('spinbutton', { name: '创新基础' }).inputValue(), '25')
  assert.equal(await page.getByRole('spinbutton', { name: '产业化能力' }).inputValue(), '17.5')
  await page.locator('.weight > details').evaluateAll((all) => all.forEach((one) => { one.open = true }))
  // The only child of its group: the group goes with it, and nothing is refused.
  await page.getByRole('checkbox', { name: '研究与开发' }).uncheck()
  await page.getByLabel('标准化').selectOption('z')
  await page.getByLabel('填补缺失').selectOption('none')
  await page.getByLabel('指标合成').selectOption('geometric')
  await idle(page)
  assert.match(await text(page, '.said-words'), /停用每千人/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载方法' }).click()])
  const recipe = join(folder, 'recipe.json'), out = join(folder, 'again.json')
  await download.saveAs(recipe)
  await ok(['index', 'run', 'specialised-town', TOWNS, '--recipe', recipe, '--out', out])
  const again = JSON.parse(readFileSync(out, 'utf8'))
  const want = new Map(again.data.units.map(([, name, period], row) => [period === 2023 ? name : row, again.ranks.index[row]]))
  const shown = await ranks(page)
  assert.equal(shown.length, 60)
  for (const [name, rank] of shown) assert.equal(rank, String(want.get(name) || '–'), name)
  // Intervals, too, are those that the program draws.
  const ranges = new Map(again.uncertainty.units.map((one) => [again.data.units[one.row][1], one])), round = (x) => String(Math.round(x * 10) / 10)
  for (const [name, words] of await page.locator('.rank-list tr svg').evaluateAll((all) => all.map((one) => [one.closest('tr').querySelector('a').textContent, one.getAttribute('aria-label')]))) {
    assert.ok(words.startsWith(`第 ${round(ranges.get(name).low)} 至 ${round(ranges.get(name).high)} 名`), `${name}: ${words} ${JSON.stringify(ranges.get(name))}`)
  }
  assert.match(await text(page, '.ranking-foot code'), /xietong index run specialised-town DATA --recipe specialised-town-recipe\.json/)
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载排名' }).click()])
  const lines = readFileSync(await csv.path(), 'utf8').trimEnd().split('\r\n')
  assert.equal(lines.length, 61)
  assert.match(lines[0], /^\uFEFFrank,published,code,name,score,low,median,high$/)
}))

test('what cannot be computed is said, and the last ranks stay', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, `${PAGE}?norm=percentile`)
  const old = await ranks(page)
  await page.getByLabel('指标合成').selectOption('geometric')
  await page.locator('.error-note').waitFor()
  assert.match(await text(page, '.error-note'), /几何、调和平均要求大于 0 的数/)
  assert.deepEqual(await ranks(page), old)
  await page.getByLabel('标准化').selectOption('rank')
  await page.locator('.error-note').waitFor({ state: 'detached' })
  await idle(page)
}))

/** Puts a hand between the page and its worker: globalThis.onAsk(message) gives what is asked instead, or null for nothing yet. */
const between = (page) => page.addInitScript(() => {
  globalThis.onAsk = (message) => message
  const Own = globalThis.Worker
  globalThis.Worker = class extends Own {
    postMessage(message) {
      const now = globalThis.onAsk(message)
      if (now) super.postMessage(now)
      else globalThis.askLater = () => super.postMessage(message)
    }
  }
})

test('the words are of the ranks that stand there: of others while an answer is late, of none where there is none', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await between(page)
  await open(page, PAGE)
  const old = await ranks(page)
  await page.evaluate(() => { globalThis.onAsk = (message) => (message.kind === 'run' ? null : message) })
  await slider(page, '科技研发能力').focus()
  await page.keyboard.press('End')
  await page.waitForURL(/w=index:/)
  assert.equal(await page.getByRole('spinbutton', { name: '科技研发能力' }).inputValue(), '100')
  assert.deepEqual(await ranks(page), old)
  assert.match(await text(page, '.said-words'), /^还没有改动/)
  await page.evaluate(() => {
    globalThis.onAsk = (message) => message
    globalThis.askLater()
  })
  await page.locator('.said-words', { hasText: /^科技研发能力权重由 25% 升至 100%：/ }).waitFor()
  await idle(page)
  const words = await text(page, '.said-words'), now = await ranks(page)
  assert.notDeepEqual(now, old)
  // What cannot be computed is not said to have moved anything.
  await page.getByLabel('标准化').selectOption('percentile')
  await idle(page)
  const percentile = await text(page, '.said-words')
  assert.notEqual(percentile, words)
  await page.getByLabel('指标合成').selectOption('geometric')
  await page.locator('.error-note').waitFor()
  assert.equal(await text(page, '.said-words'), percentile)
  assert.match(await text(page, '.error-note'), /下面仍是上一次算出的名次/)
  await page.reload()
  await page.locator('.error-note').waitFor()
  assert.match(await text(page, '.error-note'), /下面是已发布的名次/)
  assert.match(await text(page, '.said-words'), /^没有重算：名次是发布的/)
  assert.deepEqual(await ranks(page), old)
}))

test('weights that cannot be had are said, nothing is changed, and one can go on', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await between(page)
  await open(page, PAGE)
  const old = await ranks(page), component = page.getByRole('button', { name: '按主成分' })
  await page.evaluate(() => {
    globalThis.onAsk = (message) => (message.kind !== 'weigh' ? message
      : { ...message, recipe: { ...message.recipe, steps: message.recipe.steps.map((step) => (step.step === 'normalise' ? { ...step, method: 'magic' } : step)) } })
  })
  await component.click()
  await page.locator('.error-note').waitFor()
  assert.match(await text(page, '.error-note'), /这样算不出来/)
  assert.deepEqual(await ranks(page), old)
  // The worker itself breaks down over it.
  await page.evaluate(() => { globalThis.onAsk = (message) => (message.kind === 'weigh' ? { ...message, recipe: null } : message) })
  await component.click()
  await page.locator('.error-note', { hasText: '计算没有启动，或中断了' }).waitFor()
  assert.ok(await component.isDisabled())
  assert.deepEqual(await ranks(page), old)
  await page.evaluate(() => { globalThis.onAsk = (message) => message })
  await page.getByRole('button', { name: '重新启动计算' }).click()
  await page.locator('.error-note').waitFor({ state: 'detached' })
  await component.click()
  await page.waitForURL(/w=/)
  await page.locator('.said-words', { hasText: '权重由' }).waitFor()
}))

test('settings of this very moment are kept: reloaded, another followed, another year, another release', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  const share = () => page.getByRole('spinbutton', { name: '第一维度' }).inputValue()
  const press = async (times) => {
    await slider(page, '第一维度').focus()
    for (let i = 0; i < times; i++) await page.keyboard.press('ArrowRight')
    return share()
  }
  await open(page, '/indexes/two/workshop')
  await page.getByLabel('标准化').selectOption('z')
  await page.reload()
  await idle(page)
  assert.equal(await page.getByLabel('标准化').inputValue(), 'z')
  const before = await press(7)
  await page.getByRole('button', { name: '关注 示例单位 3', exact: true }).click()
  await page.waitForURL(/follow=u3/)
  assert.equal(await share(), before)
  const later = await press(7)
  assert.ok(Number(later) > Number(before))
  const choices = page.locator('.page-head .controls select')
  await choices.first().selectOption('2021')
  await page.waitForURL(/period=2021/)
  await idle(page)
  assert.equal(await share(), later)
  const last = await press(7)
  await choices.last().selectOption(OLD_RELEASE)
  await page.waitForURL(new RegExp(OLD_RELEASE))
  await idle(page)
  assert.match((await ranks(page))[0][0], /^旧例单位/)
  assert.equal(await share(), last)
  assert.equal(await page.getByLabel('标准化').inputValue(), 'z')
  assert.match(page.url(), /w=index:.*period=2021|period=2021.*w=index:/)
  // A name leads to the unit of this release and year.
  assert.match(await page.locator('.rank-list tbody a').first().getAttribute('href'), new RegExp(`^/indexes/two/units/v\\d\\?release=${OLD_RELEASE}&period=2021$`))
  await page.locator('.rank-list tbody a').first().click()
  await page.waitForSelector('.unit-table')
  assert.match(page.url(), /period=2021/)
}))

test('an indicator that is switched off while others move comes back with the share that it had', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  const names = ['规上企业平均拥有的工程中心数量', '规上企业平均拥有的创新服务机构数量', '规上企业平均拥有的共建科技机构数量']
  const number = (i) => page.getByRole('spinbutton', { name: names[i] })
  const shares = async () => [await number(0).inputValue(), await number(1).inputValue(), await number(2).inputValue()]
  await open(page, `${PAGE}?w=B2:20,30,50`)
  await page.locator('.weight > details').evaluateAll((all) => all.forEach((one) => { one.open = true }))
  await page.getByRole('checkbox', { name: names[0] }).uncheck()
  assert.deepEqual(await shares(), ['0', '37.5', '62.5'])
  await number(1).fill('50')
  await page.keyboard.press('Tab')
  assert.deepEqual(await shares(), ['0', '50', '50'])
  // What is off has no part in what is said, nor in the ranks.
  await page.locator('.said-words', { hasText: /升至 50%；停用规上企业平均拥有的工程中心数量：/ }).waitFor()
  await page.getByRole('checkbox', { name: names[0] }).check()
  assert.deepEqual(await shares(), ['20', '40', '40'])
}))

test('an address that says nonsense is as published', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, `${PAGE}?w=index:1,2&w=nobody:1&w=A:x,1&w=B:-1,2,3&off=A&off=Z9&norm=magic&low=arithmetic&period=1990&follow=nobody`)
  assert.match(await text(page, '.said-words'), /还没有改动/)
  assert.equal((await ranks(page)).length, 60)
}))

test('one is followed, another year is another ranking', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, `${PAGE}?w=index:70,10,10,10`)
  const [name] = (await ranks(page))[4]
  await page.getByRole('button', { name: `关注 ${name}`, exact: true }).click()
  await page.waitForURL(/follow=/)
  assert.match(await text(page, '.said-follow'), new RegExp(`^${name}：第 5 名（发布第 \\d+ 名），得分 .*；名次区间 .*（发布 `))
  await page.getByLabel('年份').selectOption('2019')
  await page.waitForURL(/period=2019/)
  await idle(page)
  const want = release.data.units.map(([, one, period], row) => [one, period, row]).filter(([, period]) => period === 2019)
  assert.equal((await ranks(page)).length, want.length)
}))

test('by principal component and equal', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  await page.getByRole('button', { name: '按主成分' }).click()
  await page.waitForURL(/w=/)
  await idle(page)
  assert.match(await text(page, '.said-words'), /权重由/)
  await page.getByRole('button', { name: '同级相等' }).click()
  await idle(page)
  assert.match(await text(page, '.said-words'), /还没有改动/)
}))

for (const lang of ['zh', 'en']) {
  test(`fits and is accessible at every width, with all that can be open (${lang})`, { timeout: 90_000 }, () => withWorkshop(async (page) => {
    await open(page, `${PAGE}?w=index:40,20,20,20&off=B11&norm=percentile&follow=${encodeURIComponent(release.data.units[0][0])}&lang=${lang}`)
    assert.equal(await page.locator('h1').count(), 1)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await page.locator('.workshop details').evaluateAll((all) => all.forEach((one) => { one.open = true }))
      await assertFits(page, `workshop at ${width}`)
      await assertAccessible(page, `workshop at ${width}`)
    }
    if (lang === 'en') {
      const left = await page.evaluate(() => [...document.querySelectorAll('.workshop button, .workshop h1, .workshop h2, .workshop h3, .workshop p, .workshop th[scope=col], .workshop select option')]
        .map((one) => one.innerText).filter((words) => /[\u4e00-\u9fff]/.test(words) && !/示例|documents|附件/.test(words)))
      assert.deepEqual(left, [], 'Chinese left in the English page')
    }
  }, { dark: lang === 'en' }))
}

test('on a phone the sliders are folded above the ranking', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  assert.equal(await page.locator('.settings').evaluate((one) => one.open), false)
  const [settings, ranking] = await Promise.all(['.settings', '.ranking'].map((one) => page.locator(one).boundingBox()))
  assert.ok(settings.y + settings.height <= ranking.y)
  await page.locator('.settings > summary').click()
  await slider(page, '创新基础').focus()
  await page.keyboard.press('End')
  await idle(page)
  assert.match(await text(page, '.said-words'), /^创新基础权重由 25% 升至 100%/)
}, { width: 360, height: 740 }))

test('a worker that does not start is said, the published ranks stay, and it can be started again', { timeout: 60_000 }, () => withWorkshop(async (page, context) => {
  await context.route('**/assets/worker-*.js', (route) => route.abort())
  await page.goto(PAGE)
  await page.locator('.error-note').waitFor()
  assert.match(await text(page, '.error-note h2'), /计算没有启动/)
  assert.equal((await ranks(page)).length, 60)
  await context.unroute('**/assets/worker-*.js')
  await page.getByRole('button', { name: '重新启动计算' }).click()
  await page.locator('.error-note').waitFor({ state: 'detached' })
  await idle(page)
  assert.match(await text(page, '.progress'), /^1,000 次抽样/)
}))

test('a node that fails is said', { timeout: 60_000 }, () => withWorkshop(async (page) => {
  await open(page, PAGE)
  assert.match(await text(page, '.error-note h2'), /节点出错/)
}, { status: 500, body: {} }))

test('one unit', { timeout: 60_000 }, async () => {
  const one = await releaseOf(1)
  await withWorkshop(async (page) => {
    await open(page, PAGE)
    await slider(page, '创新基础').focus()
    await page.keyboard.press('ArrowRight')
    await idle(page)
    assert.deepEqual(await ranks(page), [['示例单位 0', '1']])
    assert.match(await text(page, '.said-words'), /没有名次变动/)
  }, { body: one })
})

test('a list that is scrolled while the ranks change still catches up', { timeout: 60_000 }, async () => {
  const many = await releaseOf(400)
  await withWorkshop(async (page) => {
    await open(page, PAGE)
    await page.getByRole('button', { name: '显示全部 400 个' }).click()
    await page.evaluate(() => {
      const until = performance.now() + 1500
      const tick = () => {
        dispatchEvent(new Event('scroll'))
        if (performance.now() < until) requestAnimationFrame(tick)
      }
      tick()
    })
    await slider(page, '创新基础').focus()
    await page.keyboard.press('End')
    await page.waitForURL(/w=/)
    await idle(page)
    const shown = await ranks(page)
    await page.reload()
    await idle(page)
    await page.getByRole('button', { name: '显示全部 400 个' }).click()
    assert.deepEqual(shown, await ranks(page))
  }, { body: many })
})

test('a thousand units stay responsive: no frame waits long, and the newest position wins', { timeout: 90_000 }, async () => {
  const many = await releaseOf(1000)
  await withWorkshop(async (page) => {
    await open(page, PAGE)
    assert.equal(await page.locator('.rank-list tbody tr').count(), 100)
    await page.getByRole('button', { name: '显示全部 1,000 个' }).click()
    await page.evaluate(() => {
      globalThis.longest = 0
      let last = performance.now()
      const tick = () => {
        const now = performance.now()
        globalThis.longest = Math.max(globalThis.longest, now - last)
        last = now
        globalThis.ticking = requestAnimationFrame(tick)
      }
      tick()
    })
    const box = await slider(page, '创新基础').boundingBox()
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2)
    await page.mouse.down()
    for (let i = 0; i <= 40; i++) await page.mouse.move(box.x + box.width * (0.25 + i / 80), box.y + box.height / 2)
    await page.mouse.up()
    await idle(page)
    const longest = await page.evaluate(() => globalThis.longest)
    assert.ok(longest < 1000, `the page stood still for ${longest} ms`)
    const share = Number(await page.getByRole('spinbutton', { name: '创新基础' }).inputValue())
    assert.ok(share > 65 && share < 85, String(share))
    assert.match(await text(page, '.said-words'), new RegExp(`升至 ${Math.floor(share)}`))
    assert.match(await text(page, '.progress'), /^1,000 次抽样/)
  }, { body: many })
})
