// The order of answers on real papers and patents: both engines agree to the last place, and what is looked for stands where it did.
// The floors lie clearly below what was measured (docs/search.md says how): a tenth of the queries on CSL's papers alone.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bin, noData } from '../lib/node.mjs'
import { measureRelevance } from '../../bench/relevance.mjs'

// A release has no programs of bench/; the build of the tests has this one.
const program = join(dirname(bin), 'bench/relevance_bench')
const skip = noData || (existsSync(program) ? false : `no ${program}`)

it('both engines order alike, and known items are found', { skip, timeout: 170_000 }, () => {
  const { out } = measureRelevance({ program, share: 0.1, sources: ['csl'] })
  const figures = JSON.parse(out.trimEnd().split('\n').pop())
  assert.ok(figures.queries > 400, `${figures.queries} queries`)
  assert.equal(figures.differ, 0, out)
  assert.equal(figures.score_differs, 0, out)
  const mrr = (collection, set) => figures.sets.find((one) => one.collection === collection && one.set === set).segment.mrr
  for (const set of figures.sets) assert.deepEqual(set.segment, set.fts5, `${set.collection}: ${set.set}`)
  for (const [collection, set, floor] of [
    ['title-hidden', 'title: pairs, OR', 0.9],
    ['title-hidden', 'title: words, OR', 0.65],
    ['keywords-shown', '2 keywords, AND', 0.9],
    ['keywords-hidden', '3 keywords, OR', 0.85],
    ['patents', 'patent: pairs, OR', 0.33],
  ]) assert.ok(mrr(collection, set) >= floor, `${collection}, ${set}: MRR ${mrr(collection, set)}, at least ${floor} wanted`)
})
