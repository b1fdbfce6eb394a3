// Mappings at the command line: list, check, test and the schema of their format.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ok, run, top, withFolder } from '../lib/node.mjs'

const zh = { env: { LC_ALL: 'zh_CN.UTF-8' } }
const require = createRequire(join(top, 'tools/node_modules/x.js'))
let Ajv
try { Ajv = require('ajv/dist/2020.js').default } catch { /* not installed */ }

const broken = `{
  "namespace": "list",
  "lable": {"zh": "清单"},
  "records": [
    {"type": "project", "key": "{编号}",
     "fields": {"titel": "名称", "title": {"from": "名称", "spilt": "、"}}}
  ]
}
`
const good = {
  namespace: 'list',
  skip_if: [{ column: '名称', is: '合计' }],
  records: [
    { type: 'project', key: '{编号}',
      fields: { title: '名称', approved_on: '立项', total: { from: '经费', unit: '万元' }, units: { from: '单位', key: '{}' } } },
    { type: 'organisation', key: '{单位}', fields: { name: '单位', kind: { value: 'university' } } },
  ],
}
const table = `编号,名称,立项,经费,单位,备注
P1,水资源研究,2016年3月,12.5,示例大学,x
P2,土壤研究,昨天,3,示例大学,
合计,合计,,15.5,,
P3,,2016,1,,
`

describe('mapping', () => {
  it('lists the mappings of the region with what they are called', async () => {
    const names = (await readdir(join(top, 'region/mappings'))).filter((name) => name.endsWith('.json'))
    const lines = (await ok(['mapping', 'list'], zh)).trim().split('\n')
    assert.deepEqual(lines.map((line) => line.split('\t')[0]).sort(), names.map((name) => name.slice(0, -5)).sort())
    for (const line of lines) assert.match(line, /^\S+\t.*\p{Script=Han}/u)
  })

  it('names all mistakes with line, column and key, in both languages', () => withFolder(async (folder) => {
    const file = join(folder, 'm.json')
    await writeFile(file, broken)
    const said = await run(['mapping', 'check', file], zh)
    assert.equal(said.code, 1)
    const lines = said.err.split('\n')
    assert.equal(lines[0], `${file}:3:3: lable: 映射中没有这项设置`)
    assert.match(lines[1], /:6:17: records\[0\]\.fields\.titel: /)
    assert.match(lines[2], /:6:56: records\[0\]\.fields\.title\.spilt: /)
    const english = await run(['mapping', 'check', file], { env: { LC_ALL: 'C' } })
    assert.match(english.err, /^\S+:3:3: lable: is not a setting of a mapping\n/)
    await writeFile(file, broken.slice(0, -4))
    assert.equal((await run(['mapping', 'check', file])).code, 1)
    assert.equal((await run(['mapping', 'check', join(folder, 'none.json')])).code, 2)
    // An import says it in the same way.
    await writeFile(file, broken)
    await ok(['init', '--data', join(folder, 'data')])
    const imported = await run(['import', '--data', join(folder, 'data'), '--mapping', file, file], zh)
    assert.equal(imported.code, 2)
    assert.match(imported.err, /:3:3: lable: /)
  }))

  it('shows what rows become: fields, links, and each problem with column and value', () => withFolder(async (folder) => {
    const map = join(folder, 'm.json')
    const file = join(folder, 't.csv')
    await writeFile(map, JSON.stringify(good))
    await writeFile(file, table)
    const said = await run(['mapping', 'test', map, file], zh)
    assert.equal(said.code, 1)
    assert.match(said.out, /不用的列：备注/)
    assert.match(said.out, /项目总经费 +125000(\.00)? +← 经费/)
    assert.match(said.out, /承担单位 +示例大学 <src:list\/organisation\/示例大学> +← 单位/)
    assert.match(said.out, /! 立项日期：应为日期.*“昨天”（列 立项“昨天”）/)
    assert.match(said.out, /第 4 行：不是数据，跳过/)
    assert.match(said.out, /! 项目名称：必填（列 名称“”）/)
    assert.match(said.out, /\nrows=3 skipped=1 records=5 wrong=2\n$/)
    const one = await run(['mapping', 'test', '--rows', '1', map, file], zh)
    assert.equal(one.code, 0)
    assert.match(one.out, /\nrows=1 skipped=0 records=2 wrong=0\n$/)
    assert.equal((await run(['mapping', 'test', map])).code, 2)
    assert.equal((await run(['mapping', 'test', map, join(folder, 'none.csv')])).code, 2)
    assert.equal((await run(['mapping', 'tset', map])).code, 2)
  }))

  it('has a schema that takes every mapping of the region and refuses what loading refuses',
    { skip: Ajv ? false : 'the validator is not installed (npm ci in tools/)' }, async () => {
      const schema = JSON.parse(await ok(['mapping', 'schema']))
      const check = new Ajv({ strict: false }).compile(schema)
      const folder = join(top, 'region/mappings')
      for (const name of await readdir(folder)) {
        if (!name.endsWith('.json')) continue
        assert.ok(check(JSON.parse(await readFile(join(folder, name), 'utf8'))), `${name}: ${JSON.stringify(check.errors?.slice(0, 3))}`)
      }
      assert.ok(check(good))
      assert.ok(!check(JSON.parse(broken)))
      assert.ok(!check({ ...good, namespace: 7 }))
    })

  it('drafts a mapping that runs at once, as docs/import.md shows', () => withFolder(async (folder) => {
    const docs = await readFile(join(top, 'docs/import.md'), 'utf8')
    const [, csv, said, first] = /<!-- example: draft[^]*?```csv\n([^]*?)```\n\n```\n([^]*?)```[^]*?```json\n([^]*?)```/.exec(docs)
    const file = join(folder, 'instruments.csv')
    await writeFile(file, csv)
    const drafted = await run(['mapping', 'draft', file], zh)
    assert.equal(drafted.code, 0, drafted.err)
    assert.equal(drafted.err, said)
    const mapping = JSON.parse(drafted.out)
    assert.deepEqual(mapping.records[0], JSON.parse(first))
    const map = join(folder, 'm.json')
    await writeFile(map, drafted.out)
    await ok(['mapping', 'check', map])
    assert.match(await ok(['mapping', 'test', map, file]), /\nrows=3 skipped=1 records=6 wrong=0\n$/)
    await ok(['init', '--data', join(folder, 'data')])
    assert.match(await ok(['import', '--data', join(folder, 'data'), '--mapping', map, file]), /seen=3 stored=3 .*rejected=0/)
    // The same as JSON; a type that is said; what cannot be drafted.
    const report = join(folder, 'report.json')
    await ok(['mapping', 'draft', '--report', report, '--type', 'product', file])
    const { type, columns } = JSON.parse(await readFile(report, 'utf8'))
    assert.equal(type, 'product')
    assert.ok(columns.every(({ column, certainty, why }) => column && certainty > 0 && certainty < 100 && why))
    assert.equal((await run(['mapping', 'draft', '--type', 'nothing', file])).code, 2)
    await writeFile(file, csv.split('\n')[0])
    const empty = await run(['mapping', 'draft', file], { env: { LC_ALL: 'C' } })
    assert.equal(empty.code, 2)
    assert.match(empty.err, /no rows/)
  }))
})
