// Observations kept in the store: a million stored, stored again, and those of one index read as a table.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './lib.mjs'

const seconds = (us) => (us / 1e6).toFixed(2)

export function observationBench({ build }) {
  const folder = mkdtempSync(join(tmpdir(), 'xietong-bench-'))
  try {
    const made = JSON.parse(command(join(build, 'bench/observation_bench'), [folder]).out)
    const rate = (name) => Math.round(made[`${name}_rows`] / (made[name] / 1e6))
    return [
      { measure: 'observations: 1,000,000 stored (62,500 rows of 16), a second', ours: `${rate('store')} (${seconds(made.store_cpu)} s of processor)`,
        bar: '>= 100000', cleared: rate('store') >= 100_000 },
      { measure: 'observations: the same again, nothing changes, a second', ours: `${rate('again')}` },
      { measure: 'observations: 500 units x 5 years x 16 read beside that million', ours: `${(made.read / 1000).toFixed(1)} ms (${(made.read_cpu / 1000).toFixed(1)} ms of processor)`,
        bar: '< 100 ms', cleared: made.read < 100_000 },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
