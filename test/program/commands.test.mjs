// The command line itself: help from the tables, nearest names, making a node, finding what is wrong with one.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ok, run, withData, withFolder } from '../lib/node.mjs'

const chinese = { LC_ALL: 'zh_CN.UTF-8' }
const english = { LC_ALL: 'C.UTF-8' }

/** Runs it, expects this exit code and one sentence on standard error that matches. */
async function refused(args, code, sentence, options = {}) {
  const result = await run(args, { env: english, ...options })
  assert.equal(result.code, code, result.err)
  assert.equal(result.err.trim().split('\n').length, 1, result.err)
  assert.match(result.err, sentence)
}

describe('help', () => {
  it('names every command, and explains each in both languages', async () => {
    const list = await ok(['help'], { env: english })
    const names = [...list.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name)
    for (const name of ['init', 'serve', 'check', 'openapi', 'version', 'help', 'search', 'import', 'export']) {
      assert.ok(names.includes(name), `${name} in ${names}`)
    }
    for (const name of names) {
      const text = await ok(['help', name], { env: english })
      assert.match(text, new RegExp(`Usage: xietong ${name} `))
      assert.equal(await ok([name, '--help'], { env: english }), text)
      const translated = await ok([name, '-h'], { env: chinese })
      assert.match(translated, new RegExp(`用法：xietong ${name} `))
      // Option names and values are the same in both; the sentences are not.
      const options = (help) => [...help.matchAll(/^ {2}(--\S+)/gm)].map(([, option]) => option)
      assert.deepEqual(options(translated), options(text))
    }
  })

  it('writes a manual page', async () => {
    const page = await ok(['help', '--man'], { env: english })
    assert.match(page, /^\.TH XIETONG 1 /)
    assert.match(page, /^\.SS xietong serve$/m)
    assert.doesNotMatch(page, /^'/m)
  })

  it('is on standard error, with a failure, where nothing was asked', async () => {
    const result = await run([], { env: english })
    assert.equal(result.code, 2)
    assert.equal(result.out, '')
    assert.match(result.err, /Usage: xietong COMMAND/)
  })
})

describe('a wrong command line', () => {
  it('is answered with the nearest name', async () => {
    await refused(['serach'], 2, /no command "serach"; did you mean "search"\?/)
    await refused(['frobnicate'], 2, /no command "frobnicate"; xietong help lists them/)
    await refused(['help', 'serch'], 2, /did you mean "search"\?/)
    await refused(['serve', '--lissten', '1:1'], 2, /did you mean "--listen"\?/)
    await refused(['serve', '--listen'], 2, /"--listen" needs a value: HOST:PORT/)
    await refused(['serve', '--quiet=yes'], 2, /takes no value/)
    await refused(['version', 'x'], 2, /does not take the argument "x"/)
    await refused(['serve', '--data', '/nonexistent'], 2, /not a node/)
    await refused(['serach'], 2, /没有“serach”这个命令，是否想用“search”？/, { env: chinese })
  })
})

describe('init', () => {
  it('makes a folder for its owner alone, and only once', async () => {
    await withFolder(async (folder) => {
      const data = join(folder, 'a', 'b')
      assert.match(await ok(['init', '--data', data, '--name', 'node.example.cn'], { env: english }), /node\.example\.cn/)
      assert.equal((await stat(data)).mode & 0o777, 0o700)
      assert.match(await ok(['init', '--data', data], { env: english }), /nothing to do/)
      assert.match(await ok(['init', '--data', data, '--name', 'node.example.cn'], { env: english }), /nothing to do/)
      await refused(['init', '--data', data, '--name', 'other.example.cn'], 2, /already; nothing was changed/)
      await refused(['init', '--data', data, '--sample'], 2, /already; nothing was changed/)
    })
  })

  it('refuses what it cannot do, and leaves nothing behind', async () => {
    await withFolder(async (folder) => {
      const data = join(folder, 'data')
      await refused(['init', '--data', data, '--name', 'Not a name'], 2, /must be a domain name/)
      const secret = await run(['init', '--data', data, '--store', 'postgresql://me:secret@host/db'], { env: english })
      assert.equal(secret.code, 2)
      assert.match(secret.err, /cannot keep records in "postgresql"/)
      assert.doesNotMatch(secret.err, /secret/)
      await assert.rejects(stat(data))
    })
  })
})

describe('check', () => {
  it('is content with a new node', async () => {
    await withData(async (data) => {
      assert.match(await ok(['check', '--data', data], { env: english }), /All agree/)
    }, [])
  })
})
