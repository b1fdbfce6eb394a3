// kill -9 in the middle of an import, ten times (XIETONG_KILLS): what was there stays, nothing is doubled, the check is
// clean.
// time limit: 300 s
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCounts, ok, withData } from '../lib/node.mjs'

const KILLS = Number(process.env.XIETONG_KILLS ?? 10)
const ROWS = 1200 * KILLS

// Starts an import and kills it after a while; true when it was still running.
function killed(args, after) {
  return new Promise((done, fail) => {
    const child = spawn(process.env.XIETONG_BIN, args, { stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), after)
    child.on('error', fail)
    child.on('close', (code, signal) => { clearTimeout(timer); done(signal === 'SIGKILL') })
  })
}

it('loses no batch and doubles nothing', { timeout: 29_000 * KILLS }, () => withData(async (data) => {
  const file = join(data, '..', 'papers.csv')
  const lines = ['_key,题名,摘要,关键词']
  for (let i = 0; i < ROWS; i++) lines.push(`k${i},第${i}篇关于机器人与控制的论文,${'摘要文字'.repeat(20)}${i},机器人；控制；${i}`)
  await writeFile(file, lines.join('\n') + '\n')
  const args = ['import', '--data', data, '--type', 'paper', file]
  const count = async () => {
    const out = await ok(['export', '--data', data, '--type', 'paper'])
    return out === '' ? 0 : out.trimEnd().split('\n').length
  }

  let before = 0
  let interrupted = 0
  for (let i = 0; i < KILLS; i++) {
    if (await killed(args, 60 + Math.floor(Math.random() * 240))) interrupted++
    await ok(['check', '--data', data]) // makes the index anew when it was killed half-made
    const now = await count()
    assert.ok(now >= before, `${before} records were there, now ${now}`)
    before = now
  }
  assert.ok(interrupted > 0, 'every import ended before it was killed')
  const counts = importCounts(await ok(args))
  assert.equal(counts.seen, ROWS)
  assert.equal(counts.rejected, 0)
  assert.equal(counts.unchanged, before, 'what was there is found again, and only that')
  assert.equal(counts.stored, ROWS - before)
  assert.equal(await count(), ROWS)
  await ok(['check', '--data', data])
  assert.equal(importCounts(await ok(args)).unchanged, ROWS)
}, []))
