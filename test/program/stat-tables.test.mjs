// Statistical tables: the example of the manual, mistakes that are said, and the real yearbooks against their tidy files.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bin, dataSets, noData, ok, run, top, withFolder } from '../lib/node.mjs'
import { compareAll, counts, readAll } from '../../tools/stat-tables.mjs'

/** The fenced blocks of the manual, by the name behind the fence's language. */
function blocks() {
  const text = readFileSync(join(top, 'docs/statistics.md'), 'utf8')
  return Object.fromEntries([...text.matchAll(/^```\w* ?(\S+)\n([\s\S]*?)^```$/gm)].map(([, name, body]) => [name, body]))
}

it('the example of the manual gives what it says', () => withFolder(async (folder) => {
  const example = blocks()
  for (const name of ['staff-2013.csv', 'staff.json']) await writeFile(join(folder, name), example[name])
  const out = await ok(['table', join(folder, 'staff-2013.csv'), '--mapping', join(folder, 'staff.json')])
  const rows = out.replace(/^\uFEFF/, '').trim().split(/\r?\n/).map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, 9).map(([, cell]) => cell).join(','))
  assert.deepEqual(rows, example['long.csv'].trim().split('\n'))
  const lines = (await ok(['table', join(folder, 'staff-2013.csv'), '--format', 'jsonl'])).trim().split('\n').map((line) => JSON.parse(line))
  assert.equal(lines.length, rows.length - 1)
  assert.deepEqual([lines[0].area, lines[0].year, lines[0].decimal], ['CN', '2013', '3018'])
}))

it('a table against itself is right in every cell, and against another says what differs', () => withFolder(async (folder) => {
  const head = 'province,year,chn_block4,value,units,variables\n'
  await writeFile(join(folder, 'a.csv'), `${head}北京,2010,合计,5,人,x\n天津,2010,合计,6,人,x\n河北,2010,合计,7,人,x\n`)
  await writeFile(join(folder, 'b.csv'), `${head}北  京,2010,合计,5.0,人,x\n天津,2010,合计,66,人,x\n河北,2010,合计,7,万人,x\n山西,2010,合计,9,人,x\n`)
  const args = (file) => ['table', join(folder, 'a.csv'), '--mapping', 'techme-long', '--against-mapping', 'techme-long', '--against', join(folder, file)]
  assert.match(await ok(args('a.csv')), /^all +3 +3 100\.00%/m)
  const other = await run([...args('b.csv'), '--report', join(folder, 'report')])
  assert.match(other.out, /^all +4 +1 +25\.00%/m)
  assert.match(other.err, /天津 2010 合计 \(x\): another value: 66 \/ 6\n/)
  assert.match(other.err, /河北 2010 合计 \(x\): another unit: 万人 \/ 人\n/)
  const report = JSON.parse(readFileSync(join(folder, 'report'), 'utf8'))
  assert.deepEqual(report.differences.map(({ kind }) => kind).sort(), ['missing', 'unit', 'value'])
}))

it('mistakes are said with their place', () => withFolder(async (folder) => {
  await writeFile(join(folder, 'bad.json'), '{"tables": [{"titel": "x", "indicators": [{"head": "("}]}]}')
  await writeFile(join(folder, 'words.csv'), '甲,乙\n丙,丁\n')
  const bad = await run(['table', join(folder, 'words.csv'), '--mapping', join(folder, 'bad.json')])
  assert.equal(bad.code, 2)
  assert.match(bad.err, /tables\[0\]\.titel: /)
  assert.match(bad.err, /tables\[0\]\.indicators\[0\]\.head: /)
  assert.equal((await run(['table', join(folder, 'words.csv')])).code, 1, 'nothing but words')
  const none = await run(['table', join(folder, 'words.csv'), '--mapping', 'nowhere'])
  assert.equal(none.code, 2)
  assert.match(none.err, /nowhere/)
  assert.equal((await run(['table', join(folder, 'absent.xlsx')])).code, 2)
  assert.equal((await run(['table', join(folder, 'words.csv'), '--format', 'xlsx'])).code, 2)
}))

it('the yearbooks are read as their tidy files say', { skip: noData, timeout: 170_000 }, () => {
  const results = compareAll(bin, dataSets)
  const all = counts(results)
  assert.ok(all.cells >= 35_000, `${all.cells} cells`)
  assert.ok(all.wrong <= 4, `${all.wrong} wrong: ${JSON.stringify(results.flatMap(({ left }) => left).slice(0, 5))}`)
  assert.ok(all.odd <= 860, `${all.odd} at odds`)
  assert.ok(all.share >= 0.9998, `${all.share}`)
})

it('the other families are read', { skip: noData, timeout: 170_000 }, () => {
  const least = { 'tech-yearbook': 50_000, 'hightech-firms': 155, 'key-cities': 12_000, 'nbs-cities': 1000, 'shenzhen-districts': 300, 'nbs-national': 338_000, 'uk-regions': 41_000, 'au-regions': 99_000 }
  for (const one of readAll(bin, dataSets)) {
    assert.equal(one.status, 0, one.title)
    assert.ok(one.rows >= least[one.mapping], `${one.title}: ${one.rows} rows`)
    assert.equal(one.without_year, 0, one.title)
  }
})
