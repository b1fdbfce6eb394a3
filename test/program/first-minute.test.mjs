// What a newcomer does first: make a node with the sample region, serve it, find something, open it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, newFolder, ok, run, withFolder } from '../lib/node.mjs'

describe('the first minute', () => {
  let folder
  let data
  let node

  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    await ok(['init', '--data', data, '--sample'])
    node = await Node.start(data)
  })
  after(async () => {
    try {
      await node?.stop()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('serves a page, says it is well, and knows what it holds', async () => {
    const page = await node.fetch('/')
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type'), /^text\/html/)
    assert.match(await page.text(), /<html/)
    assert.equal((await node.fetch('/healthz')).status, 200)
    const about = await node.json('/api/v1/node')
    assert.ok(about.total >= 100, `the sample has ${about.total} records`)
    assert.equal(Object.values(about.counts).reduce((sum, count) => sum + count, 0), about.total)
  })

  it('finds a two-character word with facets, and opens what it found', async () => {
    await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
    const found = await node.json('/api/v1/search', { q: '机器', facets: 'type,area' })
    assert.ok(found.total > 0)
    assert.equal(found.facets.type.reduce((sum, row) => sum + row.count, 0), found.total)

    const first = found.items[0]
    const record = await node.json(`/api/v1/records/${first.key}`)
    assert.equal(record.key, first.key)
    assert.equal(record.title, first.title)

    const [type] = found.facets.type
    const narrowed = await node.json('/api/v1/search', { q: '机器', type: type.value })
    assert.equal(narrowed.total, type.count)
    assert.ok(narrowed.items.every((item) => item.type === type.value))
  })

  it('answers the same on the command line while it serves', async () => {
    const asked = await node.json('/api/v1/search', { q: '机器', limit: 5 })
    const told = JSON.parse(await ok(['search', '--data', data, '机器', '--json', '--limit', '5']))
    assert.equal(told.total, asked.total)
    assert.deepEqual(told.items.map((item) => item.key), asked.items.map((item) => item.key))
  })

  it('finds nothing wrong with itself', async () => {
    await ok(['check', '--data', data])
  })
})

describe('commands', () => {
  it('says what is wrong in one sentence and leaves with a failure', async () => {
    await withFolder(async (folder) => {
      const nowhere = join(folder, 'nowhere')
      const result = await run(['search', '--data', nowhere, '机器'])
      assert.notEqual(result.code, 0)
      assert.equal(result.signal, null)
      assert.equal(result.err.trim().split('\n').length, 1, result.err)
      assert.ok(!existsSync(nowhere))
    })
  })

  it('knows no other commands than it has', async () => {
    const result = await run(['no-such-command'])
    assert.notEqual(result.code, 0)
    assert.match(result.err, /no-such-command/)
  })
})
