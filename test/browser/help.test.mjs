// Help in place: the tour, the glossary, identifiers and explained labels. Examples run and find what they say; nothing, slow and failing;
// at three widths, in both languages, by the keyboard.
// time limit: 400 s
import assert from 'node:assert/strict'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, assertFits, idle, launch, open, text, WIDTHS, withPage } from './lib/browser.mjs'
import { startFixture } from './lib/fixture.mjs'
import { newFolder, Node, ok, top } from '../lib/node.mjs'

const LIMIT = { timeout: 120_000 }
const PAGES = ['/help', '/glossary', '/identifiers']
let browser, folder, node, fixture, empty, down, hold

before(async () => {
  folder = await newFolder()
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample']);
  [browser, node, fixture, empty, down] = await Promise.all([launch(), Node.start(data), startFixture({ hold: (url) => hold?.(url) }), startFixture({ empty: true }),
    startFixture({ down: (url) => /tour|glossary|identifiers/.test(url.pathname) })])
}, LIMIT)

after(async () => {
  await Promise.allSettled([browser?.close(), node?.stop(), fixture?.close(), empty?.close(), down?.close()])
  await rm(folder, { recursive: true, force: true })
}, LIMIT)

async function everyWidth(page, what) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await idle(page)
    await assertFits(page, `${what} at ${width}`)
    await page.evaluate(() => window.scrollTo(0, 0)) // else the head that stays covers a part of what is measured
    await assertAccessible(page, `${what} at ${width}`)
  }
}
const number = (words) => Number(/[\d,]+/.exec(words)[0].replaceAll(',', ''))

test('every example opens to as many records as it says', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/help')
  const rows = page.locator('.rules > li')
  const steps = JSON.parse(await readFile(join(top, 'region/tour.json'), 'utf8'))
  assert.equal(await rows.count(), steps.flatMap((step) => step.examples).length)
  const said = await rows.evaluateAll((all) => all.map((one) => [one.querySelector('.ask a')?.getAttribute('href'), one.querySelector('.count').textContent]))
  for (const [href, words] of said) {
    if (!href) continue
    const { total } = await node.json(`/api/v1/search?limit=0&${new URL(href, node.url).searchParams}`)
    if (total === 0) assert.equal(words, '现在没有', href)
    else assert.equal(number(words), total, href)
  }
  // One of each kind, as a reader would: the results, the overview, a suggestion; and back.
  await page.getByRole('link', { name: '电镜 syn=0', exact: true }).click()
  await page.waitForSelector('.total strong')
  assert.match(await text(page, '.results'), /只找了原词/)
  await page.goBack()
  await page.waitForSelector('.rules')
  await page.locator('.rules a[href^="/overview"]').click()
  await page.waitForSelector('.overview')
  await page.goBack()
  await page.waitForSelector('.rules')
  await page.locator('.suggested a', { hasText: '中山大学' }).click()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === '中山大学')
}))

test('what is left out of a mistaken query is shown as the node says it', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/help')
  const rows = page.locator('section', { has: page.locator('#mistakes') }).locator('.rules > li')
  const { items } = await node.json('/api/v1/tour')
  const examples = items.find((step) => step.name === 'mistakes').examples
  for (const [i, example] of examples.entries()) {
    assert.ok(example.ignored.length > 0)
    for (const part of example.ignored) assert.match(await rows.nth(i).innerText(), new RegExp(`略过了.*${part.reason}`, 's'))
  }
}))

for (const path of PAGES) {
  test(`${path}: fits and is accessible in both languages, light and dark`, LIMIT, async () => {
    await withPage(browser, node.url, async (page) => {
      await open(page, path)
      await everyWidth(page, path)
    })
    await withPage(browser, node.url, async (page) => {
      await open(page, `${path}?lang=en`)
      const own = await page.locator('main h1, main h2, main section > p, main dd > p:first-child, main dt > a, main .check-one label').allInnerTexts()
      assert.doesNotMatch(own.join(' ').replace(/略过了|[（(]?[万亿][)）]?|粤府〔2022〕1号|示例[^ ]*/g, ''), /[\u4e00-\u9fff]{4}/, path)
      await assertAccessible(page, `${path} in English`)
    }, { dark: true })
  })
}

test('help is one step from the search box, from nothing found and from the advanced search', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/types')
  await page.locator('[data-search]').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/help')
  for (const path of ['/search?q=zqnothing', '/advanced']) {
    await open(page, path)
    await page.locator('main').getByRole('link', { name: '怎样检索' }).click()
    await page.waitForURL('**/help')
  }
}))

test('the steps are reached by their names, and an address keeps the step', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/help')
  await page.getByRole('navigation', { name: '步骤' }).getByRole('link', { name: '同义词' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/help#synonyms')
  await page.waitForFunction(() => { const at = document.getElementById('synonyms').getBoundingClientRect(); return at.top >= 60 && at.top < innerHeight })
  await page.reload()
  await page.waitForFunction(() => { const at = document.getElementById('synonyms')?.getBoundingClientRect(); return at && at.top >= 60 && at.top < innerHeight })
}))

test('terms are found by characters, pinyin, initials and in the other language; the address keeps what was typed', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/glossary')
  const all = (await node.json('/api/v1/glossary')).total
  assert.ok(all >= 60 + 20)
  assert.equal(await page.locator('.terms dt').count(), all)
  for (const typed of ['完整', 'wanzhengdu', 'wzd', 'completeness']) {
    await page.fill('#term', typed)
    await page.waitForURL(`**/glossary?q=${encodeURIComponent(typed)}`)
    await idle(page)
    assert.equal(await text(page, '.terms dt a'), '完整度', typed)
  }
  await page.reload()
  await idle(page)
  assert.equal(await page.inputValue('#term'), 'completeness')
  await page.fill('#term', 'zqnothing')
  await page.waitForSelector('.empty')
  assert.match(await text(page, '.empty'), /没有“zqnothing”这个词/)
  await assertAccessible(page, 'no term')
  await page.getByRole('link', { name: '看全部术语' }).click()
  await page.waitForSelector('.terms')
  await page.getByRole('link', { name: '归并 的链接' }).click()
  await page.waitForURL('**/glossary#fold')
  assert.equal(await page.evaluate(() => document.querySelector('.terms .here dt')?.id), 'fold')
}))

test('an identifier is checked, mended and found, by keyboard; back and reload restore it', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/identifiers')
  await page.getByLabel('种类').selectOption('issn')
  await page.getByLabel('标识', { exact: true }).fill('0317-8472')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.is-bad')
  assert.match(await text(page, '.check-answer'), /校验位应为“1”，现为“2”/)
  await page.getByText('校验位怎样算：0317-8472').click()
  await page.waitForSelector('.check-one .working td') // drawn when it is opened
  assert.match(await text(page, '.check-one .working'), /120，除以 11 余 10，校验位应为 1/)
  await everyWidth(page, 'a wrong one')
  await page.locator('.check-answer a').click()
  await page.waitForSelector('.is-good')
  assert.match(await text(page, '.check-answer'), /本节点没有记录/)
  await page.goBack()
  await page.waitForSelector('.is-bad')
  await page.reload()
  await page.waitForSelector('.is-bad')
  assert.equal(await page.inputValue('input[name=value]'), '0317-8472')
  const doi = '10.99999/xietong.sample.mould.1'
  await page.getByLabel('种类').selectOption('doi')
  await page.getByLabel('标识', { exact: true }).fill(`https://doi.org/${doi.toUpperCase()}`)
  await page.getByRole('button', { name: '查验' }).click()
  await page.waitForSelector('.is-good')
  assert.match(await text(page, '.check-answer'), new RegExp(`记录中写作 ${doi}`))
  await page.locator('.check-answer ul a').click()
  await page.waitForSelector('.key-facts')
  await page.locator(`.explain[href="/identifiers#doi"]`).first().click()
  await page.waitForURL('**/identifiers#doi')
  await page.waitForFunction(() => { const at = document.getElementById('doi')?.getBoundingClientRect(); return at && at.top >= 60 && at.top < innerHeight })
}))

test('kinds of identifiers say how many records have one, as the data page counts', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/identifiers')
  const { types } = await node.json('/api/v1/data')
  const papers = types.find((one) => one.type === 'paper').fields.doi
  const row = page.locator('section', { has: page.locator('#doi') }).locator('tr', { hasText: '论文' })
  await page.waitForFunction(() => !document.querySelector('main').innerText.includes('正在统计'))
  assert.equal(number((await row.locator('td').last().innerText())), papers)
}))

test('labels explain themselves: opened and closed by keyboard, in place, with a way to the glossary', LIMIT, () => withPage(browser, node.url, async (page) => {
  await open(page, '/data')
  const term = page.getByRole('button', { name: '平均完整度' })
  await term.focus()
  await page.keyboard.press('Enter')
  const card = page.locator('.term-card')
  await card.getByText('公开字段中有值的比例').waitFor()
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await assertFits(page, `a term at ${width}`)
    await assertAccessible(page, `a term at ${width}`)
  }
  await page.keyboard.press('Escape')
  await card.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '平均完整度')
  await page.keyboard.press('Enter')
  await card.getByText('公开字段中有值的比例').waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '/glossary#completeness')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/glossary#completeness')
}))

test('a card stays within a narrow window, wherever its label stands', LIMIT, () => withPage(browser, node.url, async (page) => {
  const key = (await node.json('/api/v1/search', { type: 'paper', limit: 1 })).items[0].key
  await open(page, `/records/${key}?lang=en`)
  for (const term of await page.locator('.term').all()) {
    await term.scrollIntoViewIfNeeded()
    await term.click()
    const box = await page.locator('.term-card').boundingBox()
    assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box))
    await assertFits(page, 'an open card')
    await term.click()
    await page.locator('.term-card').waitFor({ state: 'detached' })
  }
}, { width: 360 }))

test('every label that explains itself has its term', async () => {
  const names = (await readFile(join(top, 'region/glossary.tsv'), 'utf8')).split('\n').map((line) => line.split('\t')[0])
  const src = join(top, 'web/src')
  let seen = 0
  for (const file of await readdir(src, { recursive: true })) {
    if (!file.endsWith('.vue')) continue
    for (const [, name] of (await readFile(join(src, file), 'utf8')).matchAll(/<TermMark name="([^"]*)"/g)) {
      assert.ok(names.includes(name), `${file}: ${name}`)
      seen += 1
    }
  }
  assert.ok(seen >= 12)
})

test('nothing, very long words and markup', LIMIT, async () => {
  await withPage(browser, empty.url, async (page) => {
    for (const path of PAGES) {
      await open(page, path)
      await assertAccessible(page, `${path} empty`)
      await assertFits(page, `${path} empty`)
    }
  }, { width: 360 })
  await withPage(browser, fixture.url, async (page) => {
    for (const path of [...PAGES, '/identifiers?scheme=doi&value=bad', '/identifiers?scheme=doi&value=10.1', '/identifiers?scheme=doi&value=zero']) {
      await open(page, path)
      await everyWidth(page, path)
    }
    assert.equal(await page.evaluate(() => window.planted), undefined)
  })
})

test('slow: the shape of what comes; failing: why, and once more', LIMIT, async () => {
  await withPage(browser, fixture.url, async (page) => {
    for (const path of PAGES) {
      let go
      hold = (url) => (/tour|glossary|identifiers/.test(url.pathname) ? new Promise((done) => { go = done }) : undefined)
      await page.goto(path)
      await page.waitForSelector('.tour-bones')
      await assertAccessible(page, `${path} slow`)
      hold = null
      go()
      await page.waitForSelector('.tour-bones', { state: 'detached' })
    }
  })
  await withPage(browser, down.url, async (page) => {
    for (const path of PAGES) {
      await open(page, path)
      await page.waitForSelector('.error-note')
      await assertAccessible(page, `${path} failing`)
    }
    await open(page, '/data')
    await page.getByRole('button', { name: '平均完整度' }).click()
    await page.locator('.term-card').getByText('未能读取解释').waitFor()
  }, { expected: /status of 500/ })
})
