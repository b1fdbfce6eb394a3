// kill -9 of the harvester at random moments: it goes on from what was stored, and in the end all is as after an unbroken harvest.
// time limit: 400 s
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { papersOf, pause, start } from '../lib/kill.mjs'
import { ok, withData } from '../lib/node.mjs'
import { Repository } from '../lib/oai-server.mjs'

const KILLS = Number(process.env.XIETONG_KILLS ?? 5)
const COUNT = 4000
const options = ['--allow', 'loopback', '--pause', '0', '--retry-after', '10', '--every', '0']

test('a harvester that is killed again and again comes to the same end', { timeout: 380_000 }, async () => {
  const repository = new Repository({ count: COUNT, page: 50 })
  for (let i = 1; i <= COUNT; i += 97) repository.put(i, { title: '' }) // goes to quarantine
  for (let i = 5; i <= COUNT; i += 101) repository.put(i, { deleted: true })
  const server = await repository.serve()
  const counts = (out) => Object.fromEntries([...out.trimEnd().split('\n').pop().matchAll(/(\w+)=(\w+)/g)].map(([, name, value]) => [name, value]))
  const wanted = ['seen', 'stored', 'unchanged', 'deleted', 'rejected']
  try {
    await withData(async (whole) => withData(async (data) => {
      for (const folder of [whole, data]) await ok(['harvest', '--data', folder, 'add', 'library', `${server.url}/oai`, ...options])
      const began = Date.now()
      const unbroken = counts(await ok(['harvest', '--data', whole, 'run', 'library']))
      const took = Date.now() - began
      let killed = 0
      for (let i = 0; i < KILLS; i++) {
        const child = start(['harvest', '--data', data, 'run', 'library'])
        await pause(100 + Math.random() * took * 0.5)
        if ((await child.kill()).signal === 'SIGKILL') killed++
        await ok(['check', '--data', data])
      }
      assert.ok(killed > 0, 'every harvest ended before it was killed')
      await ok(['harvest', '--data', data, 'run', 'library'])
      const shown = await ok(['harvest', '--data', data, 'show', 'library'], { env: { LANG: 'en' } })
      const first = counts(shown.split('\n').filter((row) => /\tharvest\tdone\t/.test(row)).pop())
      for (const name of wanted) assert.equal(first[name], unbroken[name], `${name}\n${shown}`)
      const [a, b] = [await papersOf(whole), await papersOf(data)]
      assert.equal(b.count, Number(unbroken.stored))
      assert.deepEqual([b.count, b.says], [a.count, a.says])
      const lists = await Promise.all([whole, data].map((folder) => ok(['harvest', '--data', folder, 'quarantine', 'library', '--limit', '1000'])))
      assert.equal(lists[0], lists[1])
      await ok(['check', '--data', data])
    }, []), [])
  } finally {
    await server.close()
  }
})
