// What moved a score from one period to the next, split as xt_index_changes() (analysis.h) splits it: own is what the unit's figures
// did, measured with the minimum, maximum, mean and deviation of the period before; the yardstick, the figures of others, did the rest.
// Run over all rows of the release, so that before and after are the published scores.
import { makeTable, makeTree, runIndex, type ReleaseJson } from '../index/engine'
import { scoreOf, treeOf, type Release } from '../lib/release'

export interface Change { before: number; after: number; own: number; yardstick: number }

const known = new WeakMap<Release, Map<number, Float64Array | null>>()

/** Scores of all rows by the yardstick of a period; null where the recipe cannot be held against one. */
function byYardstickOf(release: Release, period: number): Float64Array | null {
  let byPeriod = known.get(release)
  if (!byPeriod) known.set(release, byPeriod = new Map())
  let scores = byPeriod.get(period)
  if (scores === undefined) {
    try {
      const json = release as unknown as ReleaseJson
      const tree = makeTree(json)
      const steps = json.definition.recipe.steps.map((step) => {
        if (step.step === 'normalise') return { ...step, over: 'base', base: period }
        // The weights as published, however they were made.
        return step.step === 'aggregate' ? { ...step, weights: release.weights } : step
      })
      scores = runIndex(tree, makeTable(json, tree), { ...json.definition.recipe, steps }).scores[tree.top]
    } catch {
      scores = null
    }
    byPeriod.set(period, scores)
  }
  return scores
}

/** Whether all periods are normalised alike: then the yardstick does not move between them. */
export function hasOneYardstick(release: Release): boolean {
  return release.definition.recipe.steps.every((step) => step.step !== 'normalise' || ['all', 'base'].includes(String(step.over ?? 'period')))
}

export function changeOf(release: Release, before: number, oldRow: number | undefined, row: number | undefined): Change | null {
  const { top } = treeOf(release)
  const [a, b] = [scoreOf(release, top, oldRow), scoreOf(release, top, row)]
  if (a === null || b === null || row === undefined) return null
  if (hasOneYardstick(release)) return { before: a, after: b, own: b - a, yardstick: 0 }
  const measured = byYardstickOf(release, before)?.[row]
  if (measured === undefined || Number.isNaN(measured)) return null
  return { before: a, after: b, own: measured - a, yardstick: b - measured }
}
