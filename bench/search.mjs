// Classes of queries with the top 20 and five facets over the same records, in process, beside stock FTS5.
import { join } from 'node:path'
import { command, top } from './lib.mjs'

const about = {
  C2: 'broad two-character words', P46: 'phrases of 4 to 6 characters', RARE: 'rare words', AND2: 'two words', AND3: 'three words',
  FILT: 'a word with two filters', PREFIX: 'beginnings of words',
}

export function searchBench({ rows, build }) {
  const { out } = command(join(build, 'bench/search_bench'), [String(rows), '3'], { limit: 3_600_000, env: { PWD: top } })
  const figures = JSON.parse(out.trimEnd().split('\n').pop())
  const result = [{ measure: `index ${rows} records, records/s of CPU`, ours: Math.round(figures.fed_per_cpu_s),
    peer: `${Math.round(figures.stock_fed_per_s)} stock FTS5`, ratio: (figures.fed_per_cpu_s / figures.stock_fed_per_s).toFixed(2) }]
  for (const [name, words] of Object.entries(about)) {
    const f = figures[name]
    const bar = name === 'C2' ? 15 : 3
    result.push({ measure: `${name}: ${words}, p50 / p95 ms`, ours: `${f.ours_p50_ms.toFixed(2)} / ${f.ours_p95_ms.toFixed(2)}`,
      peer: `${f.stock_p50_ms.toFixed(1)} / ${f.stock_p95_ms.toFixed(1)} FTS5 bm25() + GROUP BY`,
      ratio: `${f.ratio_p50.toFixed(1)} / ${f.ratio_p95.toFixed(1)}`, bar: `>= ${bar} both`, cleared: f.ratio_p50 >= bar && f.ratio_p95 >= bar })
  }
  return result
}
