// Which values the treatment of outliers changed. A release says of an indicator how many extremes were taken to the value next
// to them; they are the ones furthest out on the side of the skew, equal ones together (docs/index-method.md, "Outliers").
import { countedValue, type Release } from '../lib/release'

const known = new WeakMap<Release, Map<string, Set<number>>>()

export function treatedRows(release: Release, code: string): Set<number> {
  const treated = release.treated?.[code]
  if (!treated || treated.points === 0) return new Set()
  let byCode = known.get(release)
  if (!byCode) known.set(release, byCode = new Map())
  let rows = byCode.get(code)
  if (!rows) {
    const out = new Set(release.screened_out)
    const sign = treated.skew > 0 ? 1 : -1
    const values = release.data.units.map((_, row) => (out.has(row) ? null : countedValue(release, code, row)))
    const furthest = [...new Set(values.filter((one): one is number => one !== null))].sort((a, b) => sign * (b - a)).slice(0, treated.points)
    const changed = new Set(furthest)
    rows = new Set(values.flatMap((one, row) => (one !== null && changed.has(one) ? [row] : [])))
    byCode.set(code, rows)
  }
  return rows
}
