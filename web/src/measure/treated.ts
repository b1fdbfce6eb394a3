// Which values the treatment of outliers changed: the data is run up to that step and past it, and what differs was drawn in, on
// whichever side it lay (docs/index-method.md, "Outliers").
import { makeTable, makeTree, readStep, runSteps, type ReleaseJson } from '../index/engine'
import type { Release } from '../lib/release'

const known = new WeakMap<Release, Map<string, Set<number>>>()

function changedBy(release: Release): Map<string, Set<number>> {
  const json = release as unknown as ReleaseJson
  const tree = makeTree(json), table = makeTable(json, tree)
  const { steps } = json.definition.recipe
  const at = steps.map((one) => one.step).lastIndexOf('treat')
  if (at < 0) return new Map()
  const run = (count: number) => runSteps(tree, table, steps.slice(0, count).map((one) => readStep(tree, one))).x
  const [before, after] = [run(at), run(at + 1)]
  return new Map(tree.indicators.map((node, c) => [tree.codes[node]!, new Set([...Array(table.rows).keys()].filter((row) => {
    const [was, is] = [before[c * table.rows + row]!, after[c * table.rows + row]!]
    return was === was && was !== is
  }))]))
}

/** Rows whose value of an indicator was drawn in; none of one whose logarithm was taken, which is said of all together. */
export function treatedRows(release: Release, code: string): Set<number> {
  const treated = release.treated?.[code]
  if (!treated || treated.logged || treated.points === 0) return new Set()
  let byCode = known.get(release)
  if (!byCode) {
    try {
      byCode = changedBy(release)
    } catch {
      byCode = new Map()
    }
    known.set(release, byCode)
  }
  return byCode.get(code) ?? new Set()
}
