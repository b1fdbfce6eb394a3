// kill -9 of an import of 20,000 rows at a random moment, fifty times, each time on a new node: the node is sound, what
// was committed is there, and the import repeated to its end makes the node that a straight import makes.
// time limit: 7200 s
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { papersOf, pause, start, writePapers } from '../lib/kill.mjs'
import { importCounts, ok, withFolder } from '../lib/node.mjs'

const ROWS = 20_000
const ROUNDS = Number(process.env.XIETONG_KILLS ?? 50)

async function found(data) {
  const answer = JSON.parse(await ok(['search', '--data', data, '机器人', '--json', '--limit', '1']))
  return answer.total
}

it('an import that is killed loses no batch and doubles nothing', { timeout: 7_000_000 }, () => withFolder(async (folder) => {
  const empty = join(folder, 'empty')
  const straight = join(folder, 'straight')
  const file = join(folder, 'papers.csv')
  const importing = (data) => ['import', '--data', data, '--type', 'paper', file]
  await writePapers(file, ROWS)
  await ok(['init', '--data', empty])
  await cp(empty, straight, { recursive: true })
  const began = Date.now()
  assert.equal(importCounts(await ok(importing(straight))).stored, ROWS)
  const takes = Date.now() - began
  const wanted = await papersOf(straight)
  assert.equal(wanted.count, ROWS)

  const left = []
  let cut = 0
  for (let round = 0; cut < ROUNDS; round++) {
    assert.ok(round < 3 * ROUNDS, `only ${cut} of ${round} imports were still running when killed`)
    const data = join(folder, `round-${round}`)
    await cp(empty, data, { recursive: true })
    const running = start(importing(data))
    await pause(Math.random() * takes * 0.8)
    // Every second time the store is read just before: what it showed was durable and must still be there.
    const before = round % 2 === 0 ? await papersOf(data) : { keys: new Set() }
    const end = await running.kill()
    if (end.signal === 'SIGKILL') cut++

    await ok(['check', '--data', data])
    const after = await papersOf(data)
    for (const key of before.keys) assert.ok(after.keys.has(key), `round ${round}: ${key} was committed and is gone`)
    assert.equal(await found(data), after.count, 'what is stored is found')
    if (end.signal === 'SIGKILL') left.push(after.count)

    const counts = importCounts(await ok(importing(data)))
    assert.deepEqual([counts.seen, counts.unchanged, counts.stored, counts.rejected], [ROWS, after.count, ROWS - after.count, 0])
    const now = await papersOf(data)
    assert.equal(now.count, ROWS)
    assert.equal(now.says, wanted.says, 'the same records as after a straight import, none twice')
    for (const key of after.keys) assert.ok(now.keys.has(key), `round ${round}: ${key} got another key`)
    assert.equal(await found(data), ROWS)
    await ok(['check', '--data', data])
    await rm(data, { recursive: true, force: true })
  }
  left.sort((a, b) => a - b)
  console.log(`${cut} imports of ${ROWS} rows killed, rows stored by then: ${left[0]} to ${left.at(-1)}, median ${left[cut >> 1]}`)
}))
