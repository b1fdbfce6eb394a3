// The index from outside: its state, a rebuild beside a server that answers all the while, a check of all its bytes, the
// other engine with the same answers, and records like one record.
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, run, withData, withFolder, withNode } from '../lib/node.mjs'

const QUERIES = ['机器人', '机', 'robot*', '机器人 OR 传感器', '研究 NOT 机器人', '"广东"', 'type:paper', '(机器人 OR 传感器) 研究', '研究 year:2010..']

function state(out) {
  const found = Object.fromEntries([...out.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]))
  return { ...found, documents: Number(found.documents), reached: Number(found.reached), seq: Number(found.seq) }
}

async function answers(data, env) {
  const list = []
  for (const query of QUERIES) {
    const { total, items } = JSON.parse(await ok(['search', '--data', data, query, '--json', '--limit', '1000'], { env }))
    list.push([query, total, items.map((item) => item.key).sort()])
  }
  return list
}

it('is made anew under a server without a search going wrong', () => withFolder((folder) => withData((data) => withNode(data, async (node) => {
  const before = state(await ok(['index', 'status', '--data', data]))
  assert.equal(before.engine, 'segment')
  assert.equal(before.reached, before.seq)
  assert.ok(before.documents > 100)
  const wanted = (await (await node.fetch('/api/v1/search?q=机器人')).json()).total
  let going = true
  let asked = 0
  const asking = (async () => {
    while (going) {
      const answer = await node.fetch('/api/v1/search?q=机器人')
      assert.equal(answer.status, 200)
      assert.equal((await answer.json()).total, wanted)
      asked++
    }
  })()
  try {
    for (let round = 0; round < 3; round++) {
      const after = state(await ok(['index', 'rebuild', '--data', data]))
      assert.equal(after.documents, before.documents)
      assert.equal(after.reached, after.seq)
    }
  } finally {
    going = false
    await asking
  }
  assert.ok(asked > 3)
  assert.deepEqual((await readdir(join(data, 'index'))).sort(), ['lock', 'segment'])
  await ok(['index', 'verify', '--data', data])
  const file = join(folder, 'one.csv')
  await writeFile(file, 'title,abstract\n示例论文 zqrebuilt,机器人\n')
  await ok(['import', '--data', data, '--type', 'paper', file])
  for (let tries = 0; ; tries++) { // fed into the new one
    const { total } = await (await node.fetch('/api/v1/search?q=zqrebuilt')).json()
    if (total === 1) break
    assert.ok(tries < 250, 'what came after the rebuild is not found')
    await new Promise((done) => setTimeout(done, 20))
  }
  assert.equal((await run(['check', '--data', data])).code, 0)
}))))

it('gives the same answers with the other engine', () => withData(async (data) => {
  const ours = await answers(data, {})
  const theirs = await answers(data, { XIETONG_SEARCH_ENGINE: 'fts5' })
  assert.deepEqual(ours, theirs)
  assert.ok(ours.every(([, total]) => total > 0))
  assert.deepEqual((await readdir(join(data, 'index'))).sort(), ['fts5', 'lock'], 'the other one is not kept: nobody would feed it')
  assert.deepEqual(await answers(data, {}), ours)
}))

it('finds records like one record, but not itself', () => withData((data) => withNode(data, async (node) => {
  const [found] = JSON.parse(await ok(['search', '--data', data, 'type:patent 机器人', '--json', '--limit', '1'])).items
  const like = JSON.parse(await ok(['search', '--data', data, '--like', found.key, '--json', '--limit', '5']))
  assert.ok(like.total > 1 && like.items.length > 1)
  assert.ok(like.items.every((item) => item.key !== found.key))
  const words = new Set([...found.title].map((_, i) => found.title.slice(i, i + 2)))
  assert.ok([...like.items[0].title].some((_, i, all) => words.has(all.slice(i, i + 2).join(''))), `${found.title}: ${like.items[0].title}`)
  const api = await (await node.fetch(`/api/v1/search?like=${found.key}&type=paper`)).json()
  assert.ok(api.items.length > 0 && api.items.every((item) => item.type === 'paper'))
  assert.equal(api.looked, 1)
  assert.equal((await node.fetch('/api/v1/search?like=paper/01ARZ3NDEKTSV4RRFFQ69G5FAV')).status, 404)
  const nothing = await run(['search', '--data', data])
  assert.equal(nothing.code, 2)
  assert.match(nothing.err, /QUERY/)
})))
