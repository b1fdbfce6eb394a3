// Tables of two facets: every number is the total of the search that it opens to; who works with whom; what is wrong, all at once.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, withData, withFolder, withNode } from '../lib/node.mjs'

async function get(node, path) {
  const answer = await node.fetch(path)
  return { status: answer.status, headers: answer.headers, body: await answer.json() }
}
const total = async (node, query) => (await get(node, `/api/v1/search?limit=0&${query}`)).body.total

it('counts what the searches of its rows and columns find', () => withData((data) => withNode(data, async (node) => {
  for (const [rows, columns, more] of [
    ['type', 'year', 'column_values=6'],
    ['area', 'type', 'rows_under=440000&column_values=4'],
    ['area', 'subject', 'rows_under=440000&column_values=5&q=研究'],
    ['subject', 'area', 'row_values=3&columns_under=440000&type=paper&type=patent'],
  ]) {
    const { status, body } = await get(node, `/api/v1/cross?rows=${rows}&columns=${columns}&${more}`)
    assert.equal(status, 200)
    const kept = more.split('&').filter((one) => /^(q|type)=/.test(one)).join('&')
    assert.equal(body.total, await total(node, kept))
    assert.equal(body.counts.length, body.rows.values.length)
    if (rows === 'area') assert.equal(body.rows.values.length, 21, 'the cities of the province')
    for (const [r, row] of body.rows.values.entries()) {
      assert.equal(row.count, await total(node, `${kept}&${rows}=${row.value}`), row.label)
      assert.equal(body.counts[r].length, body.columns.values.length)
      if (r % 4) continue
      for (const [c, column] of body.columns.values.entries())
        assert.equal(body.counts[r][c], await total(node, `${kept}&${rows}=${row.value}&${columns}=${column.value}`), `${row.label} ${column.label}`)
    }
  }
  const years = (await get(node, '/api/v1/cross?rows=type&columns=year&column_values=3')).body.columns.values.map((one) => Number(one.value))
  assert.equal(years.length, 3)
  assert.deepEqual(years, [...years].sort(), 'the newest, the oldest of them first')
})))

it('says what its codes lie under', () => withData((data) => withNode(data, async (node) => {
  const ask = async (more) => (await get(node, `/api/v1/cross?columns=type&${more}&lang=zh`)).body
  assert.equal((await get(node, '/api/v1/node')).body.area, '440000')
  const districts = await ask('rows=area&rows_under=440100')
  assert.deepEqual(districts.rows.path.slice(-2), [{ value: '440000', label: '广东省' }, { value: '440100', label: '广州市' }])
  assert.ok(districts.rows.values.some((one) => one.label === '天河区'))
  const nothing = await ask('rows=area&rows_under=440106001')
  assert.deepEqual([nothing.rows.values, nothing.rows.path.at(-1).label], [[], '五山街道'])
  assert.deepEqual((await ask('rows=area')).rows.path, [])
  assert.deepEqual(districts.columns.path, [])
})))

it('says who works with whom, at once when it changes', () => withFolder((folder) => withData((data) => withNode(data, async (node) => {
  const path = '/api/v1/cross?rows=organisation.area&columns=organisation.area&rows_under=440000&columns_under=440000&lang=zh'
  const before = (await get(node, path)).body
  const places = before.rows.values.map((one) => one.value)
  const at = (body, x, y) => body.counts[places.indexOf(x)][places.indexOf(y)]
  for (const x of places) for (const y of places) assert.equal(at(before, x, y), at(before, y, x), 'as many either way')
  assert.ok(before.counts.some((row, r) => row.some((count, c) => r !== c && count > 0)), 'cities work together in the sample')
  const found = async (q) => (await get(node, `/api/v1/search?limit=0&q=${encodeURIComponent(q)}`)).body.total
  for (const [r, x] of places.entries())
    for (const [c, y] of places.entries())
      if (r <= c && before.counts[r][c] > 0) assert.equal(await found(`organisation.area:${x} AND 机构.地区:${y}`), before.counts[r][c], `${x} ${y}`)
  const again = await get(node, path)
  assert.equal(again.body.took_us, before.took_us, 'kept while nothing changes')
  const name = async (area) => (await get(node, `/api/v1/search?type=organisation&area=${area}&limit=1`)).body.items[0].title
  const [x, y] = [await name('440400'), await name('441900')]
  const file = join(folder, 'joint.jsonl')
  const type = (await get(node, '/api/v1/types')).body.items.find((one) => one.type === 'paper')
  const field = type.fields.find((one) => one.facet === 'organisation').name
  await writeFile(file, JSON.stringify({ title: '示例联合论文 zqjoint', [field]: [{ label: x }, { label: y }] }) + '\n')
  await ok(['import', '--data', data, '--type', 'paper', file])
  for (let tries = 0; ; tries++) {
    const { body } = await get(node, path)
    if (at(body, '440400', '441900') === at(before, '440400', '441900') + 1) break
    assert.ok(tries < 250, 'the joint paper is not counted')
  }
}))))

it('names all that is wrong', () => withData((data) => withNode(data, async (node) => {
  const { status, body } = await get(node, '/api/v1/cross?rows=nothing&columns=area&columns_under=999999&row_values=1000&lang=zh')
  assert.equal(status, 400)
  assert.ok(body.problems.length >= 1)
  const both = (await get(node, '/api/v1/cross?rows=nothing&columns=area&columns_under=999999&colour=red')).body.problems
  assert.deepEqual(both.map((one) => one.field).sort(), ['colour', 'columns_under', 'rows'])
  assert.equal((await get(node, '/api/v1/cross?rows=paper.area&columns=area')).status, 400, 'paper is no facet')
})))
