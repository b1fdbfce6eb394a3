// Files in and out through the program: counts, rejects, the same file twice, exports that come back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCounts, newFolder, ok, run, withFolder } from '../lib/node.mjs'

const mapping = {
  namespace: 'list',
  skip_if: [{ column: '名称', is: '合计' }],
  records: [
    {
      type: 'project',
      key: '{编号}',
      fields: {
        title: '名称', number: '编号', approved_on: '立项', total: { from: '经费', unit: '万元' },
        kind: { from: '类别' }, units: { from: '单位', key: '{}' },
      },
    },
    { type: 'organisation', key: '{单位}', fields: { name: '单位', kind: { value: 'university' } } },
  ],
}
const head = '编号,名称,立项,经费,类别,单位'
const good = [
  'P1,水资源研究,2016年3月,12.5,重点项目,示例大学',
  'P2,"土壤, 与 ""水""",2016/3/5,3,青年项目,示例大学',
  'P3,大气研究,2017-01-02,,一般项目,示例学院',
]
const bad = [
  ',没有编号也能导入,2016,1,重点项目,示例学院',
  'P5,日期不对,昨天,1,重点项目,示例学院',
  'P6,,2016,很多,没有这一类,示例学院',
  '合计,合计,,99,,',
]

describe('import', () => {
  let folder
  let data
  let map

  const put = async (name, lines, encode = (text) => text) => {
    const path = join(folder, name)
    await writeFile(path, encode(lines.join('\n') + '\n'))
    return path
  }
  const take = async (...args) => importCounts(await ok(['import', '--data', data, ...args]))

  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    await ok(['init', '--data', data])
    map = join(folder, 'list.json')
    await writeFile(map, JSON.stringify(mapping))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('says where bytes are no text of the character set', async () => {
    const gb = (text) => Buffer.from(text, 'latin1')
    // 编号,名称,单位 / Q1, a title with two bytes that begin nothing, a unit; then a sound row.
    const file = await put('bytes.csv', ['\xB1\xE0\xBA\xC5,\xC3\xFB\xB3\xC6,\xB5\xA5\xCE\xBB',
      'Q1,\xCB\xAE\xFF\xD1\xD0\xFF\xBE\xBF,\xCA\xBE\xC0\xFD', 'Q2,\xCD\xC1\xC8\xC0,\xCA\xBE\xC0\xFD'], gb)
    const report = join(folder, 'bytes.report')
    const done = await run(['import', '--data', data, '--charset', 'gb18030', '--mapping', map, '--report', report, file], { env: { LC_ALL: 'C.UTF-8' } })
    assert.equal(done.code, 0, done.err)
    assert.match(done.err, /bytes\.csv: row 2, column "名称": 2 places with bytes that are not GB18030 \(the first at 0x14: FF\)/)
    assert.match(done.err, /bytes\.csv: 2 places in all that are not GB18030/)
    const told = JSON.parse(await readFile(report, 'utf8'))
    assert.equal(told.bad_characters, 2)
    assert.equal(told.bad_rows, 1)
    assert.deepEqual(told.bad, [{ row: 2, column: '名称', places: 2, offset: 20, bytes: 'FF' }])
  })

  it('stores a file once, however often it comes', async () => {
    const file = await put('good.csv', [head, ...good])
    const dry = await take('--mapping', map, '--dry-run', file)
    assert.equal(dry.stored, 3)
    const first = await take('--mapping', map, file)
    assert.deepEqual([first.seen, first.stored, first.unchanged, first.deleted, first.rejected], [3, 3, 0, 0, 0])
    const again = await take('--mapping', map, file)
    assert.deepEqual([again.seen, again.stored, again.unchanged], [3, 0, 3])
    const found = await run(['search', '--data', data, '水资源', '--json'])
    assert.match(found.out, /水资源研究/)
    assert.equal(JSON.parse(await exported('project', 'P1')).total, 12500000)
    await ok(['check', '--data', data])
  })

  // The one line of an export that holds text.
  const exported = async (type, text) => {
    const lines = (await ok(['export', '--data', data, '--type', type])).trim().split('\n')
    return lines.find((line) => line.includes(text))
  }

  it('replaces what a corrected row said before', async () => {
    const file = await put('corrected.csv', [head, good[0].replace('12.5', '13'), ...good.slice(1)])
    const counts = await take('--mapping', map, file)
    assert.deepEqual([counts.seen, counts.stored, counts.unchanged], [3, 1, 2])
    assert.equal(JSON.parse(await exported('project', 'P1')).total, 13000000)
  })

  it('sends rejected rows back with all reasons, and takes them once they are mended', async () => {
    const file = await put('mixed.csv', [head, ...bad])
    const counts = await take('--mapping', map, file)
    assert.deepEqual([counts.seen, counts.stored, counts.rejected], [3, 1, 2])
    const rejects = join(folder, 'mixed.rejects.csv')
    const text = await readFile(rejects, 'utf8')
    assert.equal(text.trim().split('\n').length, 3)
    assert.match(text, /P5.*立项/)
    const worst = text.split('\n').find((line) => line.startsWith('P6'))
    for (const column of ['名称', '经费', '类别']) assert.match(worst, new RegExp(column), `${column} is named`)
    await writeFile(rejects, text.replace('昨天', '2016').replace('P6,,', 'P6,补上,').replace('很多', '5').replace('没有这一类', '重点项目'))
    const mended = await take('--mapping', map, rejects)
    assert.deepEqual([mended.seen, mended.stored, mended.rejected], [2, 2, 0])
  })

  it('sends back a workbook for a workbook, and JSON Lines for JSON Lines', async () => {
    const strict = join(folder, 'strict.json')
    await writeFile(strict, JSON.stringify({
      namespace: 'strict', records: [{ type: 'project', key: '{_key}', fields: { title: '项目名称', approved_on: '项目名称' } }],
    }))
    const book = join(folder, 'book.xlsx')
    await ok(['export', '--data', data, '--type', 'project', book], { env: { LC_ALL: 'zh_CN.UTF-8' } })
    const counts = importCounts((await run(['import', '--data', data, '--mapping', strict, book])).out)
    assert.equal(counts.rejected, counts.seen)
    const back = join(folder, 'book.rejects.xlsx')
    assert.ok(existsSync(back))
    const again = await take('--type', 'project', '--dry-run', back)
    assert.deepEqual([again.seen, again.rejected], [counts.seen, 0])

    const lines = await put('p.jsonl', ['{"_key":"a","title":"好"}', '{"_key":"b","title":7,"nonsense":1}', '{broken'])
    const json = await take('--type', 'project', lines)
    assert.deepEqual([json.seen, json.stored, json.rejected], [3, 1, 2])
    const rejected = (await readFile(join(folder, 'p.rejects.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line))
    assert.equal(rejected[0]._key, 'b')
    assert.ok(rejected[0]._reasons.length > 0)
    assert.equal(rejected[1]._raw, '{broken')
  })

  it('reads GB18030 and gives its rejects back in it', async () => {
    // "编号,名称\nG1,中文\n,\nG2," in GB18030; Node has no encoder for it.
    const bytes = Buffer.from('b1e0bac52cc3fbb3c60a47312cd6d0cec40a47322c0a', 'hex')
    const file = join(folder, 'gbk.csv')
    await writeFile(file, bytes)
    const counts = await take('--mapping', map, file, '--charset', 'gb18030')
    assert.deepEqual([counts.seen, counts.stored, counts.rejected], [2, 1, 1])
    const back = new TextDecoder('gb18030').decode(await readFile(join(folder, 'gbk.rejects.csv')))
    assert.match(back, /^编号,名称/)
  })

  it('reads the other files when one cannot be read, and says which', () => withFolder(async (other) => {
    const node = join(other, 'data')
    await ok(['init', '--data', node])
    const first = await put('first.csv', [head, good[0]])
    const last = await put('last.csv', [head, good[1]])
    const none = join(other, 'none.csv')
    const said = await run(['import', '--data', node, '--mapping', map, first, none, last])
    assert.equal(said.code, 2)
    assert.match(said.err, /none\.csv: /)
    assert.match(said.out, /^seen=2 stored=2 /m)
    // Rows that were refused and cannot be written anywhere are lost: that is no success.
    const rejected = await put('rejected.csv', [head, bad[1], good[2]])
    const lost = await run(['import', '--data', node, '--mapping', map, '--rejects', '/proc/none/rejects.csv', rejected])
    assert.equal(lost.code, 2)
    assert.match(lost.out, /^seen=2 stored=1 .*rejected=1/m)
  }))

  it('says what it cannot use', async () => {
    const other = await put('other.csv', ['a,b', '1,2'])
    for (const [args, words] of [
      [['--mapping', map, other], /编号/],
      [['--type', 'project', other], /a、b/],
      [['--type', 'projekt', other], /projekt/],
      [['--mapping', 'nothing', other], /nothing/],
      [[other], /--mapping/],
      [['--type', 'project', join(folder, 'absent.csv')], /absent/],
    ]) {
      const result = await run(['import', '--data', data, ...args])
      assert.equal(result.code, 2, args.join(' '))
      assert.match(result.err, words)
    }
    const broken = join(folder, 'broken.json')
    await writeFile(broken, JSON.stringify({ namespace: 'x', records: [{ type: 'project', fields: { titel: 'a', title: { from: 'a', extrakt: '1' } } }] }))
    const result = await run(['import', '--data', data, '--mapping', broken, other])
    assert.equal(result.code, 2)
    assert.match(result.err, /records\[0\]\.fields\.titel/)
    assert.match(result.err, /records\[0\]\.fields\.title\.extrakt/)
  })

  it('reads files without a head, and what earlier files of the command told', async () => {
    const tasks = join(folder, 'tasks.json')
    await writeFile(tasks, JSON.stringify({
      namespace: 'tasks',
      input: { columns: ['task', 'text', 'answer'], delimiter: '\t' },
      remember: [{ name: 'title', when: { column: 'task', is: 'to title' }, key: 'text', value: 'answer' }],
      records: [
        { type: 'paper', when: { column: 'task', is: 'to title' }, key: '{answer}', fields: { title: 'answer', abstract: 'text' } },
        { type: 'paper', when: { column: 'task', is: 'to field' }, key: '{text}', fields: { title: { recall: 'title', key: '{text}' } } },
      ],
    }))
    const one = await put('one.tsv', ['to title\t关于水的摘要\t水', 'to title\t关于土的摘要\t土'])
    const two = await put('two.tsv', ['to field\t关于土的摘要\t农学', 'to field\t没有题名的摘要\t农学', 'other\ta\tb'])
    const counts = await take('--mapping', tasks, '--rejects', folder, one, two)
    assert.deepEqual([counts.seen, counts.stored, counts.rejected], [5, 3, 2])
  })

  it('is quiet in a pipe', async () => {
    const file = await put('good.csv', [head, ...good])
    const result = await run(['import', '--data', data, '--mapping', map, file])
    assert.equal(result.err, '')
    assert.match(result.out, /^seen=3 stored=\d+ unchanged=\d+ deleted=0 rejected=0 seconds=[\d.]+\n$/)
  })
})

describe('what goes out comes back', () => {
  it('unchanged into the same node, for every type and format, and templates hold no rows', { timeout: 170_000 }, () => withFolder(async (folder) => {
    const data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample'])
    const types = (await readdir(new URL('../../region/types/', import.meta.url))).map((name) => name.replace('.json', ''))
    let seen = 0
    for (const type of types) {
      for (const format of ['jsonl', 'csv', 'xlsx']) {
        const file = join(folder, `${type}.${format}`)
        await ok(['export', '--data', data, '--type', type, '--format', format, file])
        const result = await run(['import', '--data', data, '--type', type, file])
        const counts = importCounts(result.out)
        assert.equal(counts.unchanged, counts.seen, `${type} as ${format}: ${result.out}${result.err}`)
        seen += counts.seen
      }
      for (const format of ['csv', 'xlsx']) {
        const file = join(folder, `${type}-form.${format}`)
        await ok(['template', '--data', data, '--type', type, file])
        assert.equal(importCounts(await ok(['import', '--data', data, '--type', type, file])).seen, 0)
      }
    }
    assert.ok(seen > 300)
  }))
})
