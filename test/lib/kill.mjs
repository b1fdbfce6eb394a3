// What the tests that kill the program share: rows to import, programs to kill, and what a node holds.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { bin, ok, top } from './node.mjs'

/** Waits. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Writes a CSV of papers number from .. from + count - 1; each has its own source key, title and keyword. */
export async function writePapers(file, count, from = 0) {
  const lines = ['_key,题名,摘要,关键词']
  for (let i = from; i < from + count; i++) {
    lines.push(`k${i},第${i}篇关于机器人与控制的论文,${'摘要文字'.repeat(20)}${i},机器人；控制；unit${i}x`)
  }
  await writeFile(file, lines.join('\n') + '\n')
}

/** Starts the program; `ended` gives { code, signal, out, err }, `kill()` is kill -9 and waits for the end. */
export function start(args) {
  const child = spawn(bin, args, { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] })
  const running = { child, out: '', err: '' }
  child.stdout.on('data', (part) => { running.out += part })
  child.stderr.on('data', (part) => { running.err += part })
  running.ended = new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => done({ code, signal, out: running.out, err: running.err }))
  })
  running.kill = () => {
    child.kill('SIGKILL')
    return running.ended
  }
  return running
}

/** What the store has committed, from one snapshot: the keys of its papers, and a hash of what they say without their keys. */
export async function papersOf(data) {
  const out = await ok(['export', '--data', data, '--type', 'paper', '--format', 'jsonl'])
  const keys = new Set()
  const bodies = []
  for (const line of out.split('\n')) {
    if (line === '') continue
    const { _key, ...body } = JSON.parse(line)
    keys.add(_key)
    bodies.push(JSON.stringify(body))
  }
  const says = createHash('sha256').update(bodies.sort().join('\n')).digest('hex')
  return { keys, count: bodies.length, says }
}
