// The arithmetic of an index, a second time: what src/indicator computes, from a release's definition and data, so that the
// page can answer while a slider moves. docs/index-method.md is the specification, the C code the reference; sums run in the
// same order, and test/browser/index-engine.test.mjs holds the two side by side. Nothing here knows the page.
//
// Missing is NaN. Columns are Float64Arrays of one value a row; a table of columns is one array, column by column.

// ---- a release, as far as it is read here ----

export interface Words { zh?: string; en?: string }
export interface NodeJson {
  code: string; parent?: string; label?: Words; unit?: string; weight?: number; direction?: number
  denominator?: string; target?: number; definition?: string; definitions?: Record<string, Partial<NodeJson>>
}
export interface StepJson {
  step: string
  method?: string; present?: number; non_zero?: number; scale?: number
  skew?: number; kurtosis?: number; points?: number; log?: boolean
  lo?: number; hi?: number; over?: string; base?: number; unit?: string; capped?: boolean; posts?: Record<string, [number, number]>
  by_level?: string[]; power?: number; weights?: Record<string, number>
}
export interface FactorJson {
  name: string; factor: string; at?: number; amount?: number
  choices?: Array<StepJson | Record<string, number> | null>
}
export interface RecipeJson {
  steps: StepJson[]
  uncertainty?: { draws?: number; seed?: number; factors?: FactorJson[] }
  weigh?: string
  group?: string
}
export interface DefinitionJson {
  label?: Words; about?: Words; source?: string; version?: string
  nodes: NodeJson[]; columns?: Array<{ code: string; group?: boolean; label?: Words }>
  judgements?: Record<string, number[][]>; recipe: RecipeJson
}
export interface ReleaseJson {
  format: string; index: string; definition: DefinitionJson; chosen: string[]
  data: {
    sha256: string
    units: Array<[string, string, number] | [string, string, number, string]>
    values: Record<string, Array<number | null>>
    extras: Record<string, Array<number | null>>
  }
  weights: Record<string, number>
  scores: Record<string, Array<number | null>>
  ranks: Record<string, number[]>
  screened_out?: number[]
  effects?: Record<string, { nominal: number | null; variance: number | null; correlation: number | null }>
  uncertainty?: {
    design: string; seed: number; draws: number; failed: number; period: number; mean_shift: number | null
    units: Array<{ row: number; low: number | null; median: number | null; mean: number | null; high: number | null; best: number; worst: number; top10: number | null }>
    factors: Array<{ name: string }>
  }
}

/** What the data or the recipe do not allow, by name: the page puts it into words. */
export class IndexProblem extends Error {
  constructor(readonly what: string, readonly where = '', readonly who = '') {
    super([what, where, who].filter(Boolean).join(' '))
  }
}

// ---- the tree ----

export interface Tree {
  count: number
  nodes: NodeJson[]
  codes: string[]
  top: number
  parent: Int32Array
  level: Int32Array // 1 = indicators
  levels: number
  indicators: number[] // node numbers
  column: Int32Array // of each node; -1 of groups
  children: number[][]
  upward: number[] // groups, children before parents
  weight: Float64Array
  direction: Int8Array
  byCode: Map<string, number>
}

/** The node with the definition that was chosen, or the file's own. */
function defined(node: NodeJson, chosen: string[]): NodeJson {
  const own = chosen.filter((one) => one.startsWith(`${node.code}=`)).map((one) => one.slice(node.code.length + 1))
  const names = own.length ? own : node.definition ? [node.definition] : []
  let merged = node
  for (const name of Object.keys(node.definitions ?? {})) {
    if (names.includes(name)) merged = { ...node, ...node.definitions![name] }
  }
  return merged
}

/** Weights by judgements or by components are in the release as they were used. */
function given(release: ReleaseJson, tree: Tree): void {
  const { definition } = release
  for (const group of tree.upward) {
    const judged = definition.judgements && tree.codes[group]! in definition.judgements
    const component = definition.recipe.weigh === 'principal' && tree.level[group] === 2
    if (!judged && !component) continue
    for (const child of tree.children[group]!) tree.weight[child] = release.weights[tree.codes[child]!] ?? tree.weight[child]!
  }
}

export function makeTree(release: ReleaseJson): Tree {
  const nodes = release.definition.nodes.map((node) => defined(node, release.chosen ?? []))
  const count = nodes.length
  const byCode = new Map(nodes.map((node, at) => [node.code, at]))
  const parent = Int32Array.from(nodes, (node) => (node.parent ? byCode.get(node.parent) ?? -1 : -1))
  const children: number[][] = nodes.map(() => [])
  parent.forEach((above, at) => { if (above >= 0) children[above]!.push(at) })
  const indicators = nodes.map((_, at) => at).filter((at) => children[at]!.length === 0)
  const column = new Int32Array(count).fill(-1)
  indicators.forEach((node, at) => { column[node] = at })
  const level = Int32Array.from(nodes, (_, at) => (column[at]! >= 0 ? 1 : 0))
  const upward: number[] = []
  for (let before = -1; before < upward.length;) {
    before = upward.length
    for (let at = 0; at < count; at++) {
      if (level[at]! > 0 || children[at]!.some((child) => level[child] === 0)) continue
      level[at] = Math.max(...children[at]!.map((child) => level[child]!)) + 1
      upward.push(at)
    }
    if (upward.length === before) break
  }
  const top = parent.indexOf(-1)
  if (top < 0 || upward.length + indicators.length < count) throw new IndexProblem('release', 'definition.nodes')
  const tree: Tree = {
    count, nodes, codes: nodes.map((node) => node.code), top, parent, level, levels: level[top]!, indicators, column, children, upward,
    weight: Float64Array.from(nodes, (node) => node.weight ?? 1),
    direction: Int8Array.from(nodes, (node) => node.direction ?? 1),
    byCode,
  }
  given(release, tree)
  return tree
}

// ---- the table ----

export interface Table {
  rows: number
  units: string[]
  names: string[]
  period: Int32Array | null
  group: Array<string | null> | null
  values: Float64Array // [indicator * rows + row]
  extras: Map<string, Float64Array>
  byPeriod: Int32Array // rows by period, then by place
  periodFirst: number[] // one more at the end
  periods: number[]
}

const column = (list: Array<number | null> | undefined, rows: number): Float64Array => {
  const out = new Float64Array(rows).fill(NaN)
  for (let row = 0; list && row < rows; row++) {
    const value = list[row]
    if (typeof value === 'number') out[row] = value
  }
  return out
}

export function makeTable(release: ReleaseJson, tree: Tree): Table {
  const { units, values, extras } = release.data
  const rows = units.length
  const of = Int32Array.from(units, (unit) => unit[2])
  const group = units.map((unit) => unit[3] ?? null)
  const all = new Float64Array(tree.indicators.length * rows)
  tree.indicators.forEach((node, at) => all.set(column(values[tree.codes[node]!], rows), at * rows))
  const byPeriod = Int32Array.from(units.keys()).sort((a, b) => of[a]! - of[b]! || a - b)
  const periodFirst: number[] = []
  byPeriod.forEach((row, at) => { if (at === 0 || of[row] !== of[byPeriod[at - 1]!]) periodFirst.push(at) })
  return {
    rows, units: units.map((unit) => unit[0]), names: units.map((unit) => unit[1] ?? unit[0]),
    period: of.some((one) => one !== 0) ? of : null,
    group: group.some((one) => one !== null) ? group : null,
    values: all,
    extras: new Map((release.definition.columns ?? []).map(({ code }) => [code, column(extras?.[code], rows)])),
    byPeriod, periods: periodFirst.map((at) => of[byPeriod[at]!]!), periodFirst: [...periodFirst, rows],
  }
}

// ---- the recipe ----

export type Step =
  | { kind: 'screen'; present: number; nonZero: number }
  | { kind: 'denominate'; scale: number }
  | { kind: 'impute'; method: string }
  | { kind: 'treat'; skew: number; kurtosis: number; points: number; log: boolean }
  | {
    kind: 'normalise'; method: string; lo: number; hi: number; over: string; base: number; unit: string | null; capped: boolean
    posts: Float64Array | null
  }
  | { kind: 'aggregate'; byLevel: string[]; power: number; present: number; weights: Float64Array | null }

/** A step with what is not said filled in, as index_file.c does it. */
export function readStep(tree: Tree, json: StepJson): Step {
  switch (json.step) {
    case 'screen': return { kind: 'screen', present: json.present ?? 0, nonZero: json.non_zero ?? 0 }
    case 'denominate': return { kind: 'denominate', scale: (json.scale ?? 1) > 0 ? json.scale ?? 1 : 1 }
    case 'impute': return { kind: 'impute', method: json.method ?? 'mean' }
    case 'treat': {
      const skew = json.skew ?? 2, kurtosis = json.kurtosis ?? 3.5
      return { kind: 'treat', skew: skew > 0 ? skew : 2, kurtosis: kurtosis > 0 ? kurtosis : 3.5, points: json.points ?? 5, log: json.log !== false }
    }
    case 'normalise': {
      const method = json.method ?? 'minmax'
      const posts = json.posts ? new Float64Array(2 * tree.indicators.length) : null
      if (posts) tree.indicators.forEach((node, at) => posts.set(json.posts![tree.codes[node]!] ?? [0, 0], 2 * at))
      return {
        kind: 'normalise', method, lo: json.lo ?? 0, hi: json.hi ?? (method === 'minmax' ? 100 : 1), over: json.over ?? 'period',
        base: json.base ?? 0, unit: json.unit ?? null, capped: json.capped === true, posts,
      }
    }
    case 'aggregate': {
      const weights = json.weights ? readWeights(tree, json.weights) : null
      const byLevel = json.by_level?.length ? json.by_level : ['arithmetic']
      return { kind: 'aggregate', byLevel, power: json.power ?? 1, present: json.present ?? 0, weights }
    }
  }
  throw new IndexProblem('step', json.step)
}

/** Of the nodes named; others keep their own. */
export function readWeights(tree: Tree, json: Record<string, number>): Float64Array {
  const out = Float64Array.from(tree.weight)
  for (const [code, value] of Object.entries(json)) {
    const at = tree.byCode.get(code)
    if (at === undefined) throw new IndexProblem('node', code)
    out[at] = value
  }
  return out
}

const POSITIVE = new Set(['geometric', 'harmonic', 'power'])

export const wantsPositive = (step: StepJson): boolean => (step.by_level ?? []).some((method) => POSITIVE.has(method))

/** Whether a normalisation is bound to give zero or less. */
export function givesZero(json: StepJson): boolean {
  switch (json.method ?? 'minmax') {
    case 'minmax': case 'goalposts': case 'z': return (json.lo ?? 0) <= 0
    case 'percentile': case 'borda': case 'distance-max': case 'reference': case 'target': return true
  }
  return false
}

// ---- statistics, missing values left out ----

export function mean(x: Float64Array, n: number): number {
  let sum = 0, there = 0
  for (let i = 0; i < n; i++) {
    const v = x[i]!
    if (v !== v) continue
    sum += v
    there++
  }
  return there > 0 ? sum / there : NaN
}

interface Moments { n: number; m2: number; m3: number; m4: number }

function moments(x: Float64Array, n: number, at = 0): Moments {
  let sum = 0, there = 0, least = Infinity, most = -Infinity, m2 = 0, m3 = 0, m4 = 0
  for (let i = at; i < at + n; i++) {
    const v = x[i]!
    if (v !== v) continue
    sum += v
    there++
  }
  const middle = sum / there
  for (let i = at; i < at + n; i++) {
    const v = x[i]!, d = v - middle
    if (d !== d) continue
    if (v < least) least = v
    if (v > most) most = v
    m2 += d * d
    m3 += d * d * d
    m4 += d * d * d * d
  }
  // The mean of equal values may be a last place beside them.
  if (!(most > least)) return { n: there, m2: 0, m3: 0, m4: 0 }
  return { n: there, m2: m2 / there, m3: m3 / there, m4: m4 / there }
}

/** Standard deviation with n - 1. */
export function deviation(x: Float64Array, n: number): number {
  const m = moments(x, n)
  return m.n > 1 ? Math.sqrt(m.m2 * m.n / (m.n - 1)) : NaN
}

/** Quantile of type 7 of the first n of x, which are put in order. */
function quantile(x: Float64Array, n: number, p: number): number {
  if (n === 0) return NaN
  const sorted = x.subarray(0, n).sort()
  const h = (n - 1) * p, at = Math.floor(h)
  return at + 1 >= n ? sorted[n - 1]! : sorted[at]! + (h - at) * (sorted[at + 1]! - sorted[at]!)
}

/** How many of the first n of the ordered s are below x (or, with equal, not above it). */
function below(s: Float64Array, n: number, x: number, equal: boolean): number {
  let low = 0, high = n
  while (low < high) {
    const middle = (low + high) >> 1, v = s[middle]!
    if (v < x || (equal && v === x)) low = middle + 1
    else high = middle
  }
  return low
}

const BUCKETS = 1024
const FEW_MOVES = 8 // a value, on the average; where it takes more the values are too uneven for buckets

/**
 * Ranks from the greatest, equal ones share the best; missing have 0. Values fall into buckets by their size and are then put in
 * their places one by one: a seventh of the time of sorting them. Holds its scratch, so that nothing is allocated in the loop.
 */
export class Ranker {
  private readonly count = new Int32Array(BUCKETS + 1)
  private readonly bucket: Int32Array
  private readonly at: Int32Array
  private readonly key: Float64Array

  constructor(most: number) {
    this.bucket = new Int32Array(most)
    this.at = new Int32Array(most)
    this.key = new Float64Array(most)
  }

  down(x: Float64Array, n: number, out: Int32Array): void {
    const { count, bucket, at, key } = this
    let least = Infinity, most = -Infinity
    for (let i = 0; i < n; i++) {
      const v = x[i]!
      if (v < least) least = v
      if (v > most) most = v
    }
    const scale = most > least ? (BUCKETS - 1) / (most - least) : 0
    if (!Number.isFinite(most - least) || !Number.isFinite(scale)) {
      this.bySearch(x, n, out)
      return
    }
    count.fill(0)
    for (let i = 0; i < n; i++) {
      const v = x[i]!
      if (v !== v) continue
      const b = BUCKETS - 1 - Math.trunc((v - least) * scale)
      bucket[i] = b
      count[b + 1]!++
    }
    for (let b = 1; b <= BUCKETS; b++) count[b]! += count[b - 1]!
    const there = count[BUCKETS]!
    for (let i = 0; i < n; i++) {
      const v = x[i]!
      if (v !== v) continue
      const place = count[bucket[i]!]!++
      at[place] = i
      key[place] = v
    }
    if (!this.insertEach(there)) {
      this.bySearch(x, n, out)
      return
    }
    out.fill(0, 0, n)
    for (let i = 0; i < there; i++) out[at[i]!] = i > 0 && key[i] === key[i - 1] ? out[at[i - 1]!]! : i + 1
  }

  /** False when more than a few moves a value would be needed. */
  private insertEach(n: number): boolean {
    const { at, key } = this
    let moves = FEW_MOVES * n
    for (let i = 1; i < n; i++) {
      const v = key[i]!, who = at[i]!
      let k = i - 1
      for (; k >= 0 && key[k]! < v; k--) {
        key[k + 1] = key[k]!
        at[k + 1] = at[k]!
      }
      key[k + 1] = v
      at[k + 1] = who
      moves -= i - 1 - k
      if (moves < 0) return false
    }
    return true
  }

  private bySearch(x: Float64Array, n: number, out: Int32Array): void {
    let there = 0
    for (let i = 0; i < n; i++) {
      const v = x[i]!
      if (v === v) this.key[there++] = v
    }
    const sorted = this.key.subarray(0, there).sort()
    for (let i = 0; i < n; i++) {
      const v = x[i]!
      out[i] = v === v ? there - below(sorted, there, v, true) + 1 : 0
    }
  }
}

export function correlation(x: Float64Array, y: Float64Array, n: number): number {
  let mx = 0, my = 0, xx = 0, yy = 0, xy = 0, there = 0
  for (let i = 0; i < n; i++) {
    if (x[i] !== x[i] || y[i] !== y[i]) continue
    mx += x[i]!
    my += y[i]!
    there++
  }
  if (there < 3) return NaN
  mx /= there
  my /= there
  for (let i = 0; i < n; i++) {
    if (x[i] !== x[i] || y[i] !== y[i]) continue
    xx += (x[i]! - mx) * (x[i]! - mx)
    yy += (y[i]! - my) * (y[i]! - my)
    xy += (x[i]! - mx) * (y[i]! - my)
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN
}

// ---- the steps before the aggregation ----

const VALUE_MAX = 1e60

interface State { tree: Tree; table: Table; x: Float64Array; out: Uint8Array; scratch: Float64Array; kept: Float64Array }

function screen(s: State, step: Step & { kind: 'screen' }): void {
  const { rows } = s.table, n = s.tree.indicators.length
  for (let row = 0; row < rows; row++) {
    let there = 0, zeros = 0
    for (let c = 0; c < n; c++) {
      const v = s.x[c * rows + row]!
      if (v === v) there++
      if (v === 0) zeros++
    }
    if (there >= step.present * n && there - zeros >= step.nonZero * there) continue
    s.out[row] = 1
    for (let c = 0; c < n; c++) s.x[c * rows + row] = NaN
  }
}

function denominate(s: State, step: Step & { kind: 'denominate' }): void {
  const { rows, extras, values, units } = s.table
  s.tree.indicators.forEach((node, c) => {
    const code = s.tree.nodes[node]!.denominator
    if (!code) return
    const other = s.tree.byCode.get(code)
    const under = extras.get(code) ?? (other !== undefined && s.tree.column[other]! >= 0
      ? values.subarray(s.tree.column[other]! * rows, (s.tree.column[other]! + 1) * rows) : null)
    if (!under) throw new IndexProblem('denominator', s.tree.codes[node], code)
    for (let row = 0; row < rows; row++) {
      const at = c * rows + row, v = s.x[at]!
      if (under[row] === 0 && v === v) throw new IndexProblem('zero', s.tree.codes[node], units[row])
      s.x[at] = v / under[row]! * step.scale
    }
  })
}

/** Lists of rows that are peers: of a period, or of a group within it. */
function peers(table: Table, byGroup: boolean): Int32Array[] {
  const out: Int32Array[] = []
  for (let p = 0; p < table.periods.length; p++) {
    const rows = table.byPeriod.subarray(table.periodFirst[p], table.periodFirst[p + 1])
    if (!byGroup) {
      out.push(rows)
      continue
    }
    const groups = new Map<string, number[]>()
    for (const row of rows) {
      const group = table.group![row]
      if (group === null || group === undefined) continue // who has no group has no peers
      if (groups.has(group)) groups.get(group)!.push(row)
      else groups.set(group, [row])
    }
    for (const list of groups.values()) out.push(Int32Array.from(list))
  }
  return out
}

/** Rows of each unit by period. */
function series(table: Table): Int32Array[] {
  const units = new Map<string, number[]>()
  for (const row of table.byPeriod) {
    const unit = table.units[row]!
    if (units.has(unit)) units.get(unit)!.push(row)
    else units.set(unit, [row])
  }
  return [...units.values()].map((list) => Int32Array.from(list))
}

function imputeAcross(s: State, x: Float64Array, lists: Int32Array[], byMean: boolean): void {
  for (const list of lists) {
    let there = 0
    for (const row of list) {
      const v = x[row]!
      if (v === v) s.scratch[there++] = v
    }
    if (there === 0 || there === list.length) continue
    const value = byMean ? mean(s.scratch, there) : quantile(s.scratch, there, 0.5)
    for (const row of list) if (x[row] !== x[row] && !s.out[row]) x[row] = value
  }
}

function imputeAlong(s: State, x: Float64Array, lists: Int32Array[], linear: boolean): void {
  const period = s.table.period!
  for (const list of lists) {
    let before = -1
    for (let to = 0; to < list.length; to++) {
      const row = list[to]!
      if (x[row] !== x[row]) continue
      for (let i = before < 0 ? to : before + 1; i < to && linear; i++) {
        const gap = list[i]!, last = list[before]!
        if (!s.out[gap]) x[gap] = x[last]! + (x[row]! - x[last]!) * (period[gap]! - period[last]!) / (period[row]! - period[last]!)
      }
      before = to
    }
    before = -1
    for (let i = 0; i < list.length && !linear; i++) {
      const row = list[i]!
      if (x[row] === x[row]) before = i
      else if (before >= 0 && !s.out[row]) x[row] = x[list[before]!]!
    }
  }
}

function impute(s: State, step: Step & { kind: 'impute' }): void {
  const { table } = s, { rows } = table
  const along = step.method === 'last' || step.method === 'linear'
  const byGroup = step.method.startsWith('group-')
  if (byGroup && !table.group) throw new IndexProblem('groups')
  if (along && !table.period) return
  const lists = along ? series(table) : peers(table, byGroup)
  for (let c = 0; c < s.tree.indicators.length; c++) {
    const x = s.x.subarray(c * rows, (c + 1) * rows)
    if (along) imputeAlong(s, x, lists, step.method === 'linear')
    else imputeAcross(s, x, lists, step.method.endsWith('mean'))
  }
}

// Outliers: see index_treat.c.
interface Shape { skew: number; passed: boolean }

function shapeOf(x: Float64Array, step: Step & { kind: 'treat' }): Shape {
  const { n, m2, m3, m4 } = moments(x, x.length)
  const skew = n < 3 || m2 <= 0 ? NaN : m3 / m2 ** 1.5 * Math.sqrt(n * (n - 1)) / (n - 2)
  const kurtosis = n < 4 || m2 <= 0 ? NaN : ((n + 1) * (m4 / (m2 * m2) - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
  return { skew, passed: Number.isNaN(skew) || Number.isNaN(kurtosis) || Math.abs(skew) < step.skew || kurtosis < step.kurtosis }
}

/** How many values of this side have been replaced in all: those drawn in before equal the extreme now. */
function winsorise(x: Float64Array, high: boolean): number {
  const sign = high ? 1 : -1
  let extreme = NaN, next = NaN
  for (const v of x) if (v === v && (extreme !== extreme || sign * v > sign * extreme)) extreme = v
  for (const v of x) if (v === v && v !== extreme && (next !== next || sign * v > sign * next)) next = v
  if (next !== next) return 0
  let replaced = 0
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== extreme) continue
    x[i] = next
    replaced++
  }
  return replaced
}

function treat(s: State, step: Step & { kind: 'treat' }): void {
  const { rows } = s.table
  for (let c = 0; c < s.tree.indicators.length; c++) {
    const x = s.x.subarray(c * rows, (c + 1) * rows)
    let shape = shapeOf(x, step)
    const side = { low: 0, high: 0 }
    if (shape.passed) continue
    s.kept.set(x)
    while (!shape.passed && side.low + side.high < step.points) {
      const high = shape.skew > 0
      const replaced = winsorise(x, high)
      if (replaced === 0) break
      side[high ? 'high' : 'low'] = replaced
      shape = shapeOf(x, step)
    }
    if (shape.passed || !step.log) continue
    x.set(s.kept)
    let min = Infinity, max = -Infinity
    for (const v of x) {
      if (v < min) min = v
      if (v > max) max = v
    }
    for (let i = 0; i < rows; i++) x[i] = Math.log(x[i]! - min + 0.01 * (max - min))
  }
}

// ---- normalisation ----

type Normalise = Step & { kind: 'normalise' }
interface Spread { min: number; max: number; mean: number; sd: number }

function spreadOf(s: State, x: Float64Array, from: number, to: number, wanted: boolean): Spread {
  let min = NaN, max = NaN, n = 0
  for (let i = from; i < to; i++) {
    const v = x[s.table.byPeriod[i]!]!
    if (v !== v) continue
    if (n === 0 || v < min) min = v
    if (n === 0 || v > max) max = v
    s.scratch[n++] = v
  }
  return { min, max, mean: wanted ? mean(s.scratch, n) : NaN, sd: wanted ? deviation(s.scratch, n) : NaN }
}

function rankPeriod(s: State, x: Float64Array, from: number, to: number, method: string): void {
  let there = 0
  for (let i = from; i < to; i++) {
    const v = x[s.table.byPeriod[i]!]!
    if (v === v) s.scratch[there++] = v
  }
  const sorted = s.scratch.subarray(0, there).sort()
  for (let i = from; i < to; i++) {
    const row = s.table.byPeriod[i]!, v = x[row]!
    if (v !== v) continue
    const least = below(sorted, there, v, false)
    x[row] = method === 'borda' ? least : method === 'rank' ? least + 1 : there > 1 ? least / (there - 1) : 0.5
  }
}

function normalisePeriod(s: State, step: Normalise, node: number, c: number, x: Float64Array, p: number, spread: Spread): void {
  const { table } = s, { method, lo, hi } = step, { min, max, sd } = spread, sign = s.tree.direction[node]!
  const from = table.periodFirst[p]!, to = table.periodFirst[p + 1]!
  const target = (s.tree.nodes[node]!.target ?? NaN) * sign
  let ref = NaN, low = 0, high = 1
  if (method === 'reference') {
    for (let i = from; i < to; i++) if (table.units[table.byPeriod[i]!] === step.unit) ref = x[table.byPeriod[i]!]!
    if (ref !== ref) throw new IndexProblem('reference', s.tree.codes[node], step.unit ?? '')
  }
  if (step.posts) { // given as people say them, before the direction
    low = sign * step.posts[2 * c + (sign < 0 ? 1 : 0)]!
    high = sign * step.posts[2 * c + (sign > 0 ? 1 : 0)]!
  }
  if (method === 'fraction-max' && !(max > 0) && max === max) throw new IndexProblem('max', s.tree.codes[node])
  for (let i = from; i < to; i++) {
    const row = table.byPeriod[i]!, v = x[row]!
    if (v !== v) continue
    switch (method) {
      case 'minmax': x[row] = max > min ? (v - min) / (max - min) * (hi - lo) + lo : (lo + hi) / 2; break
      case 'z': x[row] = max > min && sd > 0 ? (v - spread.mean) / sd * hi + lo : lo; break
      case 'distance-max': x[row] = max > min ? 1 - (max - v) / (max - min) : 0.5; break
      case 'fraction-max': x[row] = v / max; break
      case 'reference': x[row] = ref > min ? 1 - (ref - v) / (ref - min) : 0.5; break
      case 'scaled': x[row] = (v - low) / (high - low) * 100; break
      case 'goalposts': {
        const share = (v - low) / (high - low)
        x[row] = lo + (share < 0 ? 0 : share > 1 ? 1 : share) * (hi - lo)
        break
      }
      case 'target': {
        const share = target > min ? (v - min) / (target - min) : 0.5
        x[row] = step.capped && share > 1 ? 1 : share
        break
      }
      default: throw new IndexProblem('method', method)
    }
  }
}

function onBase(s: State, step: Normalise, node: number, x: Float64Array): void {
  const { table } = s
  for (const list of series(table)) {
    let own = NaN
    for (const row of list) if (!table.period || table.period[row] === step.base) own = x[row]!
    for (const row of list) {
      const v = x[row]!
      if (v !== v) continue
      if (own !== own || own === 0 || (v === 0 && s.tree.direction[node]! < 0)) throw new IndexProblem('base', s.tree.codes[node], table.units[row])
      x[row] = s.tree.direction[node]! > 0 ? v / own * 100 : own / v * 100
    }
  }
}

function normaliseColumn(s: State, step: Normalise, node: number, c: number): void {
  const { table } = s, { rows } = table, { method } = step
  const x = s.x.subarray(c * rows, (c + 1) * rows)
  if (method === 'base-year') return onBase(s, step, node, x)
  if (s.tree.direction[node]! < 0) for (let row = 0; row < rows; row++) x[row] = -x[row]!
  const first = table.periodFirst, ranked = method === 'rank' || method === 'percentile' || method === 'borda', z = method === 'z'
  let shared: Spread | null = null
  if (!ranked && step.over === 'all') shared = spreadOf(s, x, 0, rows, z)
  if (!ranked && step.over === 'base') {
    const base = table.period ? table.periods.indexOf(step.base) : 0
    if (base < 0) throw new IndexProblem('period', String(step.base))
    shared = spreadOf(s, x, first[base]!, first[base + 1]!, z)
  }
  for (let p = 0; p < table.periods.length; p++) {
    if (ranked) rankPeriod(s, x, first[p]!, first[p + 1]!, method)
    else normalisePeriod(s, step, node, c, x, p, shared ?? spreadOf(s, x, first[p]!, first[p + 1]!, z))
  }
}

function checkFinite(s: State): void {
  const { rows } = s.table
  for (let at = 0; at < s.x.length; at++) {
    if (Math.abs(s.x[at]!) > VALUE_MAX) throw new IndexProblem('finite', s.tree.codes[s.tree.indicators[Math.floor(at / rows)]!], s.table.units[at % rows])
  }
}

export interface Columns {
  x: Float64Array // [indicator * rows + row], normalised
  out: Uint8Array // rows that were screened out
}

/** The steps before the aggregation (null: left out) on the data, or on values in their place. Throws IndexProblem. */
export function runSteps(tree: Tree, table: Table, steps: Array<Step | null>, values: Float64Array = table.values): Columns {
  const s: State = {
    tree, table, x: Float64Array.from(values), out: new Uint8Array(table.rows),
    scratch: new Float64Array(table.rows), kept: new Float64Array(table.rows),
  }
  for (const step of steps) {
    switch (step?.kind) {
      case 'screen': screen(s, step); break
      case 'denominate': denominate(s, step); checkFinite(s); break
      case 'impute': impute(s, step); break
      case 'treat': treat(s, step); break
      case 'normalise': tree.indicators.forEach((node, c) => normaliseColumn(s, step, node, c)); checkFinite(s); break
      case 'aggregate': throw new IndexProblem('last')
    }
  }
  return { x: s.x, out: s.out }
}

// ---- aggregation ----

export type Aggregate = Step & { kind: 'aggregate' }

export function methodAt(step: Aggregate, level: number): string {
  return step.byLevel[Math.min(level - 2, step.byLevel.length - 1)]!
}

function into(v: number, method: string, power: number): number {
  return method === 'arithmetic' ? v : method === 'geometric' ? Math.log(v) : method === 'harmonic' ? 1 / v : Math.pow(v, power)
}

function back(v: number, method: string, power: number): number {
  return method === 'arithmetic' ? v : method === 'geometric' ? Math.exp(v) : method === 'harmonic' ? 1 / v : Math.pow(v, 1 / power)
}

const EVEN = 1e-12

/** Each period is a contest of its own: index_outrank.c. */
export function copeland(columns: Float64Array[], weights: Float64Array, rows: Int32Array, present: number, score: Float64Array): void {
  const n = rows.length, k = columns.length, better = new Float64Array(n), worse = new Float64Array(n), both = new Float64Array(n)
  const won = new Float64Array(n), x = columns.map((one) => Float64Array.from(rows, (row) => one[row]!))
  for (let i = 0; i < n; i++) {
    better.fill(0, i)
    worse.fill(0, i)
    both.fill(0, i)
    for (let c = 0; c < k; c++) {
      const list = x[c]!, xi = list[i]!, w = weights[c]!, half = 0.5 * w
      if (xi !== xi) continue
      for (let j = i; j < n; j++) {
        const xj = list[j]!
        better[j]! += (xi > xj ? half : 0) + (xi >= xj ? half : 0)
        worse[j]! += (xi < xj ? half : 0) + (xi <= xj ? half : 0)
        both[j]! += xj === xj ? w : 0
      }
    }
    for (let j = i + 1; j < n; j++) {
      const mine = (both[j]! > 0 ? better[j]! / both[j]! : 0.5) - 0.5, its = (both[j]! > 0 ? worse[j]! / both[j]! : 0.5) - 0.5
      won[i]! += mine > EVEN ? 1 : mine < -EVEN ? -1 : 0
      won[j]! += its > EVEN ? 1 : its < -EVEN ? -1 : 0
    }
  }
  for (let i = 0; i < n; i++) {
    let there = 0
    for (let c = 0; c < k; c++) if (x[c]![i] === x[c]![i]) there++
    score[rows[i]!] = there === 0 || there < present * k ? NaN : won[i]!
  }
}

export interface Result {
  scores: Float64Array[] // [node][row]; indicators: as normalised
  ranks: Int32Array[] // [node][row], within the period; 0 = missing
  weights: Float64Array // [node], siblings sum to 1
  out: Uint8Array
}

/** Scores of all nodes in all rows, just as index_aggregate.c makes them. */
export function score(tree: Tree, table: Table, step: Aggregate, columns: Columns): { scores: Float64Array[]; weights: Float64Array } {
  const { rows } = table, weights = step.weights ?? tree.weight, used = new Float64Array(tree.count), scores: Float64Array[] = []
  tree.indicators.forEach((node, c) => { scores[node] = columns.x.subarray(c * rows, (c + 1) * rows) })
  for (const group of tree.upward) {
    const kids = tree.children[group]!, method = methodAt(step, tree.level[group]!), out = new Float64Array(rows)
    let sum = 0
    for (const kid of kids) sum += weights[kid]!
    if (!(sum > 0)) throw new IndexProblem('weights', tree.codes[group])
    for (const kid of kids) used[kid] = weights[kid]! / sum
    scores[group] = out
    if (method === 'copeland') {
      const own = Float64Array.from(kids, (kid) => weights[kid]!)
      for (let p = 0; p < table.periods.length; p++) {
        copeland(kids.map((kid) => scores[kid]!), own, table.byPeriod.subarray(table.periodFirst[p], table.periodFirst[p + 1]), step.present, out)
      }
      continue
    }
    for (let row = 0; row < rows; row++) {
      let total = 0, weight = 0, there = 0
      for (const kid of kids) {
        const x = scores[kid]![row]!
        if (method !== 'arithmetic' && x <= 0) throw new IndexProblem('positive', tree.codes[kid], table.units[row])
        const v = into(x, method, step.power)
        if (v !== v) continue
        total += weights[kid]! * v
        weight += weights[kid]!
        there++
      }
      out[row] = there === 0 || !(weight > 0) || there < step.present * kids.length ? NaN : back(total / weight, method, step.power)
    }
  }
  used[tree.top] = 1
  return { scores, weights: used }
}

/** Ranks of a node within each period. */
export function rankOf(table: Table, x: Float64Array, ranker = new Ranker(table.rows)): Int32Array {
  const out = new Int32Array(table.rows), values = new Float64Array(table.rows), rank = new Int32Array(table.rows)
  for (let p = 0; p < table.periods.length; p++) {
    const from = table.periodFirst[p]!, n = table.periodFirst[p + 1]! - from
    for (let i = 0; i < n; i++) values[i] = x[table.byPeriod[from + i]!]!
    ranker.down(values, n, rank)
    for (let i = 0; i < n; i++) out[table.byPeriod[from + i]!] = rank[i]!
  }
  return out
}

/** A whole run. Throws IndexProblem where data or recipe do not allow it. */
export function runIndex(tree: Tree, table: Table, recipe: RecipeJson): Result {
  checkRecipe(recipe)
  const steps = recipe.steps.map((json) => readStep(tree, json))
  const last = steps[steps.length - 1] as Aggregate
  const columns = runSteps(tree, table, steps.slice(0, -1))
  const { scores, weights } = score(tree, table, last, columns), ranker = new Ranker(table.rows)
  return { scores, weights, ranks: scores.map((one) => rankOf(table, one, ranker)), out: columns.out }
}

/** What index_run.c refuses before a run and the page could ask for. */
export function checkRecipe(recipe: RecipeJson): void {
  const steps = recipe.steps, last = steps[steps.length - 1], before = steps[steps.length - 2]
  if (!last || last.step !== 'aggregate' || steps.slice(0, -1).some((step) => step.step === 'aggregate')) throw new IndexProblem('last')
  if (before?.step === 'normalise' && wantsPositive(last) && givesZero(before)) throw new IndexProblem('mayBeZero')
}

export interface Effect { nominal: number; variance: number; correlation: number }

/** What each node does in a period: its share by weights alone, and its share in the variance of the top. */
export function effectsOf(tree: Tree, table: Table, result: { scores: Float64Array[]; weights: Float64Array }, period: number): Effect[] {
  const rows = periodRows(table, period), top = Float64Array.from(rows, (row) => result.scores[tree.top]![row]!)
  const sd = deviation(top, top.length)
  return tree.codes.map((_, at) => {
    let nominal = 1
    for (let node = at; node !== tree.top; node = tree.parent[node]!) nominal *= result.weights[node]!
    const x = Float64Array.from(rows, (row) => result.scores[at]![row]!), r = correlation(x, top, x.length)
    return { nominal, correlation: r, variance: sd > 0 ? nominal * r * deviation(x, x.length) / sd : NaN }
  })
}

/** Rows of a period in their order; all where the table has none. */
export function periodRows(table: Table, period: number): Int32Array {
  const rows: number[] = []
  for (let row = 0; row < table.rows; row++) if (!table.period || table.period[row] === period) rows.push(row)
  return Int32Array.from(rows)
}

// ---- weights by the first component (Handbook 6.1; analysis.c) ----

/** The first vector of a symmetric matrix by Jacobi's rotations, its squares: they sum to 1. */
function firstVector(a: Float64Array, n: number): Float64Array {
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * (n + 1)] = 1
  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) off += a[i * n + j]! ** 2
    if (off <= 1e-28) break
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!
        if (apq === 0) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1)), c = 1 / Math.sqrt(t * t + 1), s = t * c
        for (let i = 0; i < n; i++) {
          const x = a[i * n + p]!, y = a[i * n + q]!
          a[i * n + p] = c * x - s * y
          a[i * n + q] = s * x + c * y
        }
        for (let i = 0; i < n; i++) {
          const x = a[p * n + i]!, y = a[q * n + i]!
          a[p * n + i] = c * x - s * y
          a[q * n + i] = s * x + c * y
          const vx = v[p * n + i]!, vy = v[q * n + i]!
          v[p * n + i] = c * vx - s * vy
          v[q * n + i] = s * vx + c * vy
        }
      }
    }
  }
  let best = 0
  for (let i = 1; i < n; i++) if (a[i * (n + 1)]! > a[best * (n + 1)]!) best = i
  return v.slice(best * n, (best + 1) * n).map((one) => one * one)
}

/** Weights of columns by their first component over complete rows; null with fewer than three, or a constant column. */
export function principal(columns: Float64Array[]): Float64Array | null {
  const n = columns.length, rows: number[] = []
  columns[0]?.forEach((_, row) => { if (columns.every((one) => one[row] === one[row])) rows.push(row) })
  const whole = columns.map((one) => Float64Array.from(rows, (row) => one[row]!))
  if (rows.length < 3 || whole.some((one) => !(deviation(one, one.length) > 0))) return null
  const r = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) r[i * n + j] = i === j ? 1 : correlation(whole[i]!, whole[j]!, rows.length)
  return firstVector(r, n)
}
