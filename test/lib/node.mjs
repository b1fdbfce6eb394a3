// Helpers for whole-program tests: run the program's commands, serve a node on a free port, ask it, stop it.
// Everything has a time limit, so that a test which goes wrong ends and says so.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const top = fileURLToPath(new URL('../..', import.meta.url))

/** The program under test. */
export const bin = process.env.XIETONG_BIN ?? join(top, 'build/release/xietong')

/** The real data sets; give `skip: noData` to a test that needs them. */
export const dataSets = resolve(process.env.XIETONG_DATA ?? join(top, '../shared/data'))
export const noData = existsSync(dataSets) ? false : `no data sets in ${dataSets}`

const COMMAND_LIMIT_MS = 120_000
const START_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 20_000
const FETCH_LIMIT_MS = 30_000

/** Runs `xietong ARGS...` to its end: { code, signal, out, err }. Options: input (for its stdin), limit (ms), env, cwd. */
export function run(args, { input = '', limit = COMMAND_LIMIT_MS, env = {}, cwd = top } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(bin, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const out = []
    const err = []
    let late = false
    const timer = setTimeout(() => { late = true; child.kill('SIGKILL') }, limit)
    child.stdout.on('data', (part) => out.push(part))
    child.stderr.on('data', (part) => err.push(part))
    child.stdin.on('error', () => {}) // it need not read what it is given
    child.stdin.end(input)
    child.on('error', (error) => { clearTimeout(timer); fail(error) })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const result = { code, signal, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
      if (late) fail(new Error(`xietong ${args.join(' ')} took longer than ${limit} ms\n${result.out}${result.err}`))
      else done(result)
    })
  })
}

/** The same, and fails unless the command succeeded. Gives what it printed. */
export async function ok(args, options) {
  const result = await run(args, options)
  if (result.code !== 0) {
    throw new Error(`xietong ${args.join(' ')} left with ${result.signal ?? result.code}\n${result.out}${result.err}`)
  }
  return result.out
}

/** The counts of an import, from the last line it printed: { seen, stored, unchanged, deleted, rejected, seconds }. */
export function importCounts(out) {
  const line = out.trimEnd().split('\n').pop()
  const counts = Object.fromEntries([...line.matchAll(/(\w+)=([\d.]+)/g)].map(([, name, value]) => [name, Number(value)]))
  if (!('seen' in counts)) throw new Error(`not the last line of an import: ${line}`)
  return counts
}

/** A new folder, which the caller removes. */
export function newFolder() {
  return mkdtemp(join(tmpdir(), 'xietong-test-'))
}

/** Calls body with a new folder and removes it afterwards, whatever happened. */
export async function withFolder(body) {
  const folder = await newFolder()
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes a node in a new folder (`init` with the given arguments, ['--sample'] unless told), and calls body with its path. */
export function withData(body, initArgs = ['--sample']) {
  return withFolder(async (folder) => {
    const data = join(folder, 'data')
    await ok(['init', '--data', data, ...initArgs])
    return body(data)
  })
}

/** A node that serves. Make it with Node.start(), end it with stop() in a finally; or use withNode(). */
export class Node {
  /** Serves the folder data on a free port and returns when it answers. */
  static async start(data, { args = [], env = {} } = {}) {
    const node = new Node()
    node.data = data
    node.log = ''
    node.child = spawn(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...args],
      { cwd: top, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    node.ended = new Promise((done) => {
      node.child.on('error', (error) => done({ error }))
      node.child.on('close', (code, signal) => done({ code, signal }))
    })
    node.child.stderr.on('data', (part) => { node.log += part })
    const listening = new Promise((done) => {
      let out = ''
      node.child.stdout.on('data', (part) => {
        out += part
        const found = /^listening on (http:\/\/\S+)$/m.exec(out)
        if (found) done(found[1])
      })
    })
    try {
      node.url = await within(START_LIMIT_MS, 'serve said nothing', Promise.race([listening, node.ended.then((end) => {
        throw new Error(`serve ended before it listened: ${end.error ?? end.signal ?? end.code}`)
      })]))
    } catch (error) {
      await node.kill()
      error.message += `\n${node.log}`
      throw error
    }
    return node
  }

  /** fetch() of a path of this node, with a time limit. */
  fetch(path, options = {}) {
    return fetch(new URL(path, this.url), { signal: AbortSignal.timeout(FETCH_LIMIT_MS), ...options })
  }

  /** GET of a path that must answer 200 with JSON; query is an object whose lists repeat their name. */
  async json(path, query = {}) {
    const url = new URL(path, this.url)
    for (const [name, value] of Object.entries(query)) {
      for (const one of [value].flat()) url.searchParams.append(name, one)
    }
    const answer = await this.fetch(url)
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`GET ${url} answered ${answer.status}: ${text}`)
    return JSON.parse(text)
  }

  /** Asks check() until it gives something true; fails with what it last gave. */
  async until(check, { limit = 10_000, every = 50 } = {}) {
    const end = Date.now() + limit
    for (;;) {
      const result = await check()
      if (result) return result
      if (Date.now() > end) throw new Error(`not within ${limit} ms\n${this.log}`)
      await new Promise((done) => setTimeout(done, every))
    }
  }

  /** Ends it as an operator would, and fails unless it left in time and with 0. Sanitizers report here, too. */
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM')
    let end
    try {
      end = await within(STOP_LIMIT_MS, 'serve did not stop', this.ended)
    } catch (error) {
      await this.kill()
      throw error
    }
    if (end.code !== 0 && end.signal !== 'SIGKILL') {
      throw new Error(`serve left with ${end.error ?? end.signal ?? end.code}\n${this.log}`)
    }
  }

  /** kill -9, as a power cut would. */
  async kill() {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** Serves the folder while body runs. */
export async function withNode(data, body, options) {
  const node = await Node.start(data, options)
  let failure
  try {
    return await body(node)
  } catch (error) {
    error.message += `\nlog of the node:\n${node.log.slice(-4000)}`
    failure = error
    throw error
  } finally {
    // A failure of the test itself is the one to show.
    await node.stop().catch((error) => { if (!failure) throw error })
  }
}

function within(limit, what, promise) {
  let timer
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${what} within ${limit} ms`)), limit) })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
