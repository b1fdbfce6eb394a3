// What docs/harvest.md tells people to type works, in its order.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, top, withData } from '../lib/node.mjs'
import { Repository } from '../lib/oai-server.mjs'

test('the commands of docs/harvest.md work', async () => {
  const text = await readFile(join(top, 'docs/harvest.md'), 'utf8')
  const block = /<!-- example: harvest, [^\n]*\n```sh\n([\s\S]*?)```/.exec(text)[1]
  const lines = block.trimEnd().split('\n').map((line) => line.replace(/^xietong /, ''))
  assert.equal(lines.length, 11)
  const repository = new Repository({ count: 30 })
  repository.put(3, { title: '' })
  const server = await repository.serve()
  try {
    await withData(async (data) => {
      for (const line of lines) {
        const words = line.replace('https://library.example.cn/oai', `${server.url}/oai`).split(' ')
        if (words[1] === 'add') words.push('--allow', 'loopback', '--pause', '0')
        const result = await run([...words, '--data', data])
        assert.equal(result.code, 0, `${line}\n${result.out}${result.err}`)
        if (words[1] === 'run') assert.match(result.out, /^library\trun=\d+ state=done seen=\d+ stored=\d+ unchanged=\d+ deleted=\d+ rejected=\d+ seconds=[\d.]+$/m)
        if (words[1] === 'diagnose') assert.match(result.out, /^required\ttitle\t1\t/)
      }
    }, [])
  } finally {
    await server.close()
  }
})
