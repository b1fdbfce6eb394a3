// Helpers of the measurements: medians over pairs, processes with limits, the table.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const top = fileURLToPath(new URL('..', import.meta.url))
export const bin = process.env.XIETONG_BIN ?? join(top, 'build/release/xietong')

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The value that a share of the list does not exceed. */
export function percentile(list, share) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export const ms = (x) => x < 0.1 ? x.toFixed(3) : x < 10 ? x.toFixed(2) : x.toFixed(1)

/** The queries that search_bench wrote: class, MATCH over pairs, filters, hits of ours and its milliseconds. */
export function readQueries(folder) {
  return readFileSync(join(folder, 'queries.tsv'), 'utf8').trimEnd().split('\n').map((line) => {
    const [name, match, type, area, hits, ours] = line.split('\t')
    return { name, match, type, area, hits: Number(hits), ours: Number(ours) }
  })
}

/** Runs a command to its end; fails unless it succeeded. Gives { out, err, seconds, peakKb }. */
export function command(file, args, { input, limit = 900_000, env = {} } = {}) {
  const started = process.hrtime.bigint()
  const done = spawnSync('/usr/bin/time', ['-f', '\npeak=%M', file, ...args],
    { input, timeout: limit, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } })
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  const err = done.stderr?.toString() ?? ''
  if (done.status !== 0) throw new Error(`${file} ${args.join(' ')} left with ${done.signal ?? done.status}\n${err.slice(-2000)}`)
  return { out: done.stdout.toString(), err, seconds, peakKb: Number(/peak=(\d+)/.exec(err)?.[1] ?? 0) }
}

export function withFolder(body) {
  const folder = mkdtempSync(join(tmpdir(), 'xietong-bench-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  const result = body(folder)
  if (result instanceof Promise) return result.finally(clean)
  clean()
  return result
}

/** Starts a long-running process; ready is a pattern in its standard output. Stop it with stop(). */
export function start(file, args, ready, { env = {}, limit = 60_000 } = {}) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  const ended = new Promise((done) => child.on('close', done))
  const stop = async () => { child.kill('SIGTERM'); await ended }
  if (!ready) return Promise.resolve({ child, stop })
  return new Promise((done, fail) => {
    const timer = setTimeout(() => { child.kill('SIGKILL'); fail(new Error(`${file} was not ready`)) }, limit)
    let out = ''
    child.stdout.on('data', (part) => {
      out += part
      const found = ready.exec(out)
      if (found) { clearTimeout(timer); done({ child, stop, found }) }
    })
    child.on('error', fail)
    child.on('close', (code) => { clearTimeout(timer); fail(new Error(`${file} ended with ${code}`)) })
  })
}

/** Resident memory that no file stands behind, in MB. */
export function anonymousMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/RssAnon:\s+(\d+)/.exec(status)[1]) / 1024
}

export const machine = () => ({ cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: loadavg()[0].toFixed(2) })

export function table(rows) {
  const heads = ['measure', 'ours', 'peer', 'ratio', 'bar', 'cleared']
  const cells = [heads, ...rows.map((r) => [r.measure, r.ours, r.peer ?? '', r.ratio ?? '', r.bar ?? '', r.cleared === undefined ? '' : r.cleared ? 'yes' : 'NO'])]
  return cells.map((row, i) => `| ${row.join(' | ')} |${i === 0 ? `\n|${' --- |'.repeat(heads.length)}` : ''}`).join('\n')
}
