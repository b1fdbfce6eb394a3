// Indexes as people run them: the invented towns of the region, the real provinces, a file of one's own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { dataSets, noData, ok, run, top, withFolder } from '../lib/node.mjs'

const towns = join(top, 'region/sample/town-index.csv')
const table = (out) => out.trimEnd().split('\n').map((line) => line.split('\t'))
const release = async (file) => JSON.parse(await readFile(file, 'utf8'))

it('the sample of towns is what its script makes, the same each time', () => withFolder(async (folder) => {
  const before = readFileSync(towns)
  await promisify(execFile)('node', [join(top, 'region/sample/make-town-index.mjs')], { timeout: 30_000 })
  assert.deepEqual(readFileSync(towns), before)
  const rows = before.toString().trimEnd().split('\n').slice(1).map((line) => line.split(','))
  assert.equal(rows.length, 300)
  assert.equal(new Set(rows.map(([code]) => code)).size, 60)
  assert.ok(rows.every(([, name]) => name.startsWith('示例')))
  void folder
}))

it('towns: ranking with intervals, reasons, verified, as CSV and XLSX', () => withFolder(async (folder) => {
  const file = join(folder, 'towns.json')
  const [heads, ...rows] = table(await ok(['index', 'run', 'specialised-town', towns, '--out', file]))
  assert.equal(heads.length, 4)
  assert.equal(rows.length, 60)
  const made = await release(file)
  assert.deepEqual([made.uncertainty.draws, made.uncertainty.factors.length], [1000, 6])
  for (const { low, median, high, best, worst } of made.uncertainty.units) {
    assert.ok(best <= low && low <= median && median <= high && high <= worst && worst <= 60, JSON.stringify({ low, median, high, best, worst }))
  }
  assert.ok(made.uncertainty.units.some(({ low, high }) => high - low >= 3), 'choices move ranks')
  const why = table(await ok(['index', 'explain', file, rows[0][1]]))
  const top16 = why.filter(([code]) => /^[A-D]\d\d$/.test(code))
  assert.equal(top16.length, 16)
  assert.ok(top16.reduce((sum, line) => sum + Number(line[5] || 0), 0) > 0, 'the first stands above the mean')
  assert.match(await ok(['index', 'verify', file]), /[0-9a-f]{64}/)
  const csv = join(folder, 'towns.csv'), xlsx = join(folder, 'towns.xlsx')
  await ok(['index', 'export', file, csv])
  await ok(['index', 'export', file, xlsx])
  const lines = readFileSync(csv, 'utf8').trimEnd().split(/\r?\n/)
  assert.equal(lines.length, 301)
  const first = lines.slice(1).map((line) => line.split(',')).filter((cells) => cells[2] === '2023').find((cells) => cells[4 + 31] === '1')
  assert.equal(first[1], rows[0][1])
  assert.equal(readFileSync(xlsx).subarray(0, 2).toString(), 'PK')
  const changed = join(folder, 'changed.json')
  await writeFile(changed, (await readFile(file, 'utf8')).replace('"seed":1', '"seed":2'))
  assert.equal((await run(['index', 'verify', changed])).code, 1)
}))

it('towns: two years beside one another, own and yardstick sum to the change', () => withFolder(async (folder) => {
  const [head, ...lines] = readFileSync(towns, 'utf8').trimEnd().split('\n')
  for (const year of ['2022', '2023']) {
    await writeFile(join(folder, `${year}.csv`), [head, ...lines.filter((line) => line.split(',')[2] === year)].join('\n') + '\n')
    await ok(['index', 'run', 'specialised-town', join(folder, `${year}.csv`), '--uncertainty', 'no', '--out', join(folder, `${year}.json`)])
  }
  const rows = table(await ok(['index', 'compare', join(folder, '2022.json'), join(folder, '2023.json')])).slice(1)
  assert.equal(rows.length, 60)
  for (const [name, , , before, after, change, own, yardstick] of rows.filter((row) => row.length === 8)) {
    assert.ok(Math.abs(Number(after) - Number(before) - Number(change)) < 0.021, name)
    assert.ok(Math.abs(Number(own) + Number(yardstick) - Number(change)) < 0.021, name)
  }
  assert.ok(rows.some((row) => Math.abs(Number(row[6])) > 0.5), 'somebody moved by its own')
}))

it('the example of docs/index-method.md does what is written there', () => withFolder(async (folder) => {
  const text = readFileSync(join(top, 'docs/index-method.md'), 'utf8')
  const block = (name) => new RegExp(`<!-- ${name} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``).exec(text)[1]
  await writeFile(join(folder, 'small.json'), block('example.json'))
  await writeFile(join(folder, 'small.csv'), block('example.csv'))
  const out = await ok(['index', 'run', join(folder, 'small.json'), join(folder, 'small.csv'), '--uncertainty', 'no'])
  assert.equal(out, block('example.out').replace(/ {2,}/g, '\t'))
}))

it('the provinces of China from the tables of the yearbook, by one command', { skip: noData }, () => withFolder(async (folder) => {
  const data = join(dataSets, 'stats/tech-yearbook-long')
  const files = readdirSync(data).filter((name) => /__part0[158].*__0/.test(name)).sort().map((name) => join(data, name))
  const file = join(folder, 'provinces.json')
  const rows = table(await ok(['index', 'run', 'provinces-innovation', ...files, '--out', file])).slice(1)
  assert.equal(rows.length, 31, 'all provinces, and no sum of the country')
  assert.equal(rows[0][1], '北京')
  assert.ok(Number(rows.find(([, name]) => name === '广东')[0]) <= 6)
  const made = await release(file)
  const years = [...new Set(made.data.units.map(([, , year]) => year))].sort()
  assert.ok(years.includes(2010) && years.includes(2023), String(years))
  // A figure of the yearbook, found where it belongs: R&D staff of Guangdong in 2023.
  const at = made.data.units.findIndex(([unit, , year]) => unit === '广东' && year === 2023)
  assert.ok(made.data.values.A1[at] > 900_000 && made.data.values.A1[at] < 1_500_000, String(made.data.values.A1[at]))
  assert.match(await ok(['index', 'verify', file]), /[0-9a-f]{64}/)
}))

it('regions of Australia and of the UK, a table each and one file for each indicator', { skip: noData }, () => withFolder(async (folder) => {
  const file = join(folder, 'au.json')
  const au = table(await ok(['index', 'run', 'au-regions-innovation', join(dataSets, 'stats/au-sa3-innovation-2009-2016.csv.gz'), '--unit', 'SA3 Code', '--draws', '100', '--out', file]))
  assert.ok(au.length > 250, String(au.length))
  assert.match(await ok(['index', 'verify', file]), /[0-9a-f]{64}/)
  await promisify(execFile)('tar', ['xzf', join(dataSets, 'stats/uk-regional-innovation-indicators.tar.gz'), '-C', folder])
  const heads = JSON.parse(readFileSync(join(top, 'region/indexes/uk-regions-innovation.json'), 'utf8')).nodes.map(({ head }) => head).filter(Boolean)
  const files = readdirSync(folder, { recursive: true }).filter((name) => heads.some((head) => name.endsWith(`/${head}.nuts2.csv`))).sort().map((name) => join(folder, name))
  assert.equal(files.length, heads.length)
  const uk = table(await ok(['index', 'run', 'uk-regions-innovation', ...files, '--unit', 'nuts_id', '--draws', '100', '--out', join(folder, 'uk.json')])).slice(1)
  assert.ok(uk.length >= 20 && uk.every(([, name]) => /^UK/.test(name)), String(uk.length))
}))

it('mistakes are named, and nothing is written', () => withFolder(async (folder) => {
  const faults = async (index, csv) => {
    await writeFile(join(folder, 'i.json'), typeof index === 'string' ? index : JSON.stringify(index))
    await writeFile(join(folder, 'd.csv'), csv)
    const result = await run(['index', 'run', join(folder, 'i.json'), join(folder, 'd.csv')])
    assert.equal(result.code, 2)
    return result.err
  }
  const nodes = [{ code: 'I' }, { code: 'a', parent: 'I' }]
  const recipe = { steps: [{ step: 'normalise' }, { step: 'aggregate' }] }
  assert.match(await faults({ nodes: [{ code: 'I' }, { code: 'a', parent: 'X' }], recipe }, 'unit,a\nx,1\n'), /a: .*X/)
  assert.match(await faults({ nodes, recipe }, 'unit,a\nx,much\n'), /row 2, a: .*much/)
  assert.match(await faults({ nodes, recipe }, 'unit,indicator,value\nx,a,1\nx,a,2\n'), /row 3: .*1.*2/)
  assert.match(await faults({ nodes, recipe: { steps: [{ step: 'normalise' }, { step: 'aggregate', by_level: ['geometric'] }] } }, 'unit,a\nx,1\ny,2\n'), /by_level/)
  assert.match(await faults({ nodes: Array.from({ length: 2001 }, (_, i) => ({ code: `n${i}`, ...(i && { parent: 'n0' }) })), recipe }, 'unit,n1\nx,1\n'), /2001.*2000|2000.*2001/)
  assert.match(await faults({ nodes, recipe }, `unit,a\n${Array.from({ length: 200_001 }, (_, i) => `u${i},${i}`).join('\n')}\n`), /200,?001|200,?000/)
  const crowd = `unit,a\n${Array.from({ length: 5001 }, (_, i) => `u${i},${i}`).join('\n')}\n`
  assert.match(await faults({ nodes, recipe: { steps: [{ step: 'normalise' }, { step: 'aggregate', by_level: ['copeland'] }] } }, crowd), /5,?001/)
  assert.match(await faults({ nodes, recipe: { ...recipe, uncertainty: { draws: 900_000_000, factors: [{ name: 'x', factor: 'exclude' }] } } }, 'unit,a\nx,1\ny,2\n'), /draws|900/)
}))
