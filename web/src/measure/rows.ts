// The rows of a ranking, filtered and sorted as the address says.
import {
  nodeOf, periodBefore, rangeOf, rankOf, rowsOf, scoredPeriods, scoreOf, treeOf, unitsOf, type RankRange, type Release,
} from '../lib/release'

export interface Ranked {
  row: number
  code: string
  name: string
  group: string
  rank: number | null
  score: number | null
  range: RankRange | null
  /** Places gained since the period before; null where there was no rank. */
  change: number | null
  /** Scores of all periods. */
  course: Array<number | null>
  children: Record<string, number | null>
}

const SORTS = ['rank', 'name', 'change', 'width'] as const

/** As the address says it, or by rank. */
export function sortOf(asked: string): string {
  return (SORTS as readonly string[]).includes(asked) ? asked : 'rank'
}

const PAGE = 100

export function pagesOf(rows: Ranked[]): number {
  return Math.max(1, Math.ceil(rows.length / PAGE))
}

/** The page that the address says, or the nearest there is. */
export function pageOf(rows: Ranked[], asked: string): { page: number; rows: Ranked[] } {
  const page = Math.min(pagesOf(rows), Math.max(1, Math.floor(Number(asked)) || 1))
  return { page, rows: rows.slice((page - 1) * PAGE, page * PAGE) }
}

export interface Asked { period: number; node: string; group: string; words: string; sort: string }

/** Everything of a row that a list of many needs; the rest is added to those that are shown. */
function brief(release: Release, row: number, asked: Asked): Ranked {
  const [code, name, , group] = release.data.units[row]
  const before = periodBefore(release, asked.period)
  const rank = rankOf(release, asked.node, row)
  const old = before === undefined ? null : rankOf(release, asked.node, unitsOf(release).get(code)?.rows.get(before))
  return {
    row, code, name: name || code, group: group ?? '', rank, score: scoreOf(release, asked.node, row),
    range: asked.node === treeOf(release).top ? rangeOf(release, row) ?? null : null,
    change: rank === null || old === null ? null : old - rank, course: [], children: {},
  }
}

/** With the course over the periods and the scores below. */
export function withDetail(release: Release, ranked: Ranked, node: string): Ranked {
  const rows = unitsOf(release).get(ranked.code)?.rows
  return {
    ...ranked,
    course: scoredPeriods(release).map((period) => scoreOf(release, node, rows?.get(period))),
    children: Object.fromEntries((nodeOf(release, node)?.children ?? []).map((code) => [code, scoreOf(release, code, ranked.row)])),
  }
}

const last = (value: number | null) => value ?? Number.POSITIVE_INFINITY
const folded = (text: string) => text.toLocaleLowerCase().replace(/\s+/g, '')

export function rankedRows(release: Release, asked: Asked): Ranked[] {
  const words = folded(asked.words)
  const rows = rowsOf(release, asked.period).map((row) => brief(release, row, asked))
    .filter((one) => (!asked.group || one.group === asked.group) && (!words || folded(`${one.name} ${one.code}`).includes(words)))
  const byRank = (a: Ranked, b: Ranked) => last(a.rank) - last(b.rank) || a.row - b.row
  const width = (one: Ranked) => (one.range ? one.range.high - one.range.low : -1)
  const order: Record<string, (a: Ranked, b: Ranked) => number> = {
    name: (a, b) => a.name.localeCompare(b.name, 'zh-CN') || byRank(a, b),
    change: (a, b) => (b.change ?? -Infinity) - (a.change ?? -Infinity) || byRank(a, b),
    width: (a, b) => width(b) - width(a) || byRank(a, b),
  }
  return rows.sort(order[asked.sort] ?? byRank)
}
