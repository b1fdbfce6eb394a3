// Who works with whom, from a table of the places of organisations with itself.
import type { CrossAnswer } from '../api/types'

export interface Pair { a: string; b: string; aName: string; bName: string; count: number }

/** Each pair of places once, those with most first. */
export function pairsOf(answer: CrossAnswer): Pair[] {
  const places = answer.rows.values
  return answer.counts.flatMap((row, r) => row.flatMap((count, c) => (c > r && count > 0
    ? [{ a: places[r].value, b: places[c].value, aName: places[r].label, bName: places[c].label, count }] : [])))
    .sort((x, y) => y.count - x.count || x.a.localeCompare(y.a) || x.b.localeCompare(y.b))
}
