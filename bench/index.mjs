// Indexes of given sizes. The reference's times are what its authors' package took on another 2-core machine (stated in
// /shared/data/index/coinr-asem/README.md), not measured in the same run: so no ratio is a measurement, and the rows say "stated".
import { join } from 'node:path'
import { command } from './lib.mjs'

const show = (us) => (us < 1e6 ? `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms` : `${(us / 1e6).toFixed(2)} s`)

export function indexBench({ build }) {
  const program = join(build, 'bench/index_bench')
  const run = (...args) => JSON.parse(command(program, args.map(String)).out)
  const row = (measure, us, most, stated) => ({ measure: `index: ${measure}`, ours: show(us), peer: stated ? `${stated} COINr, stated` : '',
    bar: `< ${show(most)}`, cleared: us < most })
  const rows = [
    row('whole run of 51 units x 49 indicators', run('full', 51, 49).us, 2_000, '100 ms'),
    row('10,000 units x 100 indicators', run('full', 10_000, 100).us, 50_000),
    row('pairs and Copeland, 326 x 16', run('outrank', 326, 16).us, 5_000, '33 s'),
  ]
  const both = [run('sobol', 8192, 0), run('sobol', 8192, 1)], draws = [run('draws', 500, 16, 10_000, 0), run('draws', 500, 16, 10_000, 1)]
  for (const [all, one] of [both, draws]) if (all.result !== one.result) throw new Error('another number of threads gives another result')
  rows.push(row('Sobol of first and total order, 4 factors, N = 8192 (49,152 runs of 51 x 49)', both[0].us, 5e6, '870 s for 6,000 runs'),
    { measure: 'index: these Sobol indices with one thread', ours: show(both[1].us) },
    row('uncertainty of 500 units x 16 indicators, 10,000 draws', draws[0].us, 3e6, '100 s for 1,000 draws of 51 x 49'),
    { measure: 'index: this uncertainty with one thread', ours: show(draws[1].us) })
  return rows
}
