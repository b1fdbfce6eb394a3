// What the program writes is opened by others: openpyxl, exceljs and LibreOffice, with lists, checks, comments and colours.
// time limit: 400 s
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { openpyxl, sheetsOf } from '../lib/book.mjs'
import { importCounts, newFolder, ok, run, top } from '../lib/node.mjs'

const exceljs = join(top, 'bench/peers/node_modules/exceljs')
const soffice = ['/usr/bin/soffice', '/usr/bin/libreoffice'].find((path) => existsSync(path))
const zh = { env: { LC_ALL: 'zh_CN.UTF-8' } }

describe('workbooks that the program writes', () => {
  let folder, data, books
  const types = []

  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    books = join(folder, 'books')
    await mkdir(books)
    await ok(['init', '--data', data, '--sample'])
    for (const file of await readdir(join(top, 'region/types'))) if (file.endsWith('.json')) types.push(file.replace('.json', ''))
    for (const type of types) await ok(['template', '--data', data, '--type', type, join(books, `${type}.xlsx`)], zh)
    await ok(['export', '--data', data, '--query', '', join(books, 'export.xlsx')], zh)
    await openpyxl(`
book = openpyxl.Workbook()
book.active.append(['名称', '启用日期', '原值'])
book.active.append(['仪器甲', '昨天', '很多'])
book.save(args[0])`, join(folder, 'bad.xlsx'))
    await run(['import', '--data', data, '--type', 'instrument', '--rejects', join(books, 'rejects.xlsx'), join(folder, 'bad.xlsx')], zh)
    assert.ok(existsSync(join(books, 'rejects.xlsx')))
    await ok(['index', 'run', 'specialised-town', join(top, 'region/sample/town-index.csv'), '--draws', '50', '--out', join(folder, 'towns.json')])
    await ok(['index', 'export', join(folder, 'towns.json'), join(books, 'index.xlsx')], zh)
  }, { timeout: 120_000 })
  after(() => rm(folder, { recursive: true, force: true }))

  it('have lists, hidden codes, checks and messages that openpyxl sees', async () => {
    const found = await openpyxl(`
book = openpyxl.load_workbook(args[0])
sheet = book.worksheets[0]
heads = {cell.column_letter: cell.value for cell in sheet[1]}
rules = {}
for rule in sheet.data_validations.dataValidation:
    letter = str(rule.sqref).split(':')[0].rstrip('0123456789')
    rules[heads[letter]] = [rule.type, rule.formula1, rule.promptTitle, rule.prompt, rule.error]
lists = book['_lists']
print(json.dumps({'rules': rules, 'state': lists.sheet_state,
    'pairs': [[row[0].value, row[1].value] for row in lists.iter_rows(max_row=6)],
    'comments': [cell.value for cell in sheet[1] if cell.comment],
    'texts': [cell.value for row in lists.iter_rows() for cell in row if cell.value]}))`, join(books, 'instrument.xlsx'))
    assert.equal(found.state, 'hidden')
    assert.deepEqual(found.rules['纬度'].slice(0, 2), ['decimal', '-90'])
    assert.equal(found.rules['启用日期'][0], 'custom')
    assert.deepEqual([found.rules['仪器名称'][0], found.rules['仪器名称'][1]], ['textLength', '1'])
    assert.match(found.rules['仪器名称'][4], /必填.*最多 300 个字符/)
    assert.equal(found.rules['运行状态'][0], 'list')
    assert.match(found.rules['运行状态'][1], /^_lists!\$/)
    assert.match(found.rules['所在地区'][1], /^OFFSET\(_lists!.*MATCH\(/)
    const loud = await openpyxl(`
import re, zipfile
xml = zipfile.ZipFile(args[0]).read('xl/worksheets/sheet1.xml').decode()
print(json.dumps([bool(re.search('showErrorMessage="1"', rule)) for rule in re.findall('<dataValidation [^>]*errorTitle="所在地区"[^>]*>', xml)]))`,
    join(books, 'instrument.xlsx'))
    assert.deepEqual(loud, [false], 'what shortens a long list is not refused')
    assert.ok(found.texts.includes('440106 天河区'))
    assert.ok(found.comments.length > 20)
    for (const [, , title, prompt, error] of Object.values(found.rules)) {
      assert.ok((title ?? '').length <= 32 && (prompt ?? '').length <= 255 && (error ?? '').length <= 255)
    }
    const english = join(folder, 'english.xlsx')
    await ok(['template', '--data', data, '--type', 'instrument', english], { env: { LC_ALL: 'en_US.UTF-8' } })
    const [sheet] = await sheetsOf(english)
    assert.doesNotMatch(sheet.rows[0].join(' '), /[一-龥]/)
  })

  it('take labels, codes and both from a filled-in form without a mapping', async () => {
    const form = join(folder, 'filled.xlsx')
    await openpyxl(`
import shutil
shutil.copy(args[0], args[1])
book = openpyxl.load_workbook(args[1])
sheet = book.worksheets[0]
at = {cell.value: cell.column for cell in sheet[1]}
for row, area in ((3, '440106 天河区'), (4, '440106'), (5, '天河区')):
    for head, value in (('_key', 'F%d' % row), ('仪器名称', '电镜 %d' % row), ('所属单位', '示例大学'), ('启用日期', '2016-03'),
                        ('原值', 1234.5), ('所在地区', area), ('可用创新券', '是')):
        sheet.cell(row, at[head]).value = value
book.save(args[1])`, join(books, 'instrument.xlsx'), form)
    const counts = importCounts(await ok(['import', '--data', data, '--type', 'instrument', form], zh))
    assert.deepEqual([counts.seen, counts.stored, counts.rejected], [3, 3, 0])
    const rows = (await ok(['export', '--data', data, '--type', 'instrument'])).trim().split('\n').map((line) => JSON.parse(line))
      .filter((row) => row.name.startsWith('电镜'))
    assert.equal(new Set(rows.map((row) => row.area)).size, 1)
    assert.equal(rows[0].area, '440106')
  })

  it('are opened by exceljs', { skip: existsSync(exceljs) ? false : 'no exceljs in bench/peers' }, async () => {
    const ExcelJS = createRequire(join(top, 'bench/peers/package.json'))('exceljs')
    for (const name of ['instrument.xlsx', 'export.xlsx', 'rejects.xlsx', 'index.xlsx']) {
      const book = new ExcelJS.Workbook()
      await book.xlsx.readFile(join(books, name))
      assert.ok(book.worksheets[0].rowCount > 1, name)
      if (name === 'rejects.xlsx') {
        const cell = book.worksheets[0].getCell('B2')
        assert.match(JSON.stringify(cell.note), /昨天/)
        assert.equal(cell.fill.fgColor.argb, 'FFFFC7CE')
      }
    }
  })

  it('are opened by LibreOffice, all in one go', { skip: soffice ? false : 'no LibreOffice', timeout: 170_000 }, async () => {
    const out = join(folder, 'converted')
    const names = (await readdir(books)).filter((name) => name.endsWith('.xlsx'))
    await promisify(execFile)(soffice, ['--headless', `-env:UserInstallation=file://${join(folder, 'profile')}`,
      '--convert-to', 'ods', '--outdir', out, ...names.map((name) => join(books, name))], { timeout: 160_000 })
    for (const name of names) {
      const ods = join(out, name.replace('.xlsx', '.ods'))
      assert.ok(existsSync(ods), name)
      const content = (await openpyxl(`
import zipfile
print(json.dumps(zipfile.ZipFile(args[0]).read('content.xml').decode('utf-8')))`, ods))
      if (name === 'instrument.xlsx') {
        assert.match(content, /table:content-validation /)
        assert.match(content, /cell-content-is-in-list\(.*OFFSET\(/)
        assert.match(content, /is-true-formula/)
        assert.match(content, /仪器名称/)
      }
      if (name === 'index.xlsx') for (const sheet of ['1 说明', '7 填补缺失', '11 结果']) assert.match(content, new RegExp(`table:name="${sheet}"`))
      if (name === 'rejects.xlsx') assert.match(content, /office:annotation[\s\S]*昨天/)
    }
  })
})
