// `xietong check` while a node serves and another process imports: what changes meanwhile is no fault.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { importCounts, ok, run, withData, withFolder, withNode } from '../lib/node.mjs'

const ROWS = 12_000

it('finds nothing wrong in a node that is written to', async () => {
  await withFolder((folder) => withData((data) => withNode(data, async () => {
    const file = join(folder, 'papers.jsonl')
    const rows = Array.from({ length: ROWS }, (_, i) => JSON.stringify({ _key: `p${i}`, title: `示例论文 ${i} 机器人` }))
    await writeFile(file, rows.join('\n'))
    let going = true
    const done = ok(['import', '--data', data, '--type', 'paper', file]).finally(() => { going = false })
    let checks = 0
    while (going) {
      const { code, out, err } = await run(['check', '--data', data])
      assert.equal(code, 0, out + err)
      checks++
    }
    assert.equal(importCounts(await done).stored, ROWS)
    assert.ok(checks > 1, 'the import was over before anything was checked')
    assert.equal((await run(['check', '--data', data])).code, 0)
  }), []))
})
