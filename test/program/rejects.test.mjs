// Rows that were refused go back as they came, and go in again once they are mended: the same command, the same keys.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mend, openpyxl, sheetsOf } from '../lib/book.mjs'
import { importCounts, newFolder, ok, run } from '../lib/node.mjs'

// A row makes three records: a project, its unit and the person who leads it.
const mapping = {
  namespace: 'list',
  input: { heads: ['编号', '名称', '经费'] },
  records: [
    {
      type: 'project',
      key: '{编号}',
      fields: {
        title: '名称', number: '编号', approved_on: '立项', total: { from: '经费', unit: '万元' }, kind: '类别',
        units: { from: '单位', key: '{}' },
      },
    },
    { type: 'organisation', key: '{单位}', fields: { name: '单位', kind: '单位类别' } },
    { type: 'person', key: '{负责人}', fields: { name: '负责人' } },
  ],
}
const head = ['编号', '名称', '立项', '经费', '类别', '单位', '单位类别', '负责人']
const good = ['P1', '水资源研究', '2016-03', '12.5', '重点项目', '示例大学', '高等院校', '甲']
const bad = [
  ['P2', '土; "壤", 与|水', '昨天', '很多', '没有这一类', '示例大学', '高等院校', '乙'],
  ['007', '=大气', '2016-03-05', '1.50', '重点项目', '示例学院', '不知何类', '丙'],
]
const mended = [['昨天', '2017-02-03'], ['很多', '7'], ['没有这一类', '重点项目'], ['不知何类', '高等院校']]

describe('rejects', () => {
  let folder, data, map

  before(async () => {
    folder = await newFolder()
    map = join(folder, 'list.json')
    await writeFile(map, JSON.stringify(mapping))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function fresh() {
    data = join(folder, `data-${Math.random().toString(36).slice(2)}`)
    await ok(['init', '--data', data])
  }
  const take = async (file, ...args) => importCounts((await run(['import', '--data', data, '--mapping', map, ...args, file],
    { env: { LC_ALL: 'zh_CN.UTF-8' } })).out)
  const projects = async () => (await ok(['export', '--data', data, '--type', 'project'])).trim().split('\n')
    .map((line) => JSON.parse(line))

  async function allThere() {
    const list = await projects()
    assert.deepEqual(list.map((p) => p.number).sort(), ['007', 'P1', 'P2'])
    const [p2] = list.filter((p) => p.number === 'P2')
    assert.deepEqual([p2.title, p2.approved_on, p2.total, p2.kind], [bad[0][1], '2017-02-03', 7_000_000, p2.kind])
    assert.equal(list.find((p) => p.number === '007').title, '=大气')
    const units = await ok(['export', '--data', data, '--type', 'organisation'])
    assert.equal(units.trim().split('\n').length, 2)
    await ok(['check', '--data', data])
  }

  // What quotes a cell in these files.
  const quoted = (cells, delimiter) => cells.map((cell) => /["\n;,|\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
    .join(delimiter)
  const gb18030 = async (text) => Buffer.from((await openpyxl(
    'print(json.dumps(args[0].encode("gb18030").hex()))', text)), 'hex')
  const utf16 = async (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')

  for (const [what, name, delimiter, encode, decoder, begins] of [
    ['UTF-8', 'plain.csv', ',', async (text) => Buffer.from(text), 'utf-8', [0xe9]],
    ['UTF-8 with a mark', 'bom.csv', ',', async (text) => Buffer.from(`\uFEFF${text}`), 'utf-8', [0xef, 0xbb, 0xbf]],
    ['semicolons', 'semicolon.csv', ';', async (text) => Buffer.from(text), 'utf-8', [0xe9]],
    ['bars', 'bar.txt', '|', async (text) => Buffer.from(text), 'utf-8', [0xe9]],
    ['tabs', 'tab.tsv', '\t', async (text) => Buffer.from(text), 'utf-8', [0xe9]],
    ['GB18030', 'gb.csv', ',', gb18030, 'gb18030', [0xcf]],
    ['UTF-16', 'utf16.csv', ';', utf16, 'utf-16le', [0xff, 0xfe]],
  ]) {
    it(`come back in ${what} and go in again`, async () => {
      await fresh()
      const file = join(folder, name)
      const text = [['项目一览表', '单位：万元'], [], head, good, ...bad].map((cells) => quoted(cells, delimiter)).join('\n') + '\n'
      await writeFile(file, await encode(text))
      const first = await take(file)
      assert.deepEqual([first.seen, first.stored, first.rejected], [3, 1, 2])
      const rejects = join(folder, name.replace(/\.\w+$/, `.rejects.${name.endsWith('tsv') ? 'tsv' : 'csv'}`))
      const bytes = await readFile(rejects)
      assert.deepEqual([...bytes.subarray(0, begins.length)], begins)
      let back = new TextDecoder(decoder, { fatal: true }).decode(bytes)
      const lines = back.split('\r\n')
      assert.equal(lines[0], ['项目一览表', '单位：万元'].join(delimiter))
      assert.equal(lines[1], '')
      assert.equal(lines[2], [...head, '_行号', '_拒绝原因'].join(delimiter))
      assert.match(lines[3], /立项（立项日期）.*经费（项目总经费）.*类别/)
      assert.equal(lines.length, 6)
      for (const [from, to] of mended) back = back.replace(`${delimiter}${from}${delimiter}`, `${delimiter}${to}${delimiter}`)
      await writeFile(rejects, await encode(back.replace(/^\uFEFF/, '')))
      const second = await take(rejects)
      assert.deepEqual([second.seen, second.stored, second.rejected], [2, 2, 0])
      await allThere()
    })
  }

  it('take along the line above that says the province, once', async () => {
    await fresh()
    const table = join(folder, 'sections.csv'), sections = join(folder, 'sections.json')
    await writeFile(sections, JSON.stringify({
      namespace: 'sections', input: { heads: ['序号', '名称', '成立'] },
      carry: { 省: { from: '序号', extract: '^(.+)（[0-9]+所）$' } }, skip_if: [{ column: '名称', empty: true }],
      records: [{ type: 'organisation', key: '{省}|{名称}', fields: {
        name: '名称', kind: { value: 'university' }, founded_on: '成立', area: { from: '省', place: 'area' } } }],
    }))
    await writeFile(table, ['序号,名称,成立', '广东省（1所）,,', '1,甲示例学院,1958', '海南省（3所）,,', '1,乙示例学院,昨天',
      '2,丙示例学院,1960', '3,丁示例学院,前天'].join('\n') + '\n')
    const go = async (file) => importCounts((await run(['import', '--data', data, '--mapping', sections, file])).out)
    const first = await go(table)
    assert.deepEqual([first.seen, first.stored, first.rejected], [4, 2, 2])
    const rejects = join(folder, 'sections.rejects.csv')
    const back = await readFile(rejects, 'utf8')
    const lines = back.trim().split('\r\n')
    assert.equal(lines.length, 4)
    assert.match(lines[1], /^海南省（3所）,,,4,/)
    assert.match(lines[2], /^1,乙示例学院,昨天,5,/)
    await writeFile(rejects, back.replace('昨天', '1959').replace('前天', '1961'))
    const second = await go(rejects)
    assert.deepEqual([second.seen, second.stored, second.rejected], [2, 2, 0])
    const all = (await ok(['export', '--data', data, '--type', 'organisation'])).trim().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(all.map((o) => [o.name, o.area]).sort(), [['丁示例学院', '460000'], ['丙示例学院', '460000'],
      ['乙示例学院', '460000'], ['甲示例学院', '440000']])
  })

  const makeBook = (path) => openpyxl(`
book = openpyxl.Workbook()
sheet = book.active
sheet.title = '项目 表'
for row in json.loads(args[1]):
    sheet.append(row)
for range in ('A1:H1', 'A2:A3', 'B2:B3', 'C2:D2'):
    sheet.merge_cells(range)
sheet['D5'] = 12.5
sheet['C7'] = datetime.date(2016, 3, 5)
sheet['B7'].data_type = 's'
sheet.column_dimensions['B'].width = 44
book.create_sheet('说明').append(['本表由科技局填写'])
book.save(args[0])`, path, JSON.stringify([
    ['2016年度项目一览表'], ['编号', '名称', '立项情况', null, '类别', '承担', null, null],
    [null, null, '立项', '经费', '类别', '单位', '单位类别', '负责人'], [], good, ...bad]))

  it('come back as a workbook with its titles, head and widths, the cells at fault coloured, and go in again', async () => {
    await fresh()
    const file = join(folder, 'book.xlsx')
    await makeBook(file)
    const first = await take(file)
    assert.deepEqual([first.seen, first.stored, first.rejected], [3, 1, 2])
    const rejects = join(folder, 'book.rejects.xlsx')
    const sheets = await sheetsOf(rejects)
    assert.deepEqual(sheets.map((sheet) => sheet.name), ['项目 表'])
    const [sheet] = sheets
    assert.deepEqual(sheet.merged, ['A1:H1', 'A2:A3', 'B2:B3', 'C2:D2'])
    assert.equal(sheet.widths.B, 44)
    assert.equal(sheet.rows[0][0], '2016年度项目一览表')
    assert.deepEqual(sheet.rows[1].slice(0, 6), ['编号', '名称', '立项情况', null, '类别', '承担'])
    assert.deepEqual(sheet.rows[2], [null, null, ...head.slice(2), '_行号', '_拒绝原因'])
    assert.deepEqual(sheet.rows.slice(3).map((row) => row[8]), ['6', '7'])
    assert.deepEqual(Object.keys(sheet.faults).sort(), ['C4', 'D4', 'E4', 'G5'])
    assert.match(sheet.faults.C4, /立项（立项日期）.*昨天/)
    assert.match(sheet.faults.G5, /不知何类/)
    assert.match(sheet.rows[3][9], /昨天.*很多/)
    await mend(rejects, { C4: '2017-02-03', D4: 7, E4: '重点项目', G5: '高等院校' })
    const second = await take(rejects)
    assert.deepEqual([second.seen, second.stored, second.rejected], [2, 2, 0])
    await allThere()
  })

  it('come back a second time with their first row numbers, and only what is wrong now', async () => {
    await fresh()
    const file = join(folder, 'twice.csv')
    await writeFile(file, [head, good, ...bad].map((cells) => quoted(cells, ',')).join('\n') + '\n')
    await take(file)
    const once = join(folder, 'twice.rejects.csv')
    await writeFile(once, (await readFile(once, 'utf8')).replace('昨天', '2017-02-03').replace('不知何类', '高等院校'))
    const counts = await take(once)
    assert.deepEqual([counts.seen, counts.stored, counts.rejected], [2, 1, 1])
    const lines = (await readFile(join(folder, 'twice.rejects.rejects.csv'), 'utf8')).trim().split('\r\n')
    assert.equal(lines[0], [...head, '_行号', '_拒绝原因'].join(','))
    assert.match(lines[1], /,3,"?经费/)
    assert.doesNotMatch(lines[1], /昨天/)
  })

  it('come back as JSON Lines for JSON, and go in again', async () => {
    await fresh()
    const file = join(folder, 'list-of.json')
    const object = (cells) => Object.fromEntries(head.map((name, i) => [name, cells[i]]))
    await writeFile(file, JSON.stringify([good, ...bad].map(object)))
    const first = await take(file)
    assert.deepEqual([first.seen, first.stored, first.rejected], [3, 1, 2])
    const rejects = join(folder, 'list-of.rejects.jsonl')
    let back = await readFile(rejects, 'utf8')
    for (const [from, to] of mended) back = back.replace(`"${from}"`, `"${to}"`)
    await writeFile(rejects, back)
    const second = await take(rejects)
    assert.deepEqual([second.seen, second.stored, second.rejected], [2, 2, 0])
    await allThere()
  })

  it('do not change the key of a row that has none but its contents', async () => {
    await fresh()
    const keyless = join(folder, 'keyless.json')
    await writeFile(keyless, JSON.stringify({ namespace: 'k', records: [{ type: 'project', fields: { title: 'a', total: 'b' } }] }))
    const file = join(folder, 'keyless.csv')
    await writeFile(file, 'a,b\n甲,1\n乙,x\n')
    await run(['import', '--data', data, '--mapping', keyless, file])
    const rejects = join(folder, 'keyless.rejects.csv')
    await writeFile(rejects, (await readFile(rejects, 'utf8')).replace('乙,x', '甲,1'))
    const counts = importCounts(await ok(['import', '--data', data, '--mapping', keyless, rejects]))
    assert.deepEqual([counts.seen, counts.unchanged], [1, 1])
  })

  it('keep cells that no column has, and rows of a file without head', async () => {
    await fresh()
    const file = join(folder, 'ragged.csv')
    await writeFile(file, [head, good, [...bad[1].slice(0, 6), '高等院校', '丙', '多余', '的格']].map((cells) => cells.join(',')).join('\n'))
    const first = await take(file)
    assert.deepEqual([first.seen, first.rejected], [2, 1])
    const rejects = join(folder, 'ragged.rejects.csv')
    const back = await readFile(rejects, 'utf8')
    assert.match(back, /,多余,的格\r\n/)
    await writeFile(rejects, back.replace(',多余,的格', ''))
    assert.equal((await take(rejects)).stored, 1)

    const bare = join(folder, 'bare.json')
    await writeFile(bare, JSON.stringify({
      namespace: 'b', input: { columns: ['id', 'title', 'money'] },
      records: [{ type: 'project', key: '{id}', fields: { title: 'title', total: 'money' } }],
    }))
    const without = join(folder, 'bare.csv')
    await writeFile(without, '1,甲,x\n2,乙,5\n3,丙,y\n')
    const counts = importCounts((await run(['import', '--data', data, '--mapping', bare, without])).out)
    assert.deepEqual([counts.seen, counts.rejected], [3, 2])
    const again = join(folder, 'bare.rejects.csv')
    const text = await readFile(again, 'utf8')
    assert.match(text, /^1,甲,x,1,/)
    await writeFile(again, text.replace(',x,', ',1,').replace(',y,', ',2,'))
    const taken = importCounts(await ok(['import', '--data', data, '--mapping', bare, again]))
    assert.deepEqual([taken.seen, taken.stored], [2, 2])
  })

  it('come back sheet by sheet and member by member, where they were', async () => {
    await fresh()
    const parts = join(folder, 'parts.json')
    await writeFile(parts, JSON.stringify({
      namespace: 'p', input: { heads: ['名称', '经费'] },
      records: [{ type: 'project', key: '{:sheet}|{:member}|{:row}', fields: { title: '名称', total: '经费' } }],
    }))
    const goes = async (file, ...args) => importCounts((await run(['import', '--data', data, '--mapping', parts, ...args, file],
      { env: { LC_ALL: 'zh_CN.UTF-8' } })).out)
    const book = join(folder, 'sheets.xlsx')
    await openpyxl(`
book = openpyxl.Workbook()
book.active.title = '好的'
for name, rows in (('一区', [['甲', 1], ['乙', '很多']]), ('二区', [['丙', '不详'], ['丁', 4]])):
    sheet = book.create_sheet(name)
    sheet.append([name + '项目'])
    sheet.append(['名称', '经费'])
    for row in rows:
        sheet.append(row)
book['好的'].append(['名称', '经费'])
book['好的'].append(['戊', 5])
book.save(args[0])`, book)
    assert.deepEqual(await goes(book, '--sheet', '*').then((c) => [c.seen, c.stored, c.rejected]), [5, 3, 2])
    const back = join(folder, 'sheets.rejects.xlsx')
    const sheets = await sheetsOf(back)
    assert.deepEqual(sheets.map((sheet) => [sheet.name, sheet.rows[0][0], sheet.rows[2].slice(0, 3)]),
      [['一区', '一区项目', ['乙', '很多', '4']], ['二区', '二区项目', ['丙', '不详', '3']]])
    await openpyxl(`
book = openpyxl.load_workbook(args[0])
for sheet in book:
    sheet['B3'] = 7
book.save(args[0])`, back)
    assert.deepEqual(await goes(back, '--sheet', '*').then((c) => [c.seen, c.stored, c.rejected]), [2, 2, 0])
    assert.equal((await goes(book, '--sheet', '*')).unchanged, 3)

    const zip = join(folder, 'years.zip')
    await openpyxl(`
import zipfile
with zipfile.ZipFile(args[0], 'w') as archive:
    archive.writestr('a/2019.csv', '名称,经费\\n己,1\\n庚,x\\n')
    archive.writestr('a/2020.csv', '名称;经费\\n辛;y\\n')
    archive.writestr('2021.csv', '名称,经费\\n壬,1\\n')`, zip)
    assert.deepEqual(await goes(zip).then((c) => [c.seen, c.stored, c.rejected]), [4, 2, 2])
    const [first, second] = await Promise.all(['2019', '2020'].map((year) =>
      readFile(join(folder, `years.a-${year}.rejects.csv`), 'utf8')))
    assert.match(first, /^名称,经费,_行号,_成员,_拒绝原因\r\n庚,x,3,a\/2019.csv,/)
    assert.match(second, /^名称;经费;_行号;_成员;_拒绝原因\r\n辛;y;2;a\/2020.csv;/)
    const mend2019 = join(folder, 'years.a-2019.rejects.csv')
    await writeFile(mend2019, first.replace('庚,x', '庚,8'))
    assert.equal((await goes(mend2019)).stored, 1)
    // Two members whose names make one, and one whose name no folder takes: each has its file.
    const same = join(folder, 'same.zip')
    await openpyxl(`
import zipfile
with zipfile.ZipFile(args[0], 'w') as archive:
    for name in ('a/b.csv', 'a-b.csv', '长' * 90 + '.csv'):
        archive.writestr(name, '名称,经费\\n甲,x\\n')`, same)
    assert.equal((await goes(same)).rejected, 3)
    const files = (await readdir(folder)).filter((file) => file.startsWith('same.') && file.includes('.rejects'))
    assert.deepEqual(files.map((file) => file.slice(0, 12)).sort(), ['same.a-b-2.r', 'same.a-b.rej', 'same.长长长长长长长'])
    // The key is that of the row's place in the archive: the mended archive changes nothing.
    await openpyxl(`
import zipfile
with zipfile.ZipFile(args[0], 'w') as archive:
    archive.writestr('a/2019.csv', '名称,经费\\n己,1\\n庚,8\\n')`, zip)
    assert.equal((await goes(zip)).unchanged, 2)
  })

  it('keep the columns of rows that were gathered from several files', async () => {
    await fresh()
    const zip = join(folder, 'years.zip'), gathered = join(folder, 'gathered.json')
    await writeFile(gathered, JSON.stringify({
      namespace: 'gathered', input: { heads: ['编号', '名称'], gather: { by: ['编号'] } },
      records: [{ type: 'organisation', key: '{编号}', fields: { name: { from: '名称', first: true }, kind: '类别' } }],
    }))
    await openpyxl(`
import zipfile
with zipfile.ZipFile(args[0], 'w') as archive:
    archive.writestr('1.csv', '编号,名称,类别\\n1,甲,未知\\n2,乙,高等院校\\n')
    archive.writestr('2.csv', '编号,类别,名称\\n1,未知,甲\\n')`, zip)
    const go = async (file) => {
      const done = await run(['import', '--data', data, '--mapping', gathered, file])
      return { ...importCounts(done.out), err: done.err }
    }
    const first = await go(zip)
    assert.deepEqual([first.seen, first.stored, first.rejected], [2, 1, 1])
    const rejects = join(folder, 'years.1.rejects.csv'), back = await readFile(rejects, 'utf8')
    const lines = back.trim().split('\r\n')
    assert.equal(lines[0], '编号,名称,类别,_row,_member,_reasons')
    assert.match(lines[1], /^1,甲,未知,2,1.csv,/)
    assert.match(lines[2], /^1,甲,未知,2,2.csv,/)
    await writeFile(rejects, back.replaceAll('未知,', '高等院校,'))
    assert.equal((await go(rejects)).stored, 1)
  })
})
