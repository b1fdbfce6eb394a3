// The API description: two public linters have no objection, and it is the same from the command and over HTTP.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { ok, top, withData, withFolder, withNode } from '../lib/node.mjs'

const linters = join(top, 'tools/node_modules/@stoplight/spectral-core')
const noLinters = existsSync(linters) ? false : 'the linters are not installed (npm ci in tools/)'

it('lints clean', { skip: noLinters }, async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'openapi.json')
    await writeFile(file, await ok(['openapi']))
    await promisify(execFile)('node', [join(top, 'tools/lint-openapi.mjs'), file], { timeout: 60_000 })
      .catch((error) => assert.fail(error.stdout || error.message))
  })
})

it('describes under /api/openapi.json what answers, and says the same on the command line', async () => {
  await withData((data) => withNode(data, async (node) => {
    const served = await node.json('/api/openapi.json')
    assert.deepEqual(Object.keys(served.paths).sort(), Object.keys(JSON.parse(await ok(['openapi'])).paths).sort())
    assert.equal((await node.fetch('/api/v1/no-such-path')).status, 404)
    for (const [path, methods] of Object.entries(served.paths)) {
      // Paths with parameters answer for what exists; here only that nothing is described that the router does not know.
      if (path.includes('{') || !methods.get) continue
      const answer = await node.fetch(path)
      assert.ok(answer.status < 400 || answer.headers.get('content-type').startsWith('application/problem+json'),
        `GET ${path} answered ${answer.status}`)
      // What is there may say that it found nothing; where there is nothing, the path is named.
      if (answer.status === 404) assert.ok(!(await answer.json()).detail.includes(path), `GET ${path} is described but not there`)
      assert.ok(answer.status < 500, `GET ${path} answered ${answer.status}`)
    }
  }), [])
})
