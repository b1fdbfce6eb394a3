// What a search finds goes out whole, as any of the formats, by command and over HTTP, and comes in again without loss.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openpyxl, sheetsOf } from '../lib/book.mjs'
import { importCounts, newFolder, Node, ok, run } from '../lib/node.mjs'

describe('export of a search', () => {
  let folder, data, node

  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample'])
    node = await Node.start(data)
  })
  after(async () => {
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const lines = async (type, where = data) => (await ok(['export', '--data', where, '--type', type])).trim().split('\n')
    .filter(Boolean).map((line) => JSON.parse(line))
  const found = async (query) => {
    const keys = []
    let next = `/api/v1/search?${query}&limit=200`
    while (next) {
      const answer = await node.json(next)
      keys.push(...answer.items.map((item) => item.key))
      next = answer.next
    }
    return keys
  }

  it('gives exactly what is found, in its order, as JSON Lines', async () => {
    for (const query of ['q=示例', 'q=机器人&sort=title', 'area=440300&sort=date', 'year=2015..2018&type=project&type=patent', 'type=paper&sort=title']) {
      const answer = await node.fetch(`/api/v1/search/export?${query}&format=jsonl`)
      assert.equal(answer.status, 200, query)
      assert.match(answer.headers.get('content-type'), /^application\/jsonl/)
      const keys = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line)._key)
      assert.deepEqual(keys, await found(query), query)
    }
  })

  it('gives one type as CSV with a Chinese file name, and in GB18030', async () => {
    const answer = await node.fetch('/api/v1/search/export?q=示例&type=project')
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type'), /^text\/csv; charset=utf-8$/i)
    const name = /filename\*=UTF-8''(\S+)/.exec(answer.headers.get('content-disposition'))[1]
    assert.match(decodeURIComponent(name), /^科技项目-\d{8}\.csv$/)
    const text = Buffer.from(await answer.arrayBuffer())
    assert.deepEqual([...text.subarray(0, 3)], [0xef, 0xbb, 0xbf])
    const gb = Buffer.from(await (await node.fetch('/api/v1/search/export?q=示例&type=project&charset=gb18030')).arrayBuffer())
    assert.equal(new TextDecoder('gb18030', { fatal: true }).decode(gb), text.toString().slice(1))
    const english = await node.fetch('/api/v1/search/export?type=project&lang=en')
    assert.match(await english.text(), /^\uFEFF?_key,Title,/)
  })

  it('gives a sheet for each type, and a zip of CSV files', async () => {
    const book = join(folder, 'all.xlsx')
    await writeFile(book, Buffer.from(await (await node.fetch('/api/v1/search/export?format=xlsx')).arrayBuffer()))
    const sheets = await sheetsOf(book)
    const total = (await node.json('/api/v1/search', { facets: 'type', facet_values: 100 }))
    assert.deepEqual(sheets.map((sheet) => [sheet.name, sheet.rows.length - 1]).sort(),
      total.facets.type.map(({ label, count }) => [label, count]).sort())
    const zip = join(folder, 'all.zip')
    const answer = await node.fetch('/api/v1/search/export?format=csv')
    assert.equal(answer.headers.get('content-type'), 'application/zip')
    await writeFile(zip, Buffer.from(await answer.arrayBuffer()))
    const names = await openpyxl('import zipfile\nprint(json.dumps(zipfile.ZipFile(args[0]).namelist()))', zip)
    assert.deepEqual(names.sort(), total.facets.type.map(({ value }) => `${value}.csv`).sort())
    for (const file of [book, zip]) {
      const counts = importCounts(await ok(['import', '--data', data, '--type', '*', file]))
      assert.deepEqual([counts.seen, counts.unchanged], [total.total, total.total], file)
    }
  })

  it('refuses what it cannot give, and says why', async () => {
    for (const [query, status, words] of [
      ['q=zzzqqqxxx', 404, /没有找到/], ['nonsense=1', 400, /nonsense/], ['format=pdf', 400, /format/], ['charset=big5', 400, /charset/],
    ]) {
      const answer = await node.fetch(`/api/v1/search/export?${query}`)
      assert.equal(answer.status, status, query)
      assert.match(await answer.text(), words)
    }
  })

  it('does the same by command', async () => {
    const out = await ok(['export', '--data', data, '--query', '示例', '--type', 'project', '--filter', 'year=2015..2018', '--sort', 'title'])
    assert.deepEqual(out.trim().split('\n').map((line) => JSON.parse(line)._key), await found('q=示例&type=project&year=2015..2018&sort=title'))
    for (const [args, words] of [[['--query', 'zzzqqqxxx'], /没有找到/], [['--filter', 'colour=red'], /colour/], [['--filter', 'year'], /名称=值/],
      [['--query', '', '--format', 'csv'], /\.zip/]]) {
      const result = await run(['export', '--data', data, ...args], { env: { LC_ALL: 'zh_CN.UTF-8' } })
      assert.equal(result.code, 2)
      assert.match(result.err, words)
    }
  })

  it('loses nothing on the way to another node, whatever stands in the fields', async () => {
    const nasty = [
      { _key: 'n1', title: '=1+1', abstract: 'x'.repeat(101) + '𠮷'.repeat(18000) + '末', keywords: ['a;b', '[c]', '"d"', '；', "'e"] },
      { _key: 'n6', title: '长表', keywords: Array.from({ length: 400 }, (_, i) => `${i}${'词'.repeat(95)}`) },
      { _key: 'n2', title: "'007", abstract: '行一\n行二\r\n\t制表', keywords: ['007', '+8613800000000', '1e5'] },
      { _key: 'n3', title: '_x0041_ 名称', keywords: ['甲 <x:1>', '<b>&amp;</b>'], published_on: '2016-03' },
      { _key: 'n4', title: '𠮷野家 é̀ \u202e', published_on: '2016', abstract: ' 　前后空格' },
      { _key: 'n5', title: '12345678901234567890', abstract: '-5', published_on: '2016-03-05' },
    ]
    const types = await node.json('/api/v1/types/paper')
    const names = new Set(types.fields.map((field) => field.name))
    const source = join(folder, 'nasty.jsonl')
    await writeFile(source, nasty.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row)
      .filter(([name]) => name === '_key' || names.has(name))))).join('\n'))
    const first = join(folder, 'first')
    await ok(['init', '--data', first])
    const counts = importCounts(await ok(['import', '--data', first, '--type', 'paper', source]))
    assert.deepEqual([counts.stored, counts.rejected], [nasty.length, 0])
    const before = await lines('paper', first)
    for (const name of ['n.csv', 'n.tsv', 'n.xlsx', 'n.jsonl', 'gb.csv']) {
      const file = join(folder, name)
      await ok(['export', '--data', first, '--type', 'paper', file, ...(name === 'gb.csv' ? ['--charset', 'gb18030'] : [])])
      const again = importCounts(await ok(['import', '--data', first, '--type', 'paper', file]))
      assert.equal(again.unchanged, nasty.length, name)
      const second = join(folder, `second-${name}`)
      await ok(['init', '--data', second])
      assert.equal(importCounts(await ok(['import', '--data', second, '--type', 'paper', file])).stored, nasty.length)
      const bodies = (list) => list.map(({ _key, ...body }) => body).sort((a, b) => (a.title < b.title ? -1 : 1))
      assert.deepEqual(bodies(await lines('paper', second)), bodies(before), name)
    }
    assert.match((await sheetsOf(join(folder, 'n.xlsx')))[0].rows[0].join(' '), /Abstract \(\+2\).*Keywords \(\+2\)/)
    assert.ok((await readFile(join(folder, 'gb.csv'))).length > 0)
  })
})
