// How well answers are ordered: both engines and stock FTS5 over real papers and patents with right answers (relevance_sets.mjs).
// Alone: node bench/relevance.mjs --tune tries weights (relevance_bench --tune), needs build/bench; RELEVANCE_WEIGHTS=title,keywords,k1,b
// tries just these.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, top, withFolder } from './lib.mjs'
import { makeSets } from './relevance_sets.mjs'

const data = resolve(process.env.XIETONG_DATA ?? join(top, '../shared/data'))

/** Runs the program over the sets: its output, and what is in them. */
export function measureRelevance({ program, share = 1, sources, before = [] }) {
  return withFolder((folder) => {
    const made = makeSets(data, folder, { share, sources })
    const { out } = command(program, [...before, folder, ...made.collections.map(({ name }) => name)], { limit: 3_600_000, env: { BENCH_DIR: folder } })
    return { made, out }
  })
}

const show = ({ mrr, ndcg }) => `${mrr.toFixed(4)} / ${ndcg.toFixed(4)}`

export function relevanceBench({ share, build }) {
  if (!existsSync(join(data, 'papers'))) {
    console.error(`bench: relevance: no data sets in ${data}`)
    return []
  }
  const { made, out } = measureRelevance({ program: join(build, 'bench/relevance_bench'), share })
  const figures = JSON.parse(out.trimEnd().split('\n').pop())
  const docs = new Map(made.collections.map((collection) => [collection.name, collection.docs]))
  return [
    { measure: 'relevance: queries that the two engines answer otherwise', ours: `${figures.differ} of ${figures.queries}`, bar: '0', cleared: figures.differ === 0 },
    ...figures.sets.map((set) => ({
      measure: `relevance: ${set.collection}, ${docs.get(set.collection)} records, ${set.queries} x ${set.set}, MRR / nDCG@10`,
      ours: show(set.segment), peer: `${show(set.stock)} FTS5 bm25()`,
      ratio: set.stock.ndcg > 0 ? (set.segment.ndcg / set.stock.ndcg).toFixed(3) : '',
    })),
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tune = process.argv.includes('--tune')
  console.log(measureRelevance({ program: join(top, 'build/bench/bench/relevance_bench'), before: tune ? ['--tune'] : [] }).out)
}
