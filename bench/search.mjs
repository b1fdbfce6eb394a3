// Classes of queries with the top 20 and five facets over the same records, in process: our two engines beside stock FTS5.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, ms, top } from './lib.mjs'
import { plot } from './plot.mjs'

const about = {
  C2: 'broad two-character words', P46: 'phrases of 4 to 6 characters', RARE: 'rare words', AND2: 'two words', AND3: 'three words',
  FILT: 'a word with two filters', PREFIX: 'beginnings of words',
}

function measure(rows, build, ways, rounds) {
  const { out } = command(join(build, 'bench/search_bench'), [String(rows), String(rounds)],
    { limit: 7_200_000, env: { PWD: top, BENCH_WAYS: ways } })
  return JSON.parse(out.trimEnd().split('\n').pop())
}

export function searchBench({ rows, build }) {
  const f = measure(rows, build, 'segment,fts5,stock', 3)
  const result = [
    { measure: `segment: index ${rows} records from tokens, records/s of CPU`, ours: Math.round(f.segment_fed_per_cpu_s),
      peer: `${Math.round(f.stock_fed_per_s)} stock FTS5`, ratio: (f.segment_fed_per_cpu_s / f.stock_fed_per_s).toFixed(1), bar: '>= 50000',
      cleared: f.segment_fed_per_cpu_s >= 50_000 },
    { measure: 'segment: bytes a record', ours: f.segment_bytes_per_record, peer: `${f.fts5_bytes_per_record} fts5`,
      ratio: (f.segment_bytes_per_record / f.fts5_bytes_per_record).toFixed(2), bar: '<= 600', cleared: f.segment_bytes_per_record <= 600 },
  ]
  for (const [name, words] of Object.entries(about)) {
    const c = f[name]
    const times = c.fts5_p95_ms / c.segment_p95_ms
    const bar = { C2: '<= 10 ms p95, >= 6 times fts5', P46: '<= 8 ms p95' }[name]
    const cleared = { C2: c.segment_p95_ms <= 10 && times >= 6, P46: c.segment_p95_ms <= 8 }[name]
    result.push({ measure: `segment: ${name}: ${words}, p50 / p95 ms`, ours: `${ms(c.segment_p50_ms)} / ${ms(c.segment_p95_ms)}`,
      peer: `${ms(c.fts5_p50_ms)} / ${ms(c.fts5_p95_ms)} fts5`, ratio: `${(c.fts5_p50_ms / c.segment_p50_ms).toFixed(1)} / ${times.toFixed(1)}`, bar, cleared })
  }
  for (const [name, words] of Object.entries(about)) {
    const c = f[name]
    const ratio = [c.stock_p50_ms / c.fts5_p50_ms, c.stock_p95_ms / c.fts5_p95_ms]
    const bar = name === 'C2' ? 15 : 3
    result.push({ measure: `fts5: ${name}: ${words}, p50 / p95 ms`, ours: `${ms(c.fts5_p50_ms)} / ${ms(c.fts5_p95_ms)}`,
      peer: `${ms(c.stock_p50_ms)} / ${ms(c.stock_p95_ms)} stock FTS5, bm25() + GROUP BY`, ratio: ratio.map((x) => x.toFixed(1)).join(' / '),
      bar: `>= ${bar} both`, cleared: Math.min(...ratio) >= bar })
  }
  result.push(
    { measure: 'segment: mixed queries a second, one thread', ours: f.segment_mixed_1.toFixed(0), peer: `${f.fts5_mixed_1.toFixed(0)} fts5`,
      ratio: (f.segment_mixed_1 / f.fts5_mixed_1).toFixed(1), bar: '>= 450', cleared: f.segment_mixed_1 >= 450 },
    { measure: 'segment: two threads over one', ours: (f.segment_mixed_2 / f.segment_mixed_1).toFixed(2),
      peer: `${(f.fts5_mixed_2 / f.fts5_mixed_1).toFixed(2)} fts5`, ratio: '', bar: '>= 1.9', cleared: f.segment_mixed_2 / f.segment_mixed_1 >= 1.9 },
    { measure: 'segment: a change until it is found, under queries, p50 / p99 ms', ours: `${ms(f.segment_change_p50_ms)} / ${ms(f.segment_change_p99_ms)}`,
      peer: `${ms(f.fts5_change_p50_ms)} / ${ms(f.fts5_change_p99_ms)} fts5`, ratio: (f.fts5_change_p99_ms / f.segment_change_p99_ms).toFixed(1),
      bar: '<= 20 ms p99', cleared: f.segment_change_p99_ms <= 20 },
    { measure: 'segment: open to first answer, ms', ours: ms(f.segment_start_ms), peer: `${ms(f.fts5_start_ms)} fts5`,
      ratio: (f.fts5_start_ms / f.segment_start_ms).toFixed(1) })
  return result
}

/** Ours alone from ten thousand to ten million records, drawn into docs/search-curve.svg. */
export function curveBench({ sizes, build }) {
  const points = sizes.map((rows) => ({ rows, ...measure(rows, build, 'segment', 3) }))
  const lines = ['C2', 'P46', 'AND2', 'FILT', 'PREFIX'].map((name) => ({ name, points: points.map((p) => [p.rows, p[name].segment_p95_ms]) }))
  writeFileSync(join(top, 'docs/search-curve.svg'),
    plot({ title: 'segment: p95 by number of records', x: 'records', y: 'ms', lines }))
  const last = points.at(-1)
  return [
    ...points.map((p) => ({ measure: `segment at ${p.rows} records: C2 / P46 / AND2 / FILT / PREFIX, p95 ms`,
      ours: ['C2', 'P46', 'AND2', 'FILT', 'PREFIX'].map((name) => ms(p[name].segment_p95_ms)).join(' / '),
      bar: p.rows === 10_000_000 ? '<= 50 ms C2' : '', cleared: p.rows === 10_000_000 ? p.C2.segment_p95_ms <= 50 : undefined })),
    { measure: `segment at ${last.rows} records: open to first answer, ms`, ours: ms(last.segment_start_ms), bar: '< 1000', cleared: last.segment_start_ms < 1000 },
    { measure: `segment at ${last.rows} records: memory beyond mapped files, MB`, ours: (last.segment_anonymous_kb / 1024).toFixed(0), bar: '< 300',
      cleared: last.segment_anonymous_kb < 300 * 1024 },
    { measure: `segment at ${last.rows} records: bytes a record, records/s of CPU`, ours: `${last.segment_bytes_per_record}, ${Math.round(last.segment_fed_per_cpu_s)}` },
  ]
}
