// From the start of `serve` over a full node to its first search answer; memory when idle.
import { join } from 'node:path'
import { anonymousMb, bin, command, median, start, withFolder } from './lib.mjs'

export async function startBench({ rows = 1_000_000, rounds = 5, generate }) {
  return withFolder(async (folder) => {
    const csv = join(folder, 'rows.csv'), data = join(folder, 'data')
    generate(rows, csv)
    command(bin, ['init', '--data', data])
    const load = command(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv], { limit: 1_800_000 })
    const times = [], memory = []
    for (let n = 0; n < rounds; n++) {
      const from = process.hrtime.bigint()
      const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
      const answer = await (await fetch(`${node.found[1]}/api/v1/search?q=${encodeURIComponent('研究')}&facets=type,area,year`)).json()
      times.push(Number(process.hrtime.bigint() - from) / 1e9)
      if (!(answer.total > 0)) throw new Error(`nothing found: ${JSON.stringify(answer).slice(0, 300)}`)
      await new Promise((done) => setTimeout(done, 2000))
      memory.push(anonymousMb(node.child.pid))
      await node.stop()
    }
    const seconds = median(times), mb = median(memory)
    return [
      { measure: `import of ${rows} rows to searchable, s`, ours: load.seconds.toFixed(0) },
      { measure: `start to first answer with ${rows} records, s`, ours: seconds.toFixed(2), bar: '< 2', cleared: seconds < 2 },
      { measure: `idle memory beyond mapped files with ${rows} records, MB`, ours: mb.toFixed(0), bar: '< 150', cleared: mb < 150 },
    ]
  })
}
