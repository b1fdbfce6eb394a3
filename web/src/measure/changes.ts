// What moved a score from one period to the next, split as xt_index_changes() (analysis.h) and so the report, the workbook and the JSON
// split it: own is what the unit's figures did, measured with the minimum, maximum, mean and deviation of the period before; the
// yardstick, the figures of others, did the rest. The steps run over all rows, so that before and after are the published scores.
import { makeTable, makeTree, readStep, runSteps, score, type Aggregate, type ReleaseJson, type StepJson } from '../index/engine'
import { scoreOf, treeOf, type Release } from '../lib/release'

export interface Change { before: number; after: number; own: number; yardstick: number }

const known = new WeakMap<Release, Map<string, Float64Array | null>>()

/** Whether a step measures each period by itself: then the yardstick moves. */
const moves = (step: StepJson) => step.step === 'normalise' && (step.over ?? 'period') === 'period' && step.method !== 'base-year'

/** Scores of the rows of a period by the yardstick of another, NaN in all others. Throws IndexProblem. */
function measured(release: Release, before: number, period: number): Float64Array {
  const json = release as unknown as ReleaseJson
  const tree = makeTree(json), table = makeTable(json, tree)
  const steps = json.definition.recipe.steps.map((step) => readStep(tree, moves(step) ? { ...step, over: 'base', base: before } : step))
  const columns = runSteps(tree, table, steps.slice(0, -1))
  // Periods far from this yardstick may lie below zero, where some means are not: they are not asked.
  columns.x.forEach((_, at) => {
    if (table.period?.[at % table.rows] !== period) columns.x[at] = NaN
  })
  // The weights as published, however they were made.
  const weights = Float64Array.from(tree.codes, (code) => release.weights[code]!)
  return score(tree, table, { ...(steps.at(-1) as Aggregate), weights }, columns).scores[tree.top]!
}

/** The same, kept; null where the recipe does not allow it. */
function byYardstickOf(release: Release, before: number, period: number): Float64Array | null {
  let byPeriods = known.get(release)
  if (!byPeriods) known.set(release, byPeriods = new Map())
  const key = `${before} ${period}`
  let scores = byPeriods.get(key)
  if (scores === undefined) {
    try {
      scores = measured(release, before, period)
    } catch {
      scores = null
    }
    byPeriods.set(key, scores)
  }
  return scores
}

/** Whether all periods are normalised alike: then the yardstick does not move between them. */
export function hasOneYardstick(release: Release): boolean {
  return !(release as unknown as ReleaseJson).definition.recipe.steps.some((step) => moves(step) && !['goalposts', 'scaled'].includes(step.method ?? ''))
}

export function changeOf(release: Release, before: number, oldRow: number | undefined, row: number | undefined): Change | null {
  const { top } = treeOf(release)
  const [a, b] = [scoreOf(release, top, oldRow), scoreOf(release, top, row)]
  if (a === null || b === null || row === undefined) return null
  if (hasOneYardstick(release)) return { before: a, after: b, own: b - a, yardstick: 0 }
  const score = byYardstickOf(release, before, release.data.units[row][2])?.[row]
  return score === undefined || Number.isNaN(score) ? null : { before: a, after: b, own: score - a, yardstick: b - score }
}
