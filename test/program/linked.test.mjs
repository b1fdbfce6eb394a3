// Records that link to one: in searches, tables and exports; a namesake's are not among them; what the type files gather by.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { importCounts, ok, withData, withFolder, withNode } from '../lib/node.mjs'

const get = (node, path) => node.json(path)
const status = async (node, path) => {
  const answer = await node.fetch(path)
  return { status: answer.status, body: await answer.json() }
}

it('finds those that link here, as the record itself counts them', () => withData((data) => withNode(data, async (node) => {
  let several = 0
  for (const type of ['person', 'organisation', 'specialised-town']) {
    for (const { key } of (await get(node, `/api/v1/search?type=${type}&limit=6&sort=title`)).items) {
      const record = await get(node, `/api/v1/records/${key}`)
      const found = await get(node, `/api/v1/search?linked=${key}&limit=200&facets=type`)
      const counted = new Map()
      for (const one of record.backlinks) counted.set(one.type, Math.max(counted.get(one.type) ?? 0, one.total))
      assert.deepEqual(new Set(found.facets.type.map((one) => one.value)), new Set(counted.keys()), key)
      for (const { value, count } of found.facets.type) assert.ok(count >= counted.get(value), `${key} ${value}`)
      const keys = new Set(found.items.map((one) => one.key))
      for (const one of record.backlinks) for (const item of one.items) assert.ok(keys.has(item.key), item.key)
      assert.equal(keys.has(key), false, 'not itself')
      assert.equal(keys.size, found.total)
      several += found.total > 3
    }
  }
  assert.ok(several > 3, 'the sample has records with several links')
})))

it('goes with words, filters, tables, pages and exports', () => withData((data) => withNode(data, async (node) => {
  const people = (await get(node, '/api/v1/search?type=person&limit=36')).items
  const totals = await Promise.all(people.map(async ({ key }) => [(await get(node, `/api/v1/search?linked=${key}&limit=0`)).total, key]))
  const [total, key] = totals.sort((a, b) => b[0] - a[0])[0]
  assert.ok(total >= 3)
  const table = await get(node, `/api/v1/cross?rows=type&columns=year&linked=${key}`)
  assert.equal(table.total, total)
  for (const { value, count } of table.rows.values) {
    assert.equal((await get(node, `/api/v1/search?linked=${key}&type=${value}&limit=0`)).total, count)
    assert.ok((await get(node, `/api/v1/search?linked=${key}&q=type:${value}&limit=0`)).total === count)
  }
  const pages = []
  for (let path = `/api/v1/search?linked=${key}&limit=2&sort=title`; path;) {
    const page = await get(node, path)
    pages.push(...page.items.map((one) => one.key))
    path = page.next
  }
  assert.equal(new Set(pages).size, total)
  const lines = (await (await node.fetch(`/api/v1/search/export?linked=${key}&format=jsonl`)).text()).trim().split('\n')
  assert.equal(lines.length, total)
  const wrong = await status(node, '/api/v1/search?linked=person/01J8ZZZZZZZZZZZZZZZZZZZZZZ&lang=en')
  assert.equal(wrong.status, 404)
  assert.equal(wrong.body.problems[0].field, 'linked')
})))

it('takes neither a namesake nor a field that the reader may not see', () => withFolder((folder) => withData((data) => withNode(data, async (node) => {
  const put = async (type, ...rows) => {
    const file = join(folder, `${type}.jsonl`)
    await writeFile(file, rows.map((one) => JSON.stringify(one)).join('\n'))
    assert.equal(importCounts(await ok(['import', '--data', data, '--type', type, file])).rejected, 0)
  }
  const avoided = (await get(node, '/api/v1/search?type=organisation&limit=1&sort=title')).items[0]
  const before = (await get(node, `/api/v1/search?linked=${avoided.key}&limit=0`)).total
  await put('person', { name: '示例同名', orcid: '0000-0002-1825-0097' }, { name: '示例同名', orcid: '0000-0001-5109-3700', avoid: [{ label: avoided.title, ref: avoided.key }] })
  await put('paper', { title: '示例论文甲 zqnamesake', authors: [{ label: '示例同名', ref: 'orcid:0000-0002-1825-0097' }] })
  const found = await node.until(async () => {
    const { items, total } = await get(node, '/api/v1/search?q=zqnamesake')
    return total === 1 && items
  })
  const [first, second] = (await get(node, '/api/v1/search?q=示例同名&type=person')).items
  const counts = await Promise.all([first, second].map(async ({ key }) => (await get(node, `/api/v1/search?linked=${key}`)).items.map((one) => one.key)))
  assert.deepEqual(counts.flat(), [found[0].key], 'it belongs to one of them')
  assert.equal((await get(node, `/api/v1/search?linked=${avoided.key}&limit=0`)).total, before, 'whom he avoids is not told')
}))))

it('each type says by what it gathers, and that finds its records', () => withData((data) => withNode(data, async (node) => {
  const types = (await get(node, '/api/v1/types')).items
  const gathering = types.filter((one) => one.gather)
  for (const name of ['organisation', 'person', 'specialised-town', 'cluster', 'area']) assert.ok(gathering.some((one) => one.type === name), name)
  for (const type of gathering) {
    let most = 0
    for (const { key } of (await get(node, `/api/v1/search?type=${type.type}&limit=40`)).items) {
      const { body } = await get(node, `/api/v1/records/${key}`)
      const value = type.gather.links ? null : body[type.gather.by === 'title' ? type.title : type.gather.by]
      const path = type.gather.links ? `linked=${key}` : `${type.gather.facet}=${encodeURIComponent(value)}`
      const { total } = await get(node, `/api/v1/search?limit=0&${path}`)
      // The same as a condition of the query, by which pages count other values of the facet.
      if (value) assert.equal((await get(node, `/api/v1/search?limit=0&q=${encodeURIComponent(`${type.gather.facet}:"${value}"`)}`)).total, total)
      most = Math.max(most, total)
    }
    assert.ok(most >= 3, `${type.type}: ${most}`)
  }
})))
