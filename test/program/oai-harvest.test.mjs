// Harvests while others write, and across kill -9: at the end the harvester's copy is what the store holds.
// time limit: 300 s
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, ok, withData, withNode } from '../lib/node.mjs'
import { start, writePapers } from '../lib/kill.mjs'
import { ask, errorOf, harvest, keep, pages, recordsOf, tokenOf } from '../lib/oai.mjs'

const params = { verb: 'ListRecords', metadataPrefix: 'xt' }
const titleOf = (record) => /<title>([^<]*)</.exec(record.metadata)[1]

/** What the store holds: title by key. */
async function stored(data) {
  const out = await ok(['export', '--data', data, '--type', 'paper', '--format', 'jsonl'])
  return new Map(out.split('\n').filter(Boolean).map((line) => JSON.parse(line)).map((row) => [row._key, row.title]))
}

const copied = (copy) => new Map([...copy].map(([id, record]) => [id.split(':').pop(), titleOf(record)]))
const sorted = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

/** Rewrites the titles of papers from .. from + count - 1. */
async function edit(data, from, count, word) {
  const file = join(data, '..', 'edit.csv')
  const lines = ['_key,题名,摘要,关键词']
  for (let i = from; i < from + count; i++) lines.push(`k${i},${word}第${i}篇,摘要${word},机器人`)
  await writeFile(file, lines.join('\n') + '\n')
  await ok(['import', '--data', data, '--type', 'paper', file])
}

it('misses nothing while another writes, edits and deletes', () => withData(async (data) => {
  const file = join(data, '..', 'papers.csv')
  await writePapers(file, 2600)
  await ok(['import', '--data', data, '--type', 'paper', file])
  await withNode(data, async (node) => {
    const copy = new Map()
    let round = 0, given = 0
    for await (const page of pages(node, params, {
      // Between two pages: records that were given, that come next and that come last are edited, deleted and added.
      between: async () => {
        if (++round > 5) return
        await edit(data, round * 40, 30, `改${round}·`)
        await edit(data, 2600 - round * 40, 30, `尾${round}·`)
        await edit(data, 3000 + round * 100, 20, `新${round}·`)
        const keys = [...(await stored(data)).keys()]
        await ok(['delete', '--data', data, keys[round * 7], keys[keys.length - round * 9]])
      },
    })) {
      assert.equal(page.error, undefined)
      assert.ok(page.records.length > 0)
      given += page.records.length
      keep(copy, page.records)
    }
    assert.ok(round >= 5, 'the list was long enough')
    assert.ok(given > 2600, 'what was edited came again')
    const now = await stored(data)
    assert.deepEqual(sorted(copied(copy)), sorted(now))
    // A second, incremental harvest from the last second on changes nothing.
    const { text } = await ask(node, { verb: 'Identify' })
    const since = new Date(Date.parse(/<responseDate>([^<]*)/.exec(text)[1]) - 2000).toISOString().replace(/\.\d+/, '')
    keep(copy, await harvest(node, { ...params, from: since }))
    assert.deepEqual(sorted(copied(copy)), sorted(now))
  })
}, []))

it('keeps a window with an end, where what changes meanwhile leaves it', () => withData(async (data) => {
  const file = join(data, '..', 'papers.csv')
  await writePapers(file, 600)
  await ok(['import', '--data', data, '--type', 'paper', file])
  await withNode(data, async (node) => {
    const first = await ask(node, params)
    const until = recordsOf(first.text).at(-1).stamp
    await new Promise((done) => setTimeout(done, 1100))
    const page = await ask(node, { ...params, until })
    await edit(data, 0, 600, '改·') // everything has left the window
    const { token } = tokenOf(page.text)
    assert.ok(token)
    const rest = await ask(node, { verb: 'ListRecords', resumptionToken: token })
    assert.equal(errorOf(rest.text), 'noRecordsMatch', 'no list is empty')
    assert.equal((await harvest(node, params)).length, 600)
  })
}, []))

it('goes on by token after kill -9, five times', () => withData(async (data) => {
  const file = join(data, '..', 'papers.csv')
  await writePapers(file, 3200)
  await ok(['import', '--data', data, '--type', 'paper', file])
  const copy = new Map()
  let next = params, kills = 0
  while (next) {
    const node = await Node.start(data)
    try {
      const { text } = await ask(node, next)
      assert.equal(errorOf(text), undefined)
      keep(copy, recordsOf(text))
      const { token } = tokenOf(text)
      next = token ? { verb: 'ListRecords', resumptionToken: token } : undefined
      // Another writes while it is killed in the middle of an answer.
      if (!next) break
      const writing = start(['import', '--data', data, '--type', 'paper', await more(data, kills)])
      const asking = kills < 5 ? ask(node, next).catch(() => {}) : undefined
      if (kills < 5) {
        await new Promise((done) => setTimeout(done, 5 + kills * 10))
        await node.kill()
        kills++
      }
      await asking
      assert.equal((await writing.ended).code, 0)
    } finally {
      if (node.child.exitCode === null && node.child.signalCode === null) await node.stop()
    }
  }
  assert.equal(kills, 5)
  assert.deepEqual(sorted(copied(copy)), sorted(await stored(data)))
  await ok(['check', '--data', data])
}, []))

async function more(data, n) {
  const file = join(data, '..', `more-${n}.csv`)
  await writePapers(file, 50, 10_000 + n * 50)
  return file
}
