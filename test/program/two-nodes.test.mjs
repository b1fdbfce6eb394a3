// A city and its province: what a node gives harvesters (xt), another takes whole, keeps equal and finds; with the program at both ends.
// time limit: 300 s
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, withData, withFolder, withNode } from '../lib/node.mjs'

const LIMIT = { timeout: 140_000 }

const byKey = (lines) => new Map(lines.trim().split('\n').map((line) => JSON.parse(line)).map((one) => [one._key, one]))

/** All that a node tells everybody, by key, once its index has reached its last change. */
async function publicOf(node) {
  await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
  return byKey(await (await node.fetch('/api/v1/search/export?format=jsonl')).text())
}

/** All that a node holds, by key. */
async function allOf(data, types) {
  const parts = []
  for (const type of types) parts.push((await ok(['export', '--data', data, '--type', type, '--format', 'jsonl'])).trim())
  return byKey(parts.filter(Boolean).join('\n'))
}

function counts(line) {
  const found = Object.fromEntries([...line.matchAll(/(\w+)=([\w.]+)/g)].map(([, name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]))
  assert.equal(found.seen, found.stored + found.unchanged + found.deleted + found.rejected, line)
  return found
}

it('a province holds what its city gives: records, keys, links, changes and deletions', LIMIT, () =>
  withFolder((folder) => withData((city) => withData((province) => withNode(city, async (node) => {
    const { name } = await node.json('/api/v1/node')
    const types = (await node.json('/api/v1/types')).items.map((one) => one.type)
    const harvest = async () => counts((await ok(['harvest', 'run', name, '--data', province])).trim().split('\n').pop())
    await ok(['harvest', 'add', name, `${node.url}/oai`, '--prefix', 'xt', '--allow', 'loopback', '--pause', '0', '--data', province])

    const here = await publicOf(node)
    assert.ok(here.size > 500)
    const first = await harvest()
    assert.deepEqual([first.state, first.seen, first.stored, first.rejected], ['done', here.size, here.size, 0])
    assert.deepEqual(await allOf(province, types), here, 'to the last field, key and link')
    assert.ok(JSON.parse(await ok(['search', '--data', province, '扫描电子显微镜', '--json', '--limit', '1'])).total > 0, 'and it is found')

    // A record is changed, one is new, one is deleted.
    const papers = [...here.values()].filter((one) => one._key.startsWith('paper/'))
    const file = join(folder, 'papers.jsonl')
    await writeFile(file, [{ ...papers[0], title: '改过的题目 zqchanged' }, { title: '新的示例论文 zqnew', kind: 'report' }].map((one) => JSON.stringify(one)).join('\n') + '\n')
    await ok(['import', '--data', city, '--type', 'paper', file])
    await ok(['delete', '--data', city, papers[1]._key])
    const second = await harvest()
    assert.deepEqual([second.state, second.deleted, second.rejected], ['done', 1, 0])
    assert.ok(second.stored >= 2 && second.stored < 10, `${second.stored} stored: the two, and what linked to the one that is gone`)
    const now = await publicOf(node)
    assert.equal(now.size, here.size)
    // A link to what is gone keeps its words; to harvesters it leads nowhere.
    const gone = papers[1]._key
    const wanted = JSON.parse(JSON.stringify([...now]), (_, value) => {
      if (value?.ref === gone) delete value.ref
      return value
    })
    assert.deepEqual(await allOf(province, types), new Map(wanted))
    assert.equal(JSON.parse(await ok(['search', '--data', province, 'zqnew', '--json', '--limit', '1'])).total, 1)
    await ok(['check', '--data', province])
  }), []))))

it('a node that runs harvests by itself: what the city publishes is found at the province', LIMIT, () =>
  withFolder((folder) => withData((city) => withData((province) => withNode(city, async (node) => {
    const { name } = await node.json('/api/v1/node')
    await ok(['harvest', 'add', name, `${node.url}/oai`, '--prefix', 'xt', '--allow', 'loopback', '--pause', '0', '--every', '1s', '--data', province])
    await withNode(province, async (above) => {
      const total = async (q) => (await above.json('/api/v1/search', { q, limit: 0 })).total
      const until = async (what, holds) => {
        for (let tries = 0; !(await holds()); tries++) {
          assert.ok(tries < 300, what)
          await new Promise((done) => setTimeout(done, 200))
        }
      }
      const { total: all } = await node.json('/api/v1/search', { limit: 0 })
      await until('the province holds the city', async () => (await total('')) === all)
      const file = join(folder, 'papers.jsonl')
      await writeFile(file, JSON.stringify({ title: '刚刚发布的示例 zqlive', kind: 'report' }) + '\n')
      await ok(['import', '--data', city, '--type', 'paper', file])
      await until('a new record arrives', async () => (await total('zqlive')) === 1)
      const { items: [{ key }] } = await above.json('/api/v1/search', { q: 'zqlive', limit: 1 })
      assert.equal((await above.json(`/api/v1/records/${key}`)).node, name, 'the province says whose it is')
      await ok(['delete', '--data', city, key])
      await until('and goes', async () => (await total('zqlive')) === 0)
    })
  }), []))))
