// Releases written out: a workbook with a sheet for each step, JSON, the table, and the printed report.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { openpyxl } from '../lib/book.mjs'
import { Node, newFolder, ok, run, top } from '../lib/node.mjs'

const tool = async (name, ...args) => (await promisify(execFile)(name, args, { maxBuffer: 64 << 20, timeout: 60_000 })).stdout
const zh = { env: { LC_ALL: 'zh_CN.UTF-8' } }

describe('a release of the towns', () => {
  let folder, release, made
  const at = (name) => join(folder, name)

  before(async () => {
    folder = await newFolder()
    release = at('towns.json')
    await ok(['index', 'run', 'specialised-town', join(top, 'region/sample/town-index.csv'), '--draws', '100', '--out', release])
    made = JSON.parse(readFileSync(release, 'utf8'))
  }, { timeout: 60_000 })
  after(() => rm(folder, { recursive: true, force: true }))

  it('as a workbook: every step, filled and changed cells in colour, heads frozen, filters over all rows', async () => {
    await ok(['index', 'export', release, at('towns.xlsx')], zh)
    const book = await openpyxl(`
book = openpyxl.load_workbook(args[0])
print(json.dumps([{'name': s.title, 'rows': s.max_row, 'columns': s.max_column, 'frozen': s.freeze_panes, 'filter': s.auto_filter.ref,
    'head': [c.value for c in s[1]], 'colours': sorted({c.fill.fgColor.rgb for row in s.iter_rows(min_row=2) for c in row if c.fill.fill_type}),
    'filled': sum(1 for row in s.iter_rows(min_row=2) for c in row if c.fill.fgColor.rgb == 'FFFFEB9C'),
    'formats': sorted({c.number_format for row in s.iter_rows(min_row=2) for c in row if isinstance(c.value, (int, float))})} for s in book]))`, at('towns.xlsx'))
    assert.deepEqual(book.map(({ name }) => name), ['1 说明', '2 体系与权重', '3 原始数据', '4 分母等', '5 筛选', '6 除以分母', '7 填补缺失', '8 处理异常值', '9 标准化', '10 分组得分', '11 结果', '12 变化', '13 注意'])
    for (const { name, rows, columns, frozen, filter } of book.slice(2, 9)) {
      assert.equal(rows, 301, name)
      assert.equal(frozen, 'E2', name)
      const last = columns > 26 ? `A${String.fromCharCode(64 + columns - 26)}` : String.fromCharCode(64 + columns)
      assert.equal(filter, `A1:${last}301`, name)
    }
    const missing = Object.values(made.data.values).flat().filter((value) => value === null).length
    const out = new Set(made.screened_out)
    const fillable = Object.values(made.data.values).flatMap((column) => column.filter((value, row) => value === null && !out.has(row))).length
    assert.ok(fillable > 20 && missing >= fillable)
    assert.equal(book[6].filled, fillable, 'cells that were filled are yellow')
    assert.ok(book[7].colours.includes('FFBDD7EE'), 'changed outliers are blue')
    assert.match(book[2].head[4], /^A11 地区生产总值 \(GDP\)（万元）$/)
    await ok(['index', 'export', release, at('again.xlsx'), '--lang', 'zh'])
    assert.deepEqual(readFileSync(at('again.xlsx')), readFileSync(at('towns.xlsx')), 'the same bytes twice')
    await ok(['index', 'export', release, at('en.xlsx'), '--lang', 'en'], zh)
    const heads = await openpyxl(`
book = openpyxl.load_workbook(args[0])
print(json.dumps([[s.title] + [str(c.value) for c in s[1]] for s in book]))`, at('en.xlsx'))
    assert.doesNotMatch(heads.flat().map((head) => head.replace(/ \([^()]*\)$/, '')).join(' '), /[一-龥]/)
  })

  it('as a table: every node, ranks, intervals, with a mark of UTF-8', async () => {
    await ok(['index', 'export', release, at('towns.csv')], zh)
    const text = readFileSync(at('towns.csv'), 'utf8')
    assert.equal(text.codePointAt(0), 0xfeff)
    const [head, ...rows] = text.slice(1).trimEnd().split('\r\n').map((line) => line.split(','))
    assert.equal(rows.length, 300)
    const codes = made.definition.nodes.map(({ code }) => code)
    assert.deepEqual(head, ['代码', '名称', '年份', '分组', ...codes, ...codes.map((code) => `rank_${code}`),
      'rank_low', 'rank_median', 'rank_high', 'rank_mean', 'rank_best', 'rank_worst', 'probability_top10'])
    for (const { row, low, high, top10 } of made.uncertainty.units) {
      assert.deepEqual([rows[row][head.indexOf('rank_low')], rows[row][head.indexOf('rank_high')], rows[row].at(-1)].map(Number), [low, high, top10])
    }
    await ok(['index', 'export', release, at('towns.tsv')])
    assert.ok(readFileSync(at('towns.tsv'), 'utf8').includes('\t'))
  })

  it('as JSON: unit by unit, with interval, change and what each node gives', async () => {
    await ok(['index', 'export', release, at('easy.json')])
    const easy = JSON.parse(readFileSync(at('easy.json'), 'utf8'))
    assert.equal(easy.format, 'xietong-index-export/1')
    assert.equal(easy.units.length, 300)
    const best = easy.units.find(({ period, rank }) => period === 2023 && rank === 1)
    assert.equal(best.change.since, 2022)
    assert.ok(Math.abs(best.change.own + best.change.yardstick - best.change.score) < 1e-6)
    assert.ok(best.interval.low <= best.interval.median && best.interval.median <= best.interval.high)
    const dimensions = easy.nodes.filter(({ parent }) => parent === 'index').map(({ code }) => code)
    assert.ok(Math.abs(dimensions.reduce((sum, code) => sum + best.nodes[code].contribution, 0) - best.score) < 1e-6)
    for (const unit of easy.units) assert.ok((unit.rank === null) === (unit.score === null), unit.unit)
  })

  it('as a report of all: cover, ranking, a page for each unit, bookmarks, found as text', async () => {
    await ok(['index', 'report', release, at('all.pdf'), '--lang', 'zh'])
    const info = await tool('pdfinfo', at('all.pdf'))
    assert.match(info, /^Title: +专业镇创新指数 2023$/m)
    assert.match(info, /^Author: +\S/m)
    assert.match(info, /^Pages: +64$/m)
    assert.match(info, /A4/)
    const pages = (await tool('pdftotext', at('all.pdf'), '-')).split('\f').slice(0, -1)
    assert.equal(pages.length, 64)
    const names = new Set(made.data.units.map(([, name]) => name))
    const squeezed = pages.map((page) => page.replace(/\s/g, ''))
    for (const name of names) {
      assert.ok(squeezed.slice(2, 4).some((page) => page.includes(name)), `${name} in the ranking`)
      assert.equal(squeezed.slice(4).filter((page) => page.includes(name)).length, 1, `${name} has one page`)
    }
    for (const { row, low, high } of made.uncertainty.units.filter((one) => one.low !== null)) {
      const [from, to] = [Math.floor(low), Math.ceil(high)], said = from === to ? `${from}` : `${from}–${to}`
      const page = squeezed.slice(4).find((page) => page.includes(made.data.units[row][1]))
      assert.match(page, new RegExp(`${made.scores.index[row].toFixed(2)}${said}\\d+%`), `${made.data.units[row][1]}: ${said}`)
    }
    assert.ok(squeezed[63].includes('第64页，共64页'))
    assert.doesNotMatch(await tool('pdffonts', at('all.pdf')), / no +(yes|no) +(yes|no) +\d+ +0$/m, 'all fonts are embedded')
    const bytes = readFileSync(at('all.pdf'), 'latin1')
    assert.equal(bytes.match(/\/Dest \[/g)?.length, 63, 'bookmarks of 3 chapters and 60 units')
    assert.equal(bytes.match(/\/Subtype \/Link/g)?.length, 60, 'the ranking leads to each unit')
    await ok(['index', 'report', release, at('again.pdf'), '--lang', 'zh'])
    assert.deepEqual(readFileSync(at('again.pdf')), readFileSync(at('all.pdf')), 'the same bytes twice')
  })

  it('as a report of some units, in English, by code and by name, of an earlier year', async () => {
    const [, name] = made.data.units.find(([code]) => code === 'ex-07')
    await ok(['index', 'report', release, at('two.pdf'), '--unit', 'ex-05', '--unit', name, '--lang', 'en', '--period', '2021'])
    const pages = (await tool('pdftotext', '-layout', at('two.pdf'), '-')).split('\f').slice(0, -1)
    assert.equal(pages.length, 2)
    assert.match(pages[0], /Strengths/)
    assert.match(pages[0], /Page 1 of 2/)
    assert.match(pages[0], /Score since 2020/)
    assert.ok(pages[1].replace(/\s/g, '').includes(name))
    const easy = at('period.json')
    await ok(['index', 'export', release, easy])
    const unit = JSON.parse(readFileSync(easy, 'utf8')).units.find((one) => one.unit === 'ex-05' && one.period === 2021)
    assert.ok(pages[0].includes(unit.score.toFixed(2)), 'its score')
    assert.ok(pages[0].includes(unit.nodes.A11.contribution.toFixed(2)), 'what an indicator gives')
  })

  it('mistakes are named, and nothing is left half done', async () => {
    const before = readdirSync(folder).sort()
    const refused = async (args, pattern) => {
      const result = await run(args)
      assert.equal(result.code, 2, args.join(' '))
      assert.match(result.err, pattern)
    }
    await refused(['index', 'report', release, at('x.pdf'), '--unit', 'nobody', '--unit', 'nowhere'], /nobody[\s\S]*nowhere/)
    await refused(['index', 'report', release, at('x.pdf'), '--period', '1999'], /1999/)
    await refused(['index', 'report', release, at('x.doc')], /x\.doc/)
    await refused(['index', 'report', release, at('x.pdf'), '--lang', 'fr'], /fr/)
    await refused(['index', 'export', release, at('x.doc')], /doc.*csv.*xlsx.*json/)
    await refused(['index', 'export', release, release], /release itself/)
    await refused(['index', 'export', at('none.json'), at('x.csv')], /none\.json/)
    await writeFile(at('broken.json'), '{"format":"another"}')
    await refused(['index', 'export', at('broken.json'), at('x.csv')], /xietong-index-release/)
    await refused(['index', 'report', at('broken.json'), at('x.pdf')], /xietong-index-release/)
    await rm(at('broken.json'))
    for (const name of ['x.pdf', 'x.xlsx', 'x.json', 'x.csv']) {
      const verb = name === 'x.pdf' ? 'report' : 'export'
      await refused(['index', verb, release, join(folder, 'no-such-folder', name)], /no-such-folder/)
      await mkdir(at(name))
      await refused(['index', verb, release, at(name)], new RegExp(name))
      await rm(at(name), { recursive: true })
    }
    assert.deepEqual(readdirSync(folder).sort(), before)
  })
})

describe('a published release', () => {
  let folder, data, node, current
  const at = (name) => join(folder, name)
  const releases = '/api/v1/indexes/specialised-town/releases'
  const bytes = async (path, lang = 'zh') => {
    const answer = await node.fetch(path, { headers: { 'accept-language': lang } })
    assert.equal(answer.status, 200, path)
    return { answer, body: Buffer.from(await answer.arrayBuffer()) }
  }

  before(async () => {
    folder = await newFolder()
    data = at('data')
    await ok(['init', '--data', data, '--sample'])
    node = await Node.start(data)
    current = (await node.json('/api/v1/indexes/specialised-town')).releases[0].release
  }, { timeout: 60_000 })
  after(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is exported by its id from the command line, the same as over HTTP', async () => {
    for (const [format, type] of [['csv', /^text\/csv/], ['xlsx', /spreadsheetml/], ['json', /^application\/json/]]) {
      await ok(['index', 'export', '--stored', '--data', data, `specialised-town/${current}`, at(`out.${format}`), '--lang', 'zh'])
      const { answer, body } = await bytes(`${releases}/${current}/export?format=${format}`)
      assert.match(answer.headers.get('content-type'), type)
      assert.match(decodeURIComponent(answer.headers.get('content-disposition')), new RegExp(`专业镇创新指数-2023\\.${format}`))
      assert.match(answer.headers.get('cache-control'), /no-cache/, 'another version of the program may write it otherwise')
      assert.ok(answer.headers.get('etag'))
      assert.deepEqual(body, readFileSync(at(`out.${format}`)), format)
      assert.deepEqual((await bytes(`${releases}/current/export?format=${format}`)).body, body, 'kept')
    }
    const english = await bytes(`${releases}/current/export`, 'en')
    assert.match(english.body.toString().slice(1, 20), /^unit,name,period/)
    const easy = JSON.parse(readFileSync(at('out.json'), 'utf8'))
    assert.equal(easy.release, current)
  })

  it('is printed, whole or a page for a unit, and not made again for who has it', async () => {
    const whole = await bytes(`${releases}/${current}/report`)
    assert.equal(whole.answer.headers.get('content-type'), 'application/pdf')
    await ok(['index', 'report', '--stored', '--data', data, 'specialised-town', at('all.pdf'), '--lang', 'zh'])
    assert.deepEqual(whole.body, readFileSync(at('all.pdf')))
    const { answer, body } = await bytes(`${releases}/current/report?unit=ex-05&unit=ex-06&period=2022`, 'en')
    await writeFile(at('two.pdf'), body)
    const pages = (await tool('pdftotext', at('two.pdf'), '-')).split('\f').slice(0, -1)
    assert.equal(pages.length, 2)
    assert.match(pages[0], /Score since\s+2021/)
    assert.match(answer.headers.get('cache-control') ?? '', /no-cache/)
    const again = await node.fetch(`${releases}/${current}/report`, { headers: { 'accept-language': 'zh', 'if-none-match': whole.answer.headers.get('etag') } })
    assert.equal(again.status, 304)
  })

  it('says what is wrong', async () => {
    for (const [path, status, pattern] of [
      ['current/report?unit=nobody', 404, /nobody/], ['current/report?period=1990', 400, /1990/], ['current/report?period=x', 400, /period/],
      ['current/export?format=doc', 400, /doc|format/], ['0123456789abcdef/export', 404, /0123456789abcdef/], ['0123456789abcdef/report', 404, /0123456789abcdef/],
      [`current/report?${Array.from({ length: 51 }, (_, i) => `unit=u${i}`).join('&')}`, 400, /51.*50/],
    ]) {
      const answer = await node.fetch(`${releases}/${path}`, { headers: { 'accept-language': 'en' } })
      assert.equal(answer.status, status, path)
      assert.match(await answer.text(), pattern, path)
    }
    assert.equal((await run(['index', 'export', '--stored', '--data', data, 'specialised-town/0000', at('x.csv')])).code, 2)
    assert.equal((await run(['index', 'report', '--stored', '--data', data, 'nothing', at('x.pdf')])).code, 2)
  })

  it('is made once for who asks for the same at once', async () => {
    // What was made stays open as a file without a name, each from a folder of its own.
    const kept = () => new Set(readdirSync(`/proc/${node.child.pid}/fd`).flatMap((fd) => {
      try {
        const name = readlinkSync(`/proc/${node.child.pid}/fd/${fd}`)
        return name.includes('xietong-index-') ? [name] : []
      } catch {
        return [] // closed meanwhile
      }
    })).size
    const before = kept()
    const answers = await Promise.all(Array.from({ length: 4 }, () => node.fetch(`${releases}/current/report?unit=ex-20`)))
    const made = await Promise.all(answers.filter(({ status }) => status === 200).map(async (answer) => Buffer.from(await answer.arrayBuffer())))
    assert.ok(made.length > 0)
    for (const one of made) assert.deepEqual(one, made[0])
    assert.equal(kept(), before + 1)
  })

  it('is answered to many at once, or they are told to come again', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => node.fetch(`${releases}/current/report?unit=ex-${String(i + 1).padStart(2, '0')}`)))
    for (const answer of answers) assert.ok([200, 503].includes(answer.status), String(answer.status))
    for (const answer of answers) await answer.arrayBuffer()
    assert.ok(answers.some(({ status }) => status === 200))
  })
})
