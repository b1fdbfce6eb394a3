// Which years the chart of growth shows.
import { readRange } from '../lib/query'

const YEARS = 15
/** How far after a single year the window goes on. */
const AFTER = 7

/** The years of the chart of growth: fifteen up to the end of what is chosen, and around a single year. */
export function yearsOf(chosen: string[] | undefined, now: number): { from: number; to: number } {
  const ranges = (chosen ?? []).map((one) => readRange(one) ?? { from: one, to: one })
  const ends = ranges.map((one) => Number(one.to) || now)
  const starts = ranges.map((one) => Number(one.from) || -Infinity)
  const begins = Math.min(...starts)
  const single = ranges.length === 1 && ranges[0].from === ranges[0].to
  // What is planned for years to come is not this year's.
  if (!single && ranges.length > 0 && begins > now) {
    const last = Math.max(begins, ...ends)
    return { from: Math.max(begins, last - YEARS + 1), to: last }
  }
  const to = Math.min(now, ranges.length ? Math.max(...ends) + (single ? AFTER : 0) : now)
  const first = single || ranges.length === 0 ? -Infinity : begins
  return { from: Math.min(to, Math.max(first, to - YEARS + 1)), to }
}
