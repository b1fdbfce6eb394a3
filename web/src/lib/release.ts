// A release of an index: what the node answers, and what pages read from it. A release never changes, so what is derived
// from it is kept beside it. Rows are those of data.units: one for each unit and period. null is a value that is missing.
import { get } from '../api/client'
import type { Label } from '../api/types'
import { inWords, language } from '../i18n'
import { number } from './format'
import { useLoad, type Loading } from './load'

export interface NodeOption { denominator?: string; unit?: string; direction?: number; note?: string | Label }

/** A node of the tree as the index's file has it. What has no children is an indicator. */
export interface DefinedNode extends NodeOption {
  code: string
  label?: Label
  parent?: string
  weight?: number
  target?: number
  head?: string
  note?: string | Label
  definition?: string
  definitions?: Record<string, NodeOption>
}

export interface DefinedColumn { code: string; label?: Label; unit?: string; group?: boolean; by?: string; take?: Record<string, string> }

/** A step as it is written in the recipe; step names it: screen, denominate, impute, treat, normalise, aggregate. */
export interface Step { step: string; [member: string]: unknown }

export interface Factor { name: string; factor: string; at?: number; amount?: number; choices?: Array<Step | null>; [member: string]: unknown }

export interface Recipe {
  steps: Step[]
  uncertainty?: { draws?: number; seed?: number; factors?: Factor[] }
}

export interface Definition {
  label?: Label
  about?: Label
  source?: string
  version?: string
  nodes: DefinedNode[]
  columns?: DefinedColumn[]
  judgements?: Record<string, number[][]>
  recipe: Recipe
}

export interface RankRange {
  row: number
  /** 5, 50 and 95 % of the ranks of all draws. */
  low: number
  median: number
  high: number
  mean: number
  best: number
  worst: number
  /** Probability of being among the first ten. */
  top10: number
}

/** As a release has it: null for a unit that has no rank. */
export type DrawnRange = Pick<RankRange, 'row'> & { [Name in Exclude<keyof RankRange, 'row'>]: number | null }

export interface Sensitivity { name: string; first?: number; total?: number; first_by_unit?: number[]; total_by_unit?: number[] }

export interface Uncertainty {
  design: 'draws' | 'sobol' | 'exact'
  generator: string
  seed: number
  draws: number
  failed: number
  period: number
  mean_shift: number
  units: DrawnRange[]
  factors: Sensitivity[]
}

export interface Treated { skew: number; kurtosis: number; points: number; logged: boolean }
export interface Effect { nominal: number; variance: number | null; correlation: number | null }
export type Column = Array<number | null>

export interface Release {
  format: string
  index: string
  definition: Definition
  /** Definitions that were taken instead of those of the file: D12=by-kind. */
  chosen: string[]
  data: {
    sha256: string
    /** code, name, period (0 where there are none), group */
    units: Array<[string, string, number, string?]>
    values: Record<string, Column>
    extras: Record<string, Column>
  }
  weights: Record<string, number>
  /** By node; those of indicators are the normalised values. */
  scores: Record<string, Column>
  /** By node; 0 where there is none. */
  ranks: Record<string, number[]>
  screened_out: number[]
  treated?: Record<string, Treated>
  effects: Record<string, Effect>
  warnings: Array<{ node: string; what: string }>
  uncertainty?: Uncertainty
}

// ---- from the node ----

const part = encodeURIComponent

export const CURRENT = 'current'

export function indexPath(index: string): string {
  return `/api/v1/indexes/${part(index)}`
}

/** Where a release is; "current" is the one the node shows. */
export function releasePath(index: string, release: string = CURRENT): string {
  return `${indexPath(index)}/releases/${part(release || CURRENT)}`
}

/** Throws ApiError. */
export async function loadRelease(index: string, release: string = CURRENT, signal?: AbortSignal): Promise<Release> {
  return (await get<Release>(releasePath(index, release), signal)).body
}

/** For a page: loads again when either changes; an empty index is nothing to load. */
export function useRelease(index: () => string, release: () => string): Loading<Release> {
  return useLoad<Release>(() => (index() ? releasePath(index(), release()) : null))
}

// ---- the tree ----

export interface TreeNode {
  code: string
  parent: string | null
  children: string[]
  /** 0 for the top. */
  depth: number
  indicator: boolean
  label: Label
  unit: string
  /** 1: more is better. */
  direction: number
  denominator: string | null
  /** Its weight among its siblings, and its share in the top: the product of the weights above it. */
  weight: number
  share: number
  defined: DefinedNode
}

export interface Tree {
  top: string
  nodes: Map<string, TreeNode>
  /** Parents before their children, siblings in the order of the file. */
  order: string[]
  indicators: string[]
  /** What stands right below the top. */
  dimensions: string[]
}

function kept<T>(make: (release: Release) => T): (release: Release) => T {
  const known = new WeakMap<Release, T>()
  return (release) => {
    let value = known.get(release)
    if (value === undefined) {
      value = make(release)
      known.set(release, value)
    }
    return value
  }
}

function withChosen(node: DefinedNode, chosen: Map<string, string>): DefinedNode {
  const name = chosen.get(node.code) ?? node.definition
  const option = name === undefined ? undefined : node.definitions?.[name]
  return option ? { ...node, ...option, definition: name } : node
}

export const treeOf = kept<Tree>((release) => {
  const chosen = new Map(release.chosen.map((one) => one.split('=', 2) as [string, string]))
  const defined = release.definition.nodes.map((node) => withChosen(node, chosen))
  const below = new Map<string, DefinedNode[]>()
  for (const node of defined) {
    if (node.parent !== undefined) below.set(node.parent, [...(below.get(node.parent) ?? []), node])
  }
  const nodes = new Map<string, TreeNode>()
  const order: string[] = []
  const walk = (node: DefinedNode, depth: number, share: number): void => {
    const children = below.get(node.code) ?? []
    const weight = release.weights[node.code] ?? node.weight ?? 1
    const own = depth === 0 ? 1 : share * weight
    order.push(node.code)
    nodes.set(node.code, {
      code: node.code, parent: node.parent ?? null, children: children.map((one) => one.code), depth, indicator: children.length === 0,
      label: node.label ?? { zh: node.code, en: node.code }, unit: node.unit ?? '', direction: node.direction ?? 1,
      denominator: node.denominator ?? null, weight, share: own, defined: node,
    })
    for (const child of children) walk(child, depth + 1, own)
  }
  const top = defined.find((node) => node.parent === undefined)
  if (top) walk(top, 0, 1)
  return {
    top: top?.code ?? '', nodes, order, indicators: order.filter((code) => nodes.get(code)?.indicator),
    dimensions: nodes.get(top?.code ?? '')?.children ?? [],
  }
})

export function nodeOf(release: Release, code: string): TreeNode | undefined {
  return treeOf(release).nodes.get(code)
}

/** The node's name in the reader's language; its code where the release does not know it. */
export function nodeLabel(release: Release, code: string): string {
  const node = nodeOf(release, code)
  return node ? inWords(node.label) || code : code
}

/** From the top down to the node's parent. */
export function ancestorsOf(release: Release, code: string): string[] {
  const out: string[] = []
  for (let at = nodeOf(release, code)?.parent; at; at = nodeOf(release, at)?.parent) out.unshift(at)
  return out
}

/** The indicators below a node; an indicator is below itself. */
export function indicatorsBelow(release: Release, code: string): string[] {
  const node = nodeOf(release, code)
  if (!node) return []
  return node.indicator ? [code] : node.children.flatMap((child) => indicatorsBelow(release, child))
}

export function nominalShare(release: Release, code: string): number {
  return nodeOf(release, code)?.share ?? 0
}

// ---- units and periods ----

export interface UnitInfo {
  code: string
  name: string
  group: string
  /** period -> row */
  rows: Map<number, number>
}

export const periodsOf = kept<number[]>((release) =>
  [...new Set(release.data.units.map((one) => one[2]))].sort((a, b) => a - b))

export function lastPeriod(release: Release): number {
  return periodsOf(release).at(-1) ?? 0
}

/** Those in which anything has a score: years with too few figures are in the data only. All where nothing has. */
export const scoredPeriods = kept<number[]>((release) => {
  const top = release.scores[treeOf(release).top] ?? []
  const scored = new Set(release.data.units.flatMap((one, row) => ((top[row] ?? null) === null ? [] : [one[2]])))
  return scored.size ? periodsOf(release).filter((one) => scored.has(one)) : periodsOf(release)
})

/** The period that effects were measured in: that of the draws, or the last one. 0 where there are no periods. */
export function effectsPeriod(release: Release): number {
  return release.uncertainty?.period || lastPeriod(release)
}

export const unitsOf = kept<Map<string, UnitInfo>>((release) => {
  const units = new Map<string, UnitInfo>()
  release.data.units.forEach(([code, name, period, group], row) => {
    const unit = units.get(code) ?? { code, name, group: group ?? '', rows: new Map() }
    // The last name and group a unit had are its name and group.
    unit.name = name || code
    unit.group = group ?? unit.group
    unit.rows.set(period, row)
    units.set(code, unit)
  })
  return units
})

export const groupsOf = kept<string[]>((release) =>
  [...new Set(release.data.units.map((one) => one[3] ?? ''))].filter(Boolean).sort((a, b) => a.localeCompare(b, 'zh')))

const rowsByPeriod = kept<Map<number, number[]>>((release) => {
  const rows = new Map<number, number[]>()
  release.data.units.forEach((one, row) => {
    const list = rows.get(one[2])
    if (list) list.push(row)
    else rows.set(one[2], [row])
  })
  return rows
})

export function rowsOf(release: Release, period: number): number[] {
  return rowsByPeriod(release).get(period) ?? []
}

export function rowOf(release: Release, unit: string, period: number): number | undefined {
  return unitsOf(release).get(unit)?.rows.get(period)
}

export function unitCode(release: Release, row: number): string {
  return release.data.units[row][0]
}

export function unitName(release: Release, row: number): string {
  return release.data.units[row][1] || release.data.units[row][0]
}

// ---- figures ----

export function scoreOf(release: Release, code: string, row: number | undefined): number | null {
  return row === undefined ? null : release.scores[code]?.[row] ?? null
}

/** null where the unit has none. */
export function rankOf(release: Release, code: string, row: number | undefined): number | null {
  return row === undefined ? null : release.ranks[code]?.[row] || null
}

/** As it was given. */
export function valueOf(release: Release, code: string, row: number | undefined): number | null {
  return row === undefined ? null : release.data.values[code]?.[row] ?? null
}

const isRanked = (one: DrawnRange): one is RankRange => one.low !== null && one.median !== null && one.high !== null

const rangesByRow = kept<Map<number, RankRange>>((release) =>
  new Map((release.uncertainty?.units ?? []).filter(isRanked).map((one) => [one.row, one])))

/** The interval of the rank in the index: only for the period whose draws were made, and only of what has a rank. */
export function rangeOf(release: Release, row: number | undefined): RankRange | undefined {
  return row === undefined ? undefined : rangesByRow(release).get(row)
}

/** Rows of a period by rank in a node, the best first; those without a rank are left out. */
export function ranked(release: Release, period: number, code?: string): number[] {
  const node = code ?? treeOf(release).top
  return rowsOf(release, period)
    .filter((row) => rankOf(release, node, row) !== null)
    .sort((a, b) => (rankOf(release, node, a) as number) - (rankOf(release, node, b) as number) || a - b)
}

export function periodBefore(release: Release, period: number): number | undefined {
  return scoredPeriods(release).filter((one) => one < period).at(-1)
}

/** Divided by its denominator and times its scale, as the index counts it; null where either is missing. */
export function countedValue(release: Release, code: string, row: number | undefined): number | null {
  if (row === undefined) return null
  const value = valueOf(release, code, row)
  const by = nodeOf(release, code)?.denominator
  const step = release.definition.recipe.steps.find((one) => one.step === 'denominate')
  if (value === null || !by || !step) return value
  const below = release.data.extras[by]?.[row] ?? release.data.values[by]?.[row] ?? null
  return below === null || below === 0 ? null : (value / below) * (typeof step.scale === 'number' ? step.scale : 1)
}

/** Whether the value of an indicator was filled in: there is none that counts, yet it has a normalised value. */
export function isImputed(release: Release, code: string, row: number): boolean {
  return countedValue(release, code, row) === null && scoreOf(release, code, row) !== null
}

export interface Contribution {
  code: string
  /** Nominal share times the distance of the score from the mean of the peers. */
  points: number
  score: number
  mean: number
}

/**
 * What lifts and what lowers a unit beside its peers (docs/index-method.md, "Why"): one entry for each of the nodes for
 * which the unit has a score and at least one peer has. The points of an arithmetic index's indicators sum to the distance of the scores.
 */
export function contributions(release: Release, row: number, peers: number[], codes: string[]): Contribution[] {
  return codes.flatMap((code) => {
    const score = scoreOf(release, code, row)
    const theirs = peers.flatMap((one) => scoreOf(release, code, one) ?? [])
    if (score === null || theirs.length === 0) return []
    const mean = theirs.reduce((sum, one) => sum + one, 0) / theirs.length
    return [{ code, points: nominalShare(release, code) * (score - mean), score, mean }]
  })
}

/** Quantile of type 7 of the values that are there; null of none. */
export function quantile(values: Array<number | null | undefined>, q: number): number | null {
  const sorted = values.filter((one): one is number => typeof one === 'number' && Number.isFinite(one)).sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const at = (sorted.length - 1) * q
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

export function median(values: Array<number | null | undefined>): number | null {
  return quantile(values, 0.5)
}

// ---- in words ----

// Units that count in ten thousands or hundred millions, which English does not: the figure is given in ones.
const LARGE: Record<string, [number, string]> = {
  万元: [1e4, 'yuan'], 亿元: [1e8, 'yuan'], 万人: [1e4, 'people'], '万元/人': [1e4, 'yuan per person'], '万元/人年': [1e4, 'yuan per person-year'], '万元/件': [1e4, 'yuan each'],
}

const UNITS: Record<string, string> = {
  万元: '10,000 yuan', 亿元: '100 million yuan', 元: 'yuan', 人: 'people', 人年: 'person-years', 个: '', 家: 'enterprises', 件: 'items', 项: 'items', 篇: 'papers',
  '万元/人': '10,000 yuan per person', '元/人': 'yuan per person', '人/千人': 'per 1,000 people', '个/家': 'per enterprise',
  '件/万人': 'per 10,000 people', '人/万人': 'per 10,000 people', '件/百人年': 'per 100 person-years', '篇/百人年': 'per 100 person-years',
  '万元/人年': '10,000 yuan per person-year', '万元/件': '10,000 yuan each', '元/件': 'yuan each', '万人': '10,000 people', '公斤标准煤/万元': 'kg of standard coal per 10,000 yuan',
}

/** A unit of measure in the reader's language; as it is where no other word is known. */
export function unitWord(unit: string | null | undefined): string {
  if (!unit) return ''
  return language() === 'en' ? UNITS[unit] ?? unit : unit
}

const twoDigits = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A score: two decimals, – where there is none. */
export function scoreText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : twoDigits.format(value === 0 ? 0 : value)
}

/** A difference with its sign; a true minus. */
export function signedText(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return '–'
  const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  if (Number(text.replaceAll(',', '')) === 0) return text
  return value > 0 ? `+${text}` : `−${text}`
}

/** A value to compare at a glance: four digits that mean something, from a thousand on one decimal. Its observation has all digits. */
export function valueText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 }
  return value.toLocaleString('en-US', digits)
}

/** A value with its unit: 6.51 万元/人, 33.8%; in English 65.1 thousand yuan per person. */
export function measured(value: number | null | undefined, unit: string | null | undefined): string {
  const text = valueText(value)
  const large = unit && language() === 'en' ? LARGE[unit] : undefined
  if (large && value !== null && value !== undefined) {
    return `${(value * large[0]).toLocaleString('en-US', { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 4 })} ${large[1]}`
  }
  const word = unitWord(unit)
  if (value === null || value === undefined || !word) return text
  return word === '%' ? `${text}%` : `${text} ${word}`
}

/**
 * The interval of a rank in whole ranks, as in the reports: outward, so that what is said holds no less than what was drawn; the median
 * is the nearest. Of the 12 digits that a release writes.
 */
export function rangeText(range: Pick<RankRange, 'low' | 'median' | 'high'>): { low: string; median: string; high: string } {
  const whole = (rank: number, round: (rank: number) => number) => number(round(Number(rank.toPrecision(12))))
  return { low: whole(range.low, Math.floor), median: whole(range.median, Math.round), high: whole(range.high, Math.ceil) }
}

/** A share of the whole, to one decimal: 12.5%, 25%. */
export function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 1 })}%`
}

/** A share or probability: 25%, 2.8%, <0.1%. */
export function percentText(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–'
  const percent = share * 100
  if (percent !== 0 && Math.abs(percent) < 0.1) return percent > 0 ? '<0.1%' : '>−0.1%'
  return `${percent.toLocaleString('en-US', { maximumFractionDigits: Math.abs(percent) < 10 ? 1 : 0 })}%`
}
