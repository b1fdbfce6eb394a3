// kill -9 of a server while another process imports and clients search, fifty times on one node: the import goes on to its
// end, the next server starts and shows every row, and the node stays sound.
// time limit: 7200 s
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { join } from 'node:path'
import { pause, start, writePapers } from '../lib/kill.mjs'
import { Node, importCounts, ok, withFolder } from '../lib/node.mjs'

const ROWS = 5_000
const ROUNDS = Number(process.env.XIETONG_KILLS ?? 50)
const CLIENTS = 4

// Searches until told to stop. A server that answers must answer well; one that was killed need not answer.
async function client(node, state) {
  let last = 0
  while (!state.stop) {
    let answer
    try {
      answer = await node.fetch('/api/v1/search?q=机器人&facets=type,year')
      if (answer.status === 503) continue
      const body = await answer.json()
      assert.equal(answer.status, 200)
      assert.ok(body.total >= last, `${last} were found, then ${body.total}`)
      last = body.total
      state.answers++
    } catch (error) {
      if (!state.killed) throw error
      return
    }
  }
}

const total = async (node) => (await node.json('/api/v1/search', { q: '机器人' })).total

it('a server that is killed leaves imports and records alone', { timeout: 7_000_000 }, () => withFolder(async (folder) => {
  const data = join(folder, 'data')
  await ok(['init', '--data', data])
  let cut = 0
  let answers = 0
  let slowest = 0
  let takes = 800 // ms, as the last import took
  let round = 0
  for (; cut < ROUNDS; round++) {
    assert.ok(round < 3 * ROUNDS, `only ${cut} of ${round} servers were killed while the import ran`)
    const file = join(folder, `papers-${round}.csv`)
    const args = ['import', '--data', data, '--type', 'paper', file]
    await writePapers(file, ROWS, round * ROWS)
    // The server feeds the index in one half of the rounds, the import in the other: who comes first does.
    let began = Date.now()
    let importing = round % 2 ? start(args) : undefined
    const asked = Date.now()
    const node = await Node.start(data)
    slowest = Math.max(slowest, Date.now() - asked)
    const state = { stop: false, killed: false, answers: 0 }
    try {
      if (round % 2 === 0) {
        await node.until(async () => await total(node) === round * ROWS)
        began = Date.now()
        importing = start(args)
      }
      const clients = Array.from({ length: CLIENTS }, () => client(node, state))
      const gone = Promise.all(clients)
      await Promise.race([pause(Math.random() * takes * 0.8), gone])
      state.killed = true
      const running = importing.child.exitCode === null
      await node.kill()
      if (running) cut++
      state.stop = true
      await gone
      answers += state.answers
      const end = await importing.ended
      assert.equal(end.code, 0, `round ${round}: the import left with ${end.signal ?? end.code}\n${end.err}`)
      takes = Date.now() - began
      const counts = importCounts(end.out)
      assert.deepEqual([counts.seen, counts.stored, counts.rejected], [ROWS, ROWS, 0])
    } finally {
      state.stop = true
      await node.kill()
      importing?.child.kill('SIGKILL')
    }
    if (round % 10 === 9) await ok(['check', '--data', data])
  }
  const node = await Node.start(data)
  try {
    await node.until(async () => await total(node) === round * ROWS)
    for (const i of [0, ROWS, round * ROWS - 1]) {
      assert.equal((await node.json('/api/v1/search', { q: `unit${i}x` })).total, 1)
    }
  } finally {
    await node.stop()
  }
  await ok(['check', '--data', data])
  console.log(`${cut} servers killed while an import ran, ${answers} searches answered, slowest start ${slowest} ms, ${round * ROWS} rows`)
}))
