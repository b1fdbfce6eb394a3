// How sure: the same draws as src/indicator/sensitivity.c makes, from the same points of Sobol's sequence and the same seed, so
// that a recipe nobody moved gives the intervals of its release. What does not hang on weights is made once: the normalised
// columns of each combination of steps, and the noise on weights of each draw. A draw then costs one pass over the columns.
import {
  copeland, IndexProblem, methodAt, periodRows, Ranker, readStep, readWeights, runSteps,
  type Aggregate, type Columns, type FactorJson, type RecipeJson, type Step, type Table, type Tree,
} from './engine'

// ---- numbers of 64 bits in two halves ----

let high = 0, low = 0 // the result of the last operation

function multiply(ah: number, al: number, bh: number, bl: number): void {
  const a0 = al & 0xffff, a1 = al >>> 16, b0 = bl & 0xffff, b1 = bl >>> 16
  const p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1
  const middle = p10 + (p00 >>> 16) + (p01 & 0xffff)
  const carry = p11 + Math.floor(middle / 65536) + (p01 >>> 16)
  high = (carry + Math.imul(ah, bl) + Math.imul(al, bh)) >>> 0
  low = Math.imul(al, bl) >>> 0
}

function add(ah: number, al: number, bh: number, bl: number): void {
  const sum = al + bl
  low = sum >>> 0
  high = (ah + bh + (sum > 0xffffffff ? 1 : 0)) >>> 0
}

/** z ^ (z >> bits) of the last result, bits below 32. */
function fold(bits: number): void {
  low = (low ^ ((low >>> bits) | (high << (32 - bits)))) >>> 0
  high = (high ^ (high >>> bits)) >>> 0
}

/** splitmix64 (Steele, Lea, Flood 2014) of the last result. */
function mix(): void {
  fold(30)
  multiply(high, low, 0xbf58476d, 0x1ce4e5b9)
  fold(27)
  multiply(high, low, 0x94d049bb, 0x133111eb)
  fold(31)
}

const GOLD_HIGH = 0x9e3779b9, GOLD_LOW = 0x7f4a7c15

/** Numbers within (0, 1) from a seed and a place: the same for the same. */
export class Uniform {
  private baseHigh = 0
  private baseLow = 0

  seed(seedHigh: number, seedLow: number): this {
    add(seedHigh, seedLow, GOLD_HIGH, GOLD_LOW)
    mix()
    this.baseHigh = high
    this.baseLow = low
    return this
  }

  /** at below 2^32 - 1. */
  at(at: number): number {
    multiply(0, at + 1, GOLD_HIGH, GOLD_LOW)
    add(this.baseHigh, this.baseLow, high, low)
    mix()
    return (high * 2097152 + (low >>> 11) + 0.5) / 9007199254740992
  }

  normal(at: number): number {
    return Math.sqrt(-2 * Math.log(this.at(2 * at))) * Math.cos(2 * 3.14159265358979323846 * this.at(2 * at + 1))
  }
}

// ---- Sobol's sequence: sobol.c ----

/* Degree, inner coefficients, first direction numbers: dimensions 2 to 20 of new-joe-kuo-6.21201 (Joe and Kuo 2008). */
const POLYNOMIALS: Array<[number, number, number[]]> = [
  [1, 0, [1]], [2, 1, [1, 3]], [3, 1, [1, 3, 1]], [3, 2, [1, 1, 1]], [4, 1, [1, 1, 3, 3]], [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]], [5, 4, [1, 1, 5, 5, 5]], [5, 7, [1, 1, 7, 11, 19]], [5, 11, [1, 1, 5, 1, 1]], [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]], [6, 1, [1, 3, 3, 9, 7, 49]], [6, 13, [1, 1, 1, 15, 21, 21]], [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]], [6, 22, [1, 3, 1, 15, 13, 25]], [6, 25, [1, 1, 5, 5, 19, 61]], [7, 1, [1, 3, 7, 11, 23, 15, 103]],
]

function directions(dimension: number): Uint32Array {
  const v = new Uint32Array(32)
  if (dimension === 0) return v.map((_, k) => 1 << (31 - k))
  const [degree, a, m] = POLYNOMIALS[dimension - 1]!
  for (let i = 0; i < 32; i++) {
    if (i < degree) {
      v[i] = m[i]! << (31 - i)
      continue
    }
    v[i] = v[i - degree]! ^ (v[i - degree]! >>> degree)
    for (let j = 1; j < degree; j++) if ((a >> (degree - 1 - j)) & 1) v[i]! ^= v[i - j]!
  }
  return v
}

/** Coordinate of point `at` in a dimension whose direction numbers are v. */
function sobol(v: Uint32Array, at: number): number {
  let x = 0
  for (let k = 0; at >>> k; k++) if ((at >>> k) & 1) x ^= v[k]!
  return ((x >>> 0) + 0.5) / 4294967296
}

// ---- the plan ----

const FACTORS_MAX = 10
/** More than these are the node's work. */
const DRAWS_MAX = 10_000
const RANKS_MAX = 20_000_000 // draws times units

type Factor =
  | { kind: 'step'; at: number; steps: Array<Step | null> }
  | { kind: 'weights'; sets: Float64Array[] }
  | { kind: 'noise'; amount: number }
  | { kind: 'exclude' }
  | { kind: 'error'; amount: number }

function readFactor(tree: Tree, recipe: RecipeJson, json: FactorJson): Factor {
  const choices = json.choices ?? []
  switch (json.factor ?? 'step') {
    case 'step': return { kind: 'step', at: json.at ?? 0, steps: choices.map((one) => (one ? readStep(tree, one as RecipeJson['steps'][0]) : null)) }
    case 'weights': return { kind: 'weights', sets: choices.map((one) => readWeights(tree, one as Record<string, number>)) }
    case 'noise': return { kind: 'noise', amount: json.amount ?? 0 }
    case 'exclude': return { kind: 'exclude' }
    case 'error': return { kind: 'error', amount: json.amount ?? 0 }
  }
  throw new IndexProblem('factor', json.name, String(recipe.steps.length))
}

/** One way of making the columns, ready to be aggregated. */
interface Made {
  rows: number
  columns: Float64Array[] // of each indicator, of the rows that count
  logs: Float64Array[] | null // made when a geometric mean first wants them
}

/** What a draw takes, of all factors. */
interface Taken {
  steps: number // the combination of steps before the aggregation, a place in combinations
  last: Aggregate
  set: Float64Array | null // of weights
  excluded: number // column, -1 = none
}

const CACHE_BYTES = 64 * 1024 * 1024
const LOOK_AFTER = 100_000 // values gone through between two looks at the clock
const COLUMNS_COST = 10 // a draw that makes its own columns, in draws that take them as they are

export interface Range { low: number; median: number; mean: number; high: number; best: number; worst: number; top10: number }

/**
 * Draws of one recipe over one period, made a few at a time. The weights may be changed between two rounds (reset): what was
 * made of the data is kept.
 */
export class Draws {
  readonly rows: Int32Array // of the table: whose ranks are counted
  readonly count: number // draws in all
  done = 0
  failed = 0
  private readonly factors: Factor[]
  private readonly steps: Step[]
  private readonly last: Aggregate
  private readonly seedHigh: number
  private readonly seedLow: number
  private readonly directions: Uint32Array[]
  private readonly turn: number[]
  private readonly uniform = new Uniform()
  private readonly combinations: Array<Array<Step | null>> = []
  private readonly made: Array<Made | null | undefined> = [] // of each combination; null = it cannot be made
  private madeBytes = 0
  private readonly taken: Taken[]
  private readonly error: number // place of the factor that makes every draw's values its own, -1 = there is none
  private readonly allRows: Int32Array
  private readonly all: Int32Array // [draw * units + unit]: ranks, 0 = none
  private readonly hits: Int32Array // draws by rank, of the unit that is looked at; all 0 between two
  private weights: Float64Array
  private readonly own: Float64Array // weights of the draw that is made
  private shift = 0
  private nominal: Int32Array
  private readonly noise: Float64Array | null // [draw * nodes + node]: what a weight is multiplied by
  private readonly scratch: Scratch
  private readonly ranks: Int32Array
  private readonly ranker: Ranker

  constructor(private readonly tree: Tree, private readonly table: Table, recipe: RecipeJson, period: number, draws?: number) {
    const uncertainty = recipe.uncertainty ?? {}
    const list = uncertainty.factors ?? []
    if (list.length > FACTORS_MAX) throw new IndexProblem('factors', String(list.length), String(FACTORS_MAX))
    this.steps = recipe.steps.map((step) => readStep(tree, step))
    this.last = this.steps[this.steps.length - 1] as Aggregate
    this.factors = list.map((json) => readFactor(tree, recipe, json))
    const seed = BigInt.asUintN(64, BigInt(uncertainty.seed ?? 1))
    this.seedHigh = Number(seed >> 32n)
    this.seedLow = Number(seed & 0xffffffffn)
    this.directions = list.map((_, f) => directions(f))
    this.turn = list.map((_, f) => (seed === 0n ? 0 : this.uniform.seed(this.seedHigh, this.seedLow).at(f)))
    this.rows = periodRows(table, period)
    this.allRows = Int32Array.from({ length: table.rows }, (_, row) => row)
    this.weights = this.last.weights ?? tree.weight
    const units = Math.max(this.rows.length, 1)
    this.count = Math.min(draws ?? uncertainty.draws ?? 1000, DRAWS_MAX, Math.max(Math.floor(RANKS_MAX / units), 100))
    this.all = new Int32Array(this.count * units)
    this.hits = new Int32Array(units + 1)
    this.nominal = new Int32Array(this.rows.length)
    this.ranks = new Int32Array(this.rows.length)
    this.scratch = new Scratch(tree)
    this.ranker = new Ranker(this.rows.length)
    this.own = new Float64Array(tree.count)
    this.noise = this.makeNoise()
    this.error = this.factors.map((one) => one.kind).lastIndexOf('error')
    const places = new Map<string, number>()
    this.taken = Array.from({ length: this.count }, (_, draw) => this.take(draw, places))
  }

  /** Begins again with other weights (of each node) and the ranks that the recipe itself gives. */
  reset(weights: Float64Array | null, nominal: Int32Array): void {
    this.weights = weights ?? this.tree.weight
    this.nominal = nominal
    this.all.fill(0)
    this.done = this.failed = this.shift = 0
  }

  private point(draw: number, f: number): number {
    const u = sobol(this.directions[f]!, draw + 1) + this.turn[f]!
    return u >= 1 ? u - 1 : u
  }

  /** A continuous factor's coordinate seeds its numbers. */
  private seedFor(draw: number, f: number): Uniform {
    bits[0] = this.point(draw, f)
    multiply(halves[1]!, halves[0]!, GOLD_HIGH, GOLD_LOW)
    const h = high, l = low
    multiply(this.seedHigh, this.seedLow, 0, 31)
    add(high, low, 0, f)
    add(h, l, high, low)
    return this.uniform.seed(high, low)
  }

  /** Noise hangs on the seed alone, not on the weights: it is made once. */
  private makeNoise(): Float64Array | null {
    const f = this.factors.map((one) => one.kind).lastIndexOf('noise')
    const factor = this.factors[f], n = this.tree.count
    if (factor?.kind !== 'noise' || !(factor.amount > 0)) return null
    const out = new Float64Array(this.count * n)
    for (let draw = 0; draw < this.count; draw++) {
      const uniform = this.seedFor(draw, f)
      for (let i = 0; i < n; i++) out[draw * n + i] = 1 + factor.amount * (2 * uniform.at(i) - 1)
    }
    return out
  }

  /** Makes draws until `to` of them are there or the clock says stop; returns whether all of `to` are. */
  run(to: number, until = Infinity, now: () => number = () => 0): boolean {
    const end = Math.min(to, this.count)
    let work = 0
    while (this.done < end) {
      work += this.costOf(this.done)
      this.draw(this.done++)
      if (work < LOOK_AFTER) continue
      work = 0
      if (now() >= until) return this.done >= end
    }
    return true
  }

  /** Values that a draw goes through; pairwise contests go through all pairs of rows. */
  private costOf(draw: number): number {
    const n = this.rows.length, pairs = this.taken[draw]!.last.byLevel.includes('copeland')
    return this.tree.count * n * (pairs ? n : 1) * (this.error >= 0 ? COLUMNS_COST : 1)
  }

  private take(draw: number, places: Map<string, number>): Taken {
    const end = this.steps.length - 1, steps: Array<Step | null> = this.steps.slice(0, -1), out: Taken = { steps: 0, last: this.last, set: null, excluded: -1 }
    let key = ''
    this.factors.forEach((factor, f) => {
      const u = this.point(draw, f)
      if (factor.kind === 'weights') out.set = factor.sets[choice(u, factor.sets.length)]!
      if (factor.kind === 'exclude') out.excluded = choice(u, this.tree.indicators.length + 1) - 1
      if (factor.kind !== 'step') return
      const pick = choice(u, factor.steps.length), step = factor.steps[pick]!
      if (factor.at === end) out.last = step as Aggregate
      else {
        steps[factor.at] = step
        key += `${pick},`
      }
    })
    out.steps = places.get(key) ?? this.combinations.push(steps) - 1
    places.set(key, out.steps)
    return out
  }

  private draw(draw: number): void {
    const taken = this.taken[draw]!
    const made = this.error >= 0 ? this.withError(this.combinations[taken.steps]!, this.seedFor(draw, this.error)) : this.columns(taken.steps)
    if (!made || !this.evaluate(draw, made, taken)) {
      this.failed++
      return
    }
    this.tally(draw)
  }

  private tally(draw: number): void {
    const n = this.rows.length, { ranks, nominal } = this
    let sum = 0, there = 0
    this.all.set(ranks, draw * n)
    for (let i = 0; i < n; i++) {
      const rank = ranks[i]!
      if (rank === 0 || nominal[i] === 0) continue
      sum += Math.abs(rank - nominal[i]!)
      there++
    }
    this.shift += there > 0 ? sum / there : 0
  }

  private columns(at: number): Made | null {
    const known = this.made[at]
    if (known !== undefined) return known
    const made = this.make(this.combinations[at]!)
    this.madeBytes += made ? made.rows * made.columns.length * 8 : 0
    if (this.madeBytes <= CACHE_BYTES) this.made[at] = made
    return made
  }

  private withError(steps: Array<Step | null>, uniform: Uniform): Made | null {
    const factor = this.factors[this.error]!, amount = factor.kind === 'error' ? factor.amount : 0
    const values = Float64Array.from(this.table.values)
    for (let at = 0; amount > 0 && at < values.length; at++) values[at]! *= 1 + amount * uniform.normal(at)
    return this.make(steps, values)
  }

  private make(steps: Array<Step | null>, values?: Float64Array): Made | null {
    try {
      return this.pick(runSteps(this.tree, this.table, steps, values))
    } catch (problem) {
      if (problem instanceof IndexProblem) return null
      throw problem
    }
  }

  /** Only the rows whose ranks count, unless a mean has to look at all: a value that is not above zero anywhere refuses the draw. */
  private pick({ x }: Columns): Made {
    const { rows } = this.table, positive = !this.meansOfPositive() || x.every((v) => !(v <= 0))
    const list = positive ? this.rows : this.allRows
    return {
      rows: list.length, logs: null,
      columns: this.tree.indicators.map((_, c) => {
        const from = x.subarray(c * rows, (c + 1) * rows), out = new Float64Array(list.length)
        for (let i = 0; i < list.length; i++) out[i] = from[list[i]!]!
        return out
      }),
    }
  }

  private meansOfPositive(): boolean {
    const lasts = this.factors.flatMap((one) => (one.kind === 'step' && one.at === this.steps.length - 1 ? one.steps : []))
    return [this.last, ...lasts].some((step) => step?.kind === 'aggregate' && step.byLevel.some((one) => one !== 'arithmetic'))
  }

  /** The ranks of one draw; false when the index cannot be made. */
  private evaluate(draw: number, made: Made, taken: Taken): boolean {
    const { tree, scratch, noise } = this, { rows } = made, n = this.rows.length, weights = taken.set ?? this.weights, from = draw * tree.count
    for (let node = 0; node < tree.count; node++) this.own[node] = noise ? weights[node]! * noise[from + node]! : weights[node]!
    if (taken.excluded >= 0) this.own[tree.indicators[taken.excluded]!] = 0
    if (!scratch.score(made, taken.last, this.own, rows === n ? null : this.table)) return false
    let top = scratch.top(rows)
    if (rows !== n) top = Float64Array.from(this.rows, (row) => top[row]!)
    this.ranker.down(top, n, this.ranks)
    return true
  }

  get meanShift(): number {
    const n = this.done - this.failed
    return n > 0 ? this.shift / n : NaN
  }

  /** What the draws so far say of a unit (place in rows). */
  range(unit: number): Range {
    const n = this.rows.length, { hits, all } = this
    let draws = 0, sum = 0, best = n, worst = 0, top10 = 0
    for (let draw = 0; draw < this.done; draw++) {
      const rank = all[draw * n + unit]!
      if (rank === 0) continue
      hits[rank]!++
      draws++
      sum += rank
      if (rank < best) best = rank
      if (rank > worst) worst = rank
      if (rank <= 10) top10++
    }
    if (draws === 0) return { low: NaN, median: NaN, mean: NaN, high: NaN, best: 0, worst: 0, top10: NaN }
    const q = (p: number) => this.quantile(best, worst, draws, p)
    const out = { low: q(0.05), median: q(0.5), mean: sum / draws, high: q(0.95), best, worst, top10: top10 / draws }
    hits.fill(0, best, worst + 1)
    return out
  }

  private place(best: number, worst: number, place: number): number {
    let sum = 0
    for (let rank = best; ; rank++) {
      sum += this.hits[rank]!
      if (sum > place || rank === worst) return rank
    }
  }

  /** Type 7: between the two nearest places. */
  private quantile(best: number, worst: number, draws: number, p: number): number {
    const h = (draws - 1) * p, at = Math.floor(h), first = this.place(best, worst, at)
    if (at + 1 >= draws) return first
    return first + (h - at) * (this.place(best, worst, at + 1) - first)
  }
}

const bits = new Float64Array(1)
const halves = new Uint32Array(bits.buffer)

function choice(u: number, count: number): number {
  return Math.min(Math.floor(u * count), count - 1)
}

// ---- aggregation without allocation ----

class Scratch {
  private readonly group: Float64Array[] = [] // score of each group node
  private readonly log: Uint8Array // whether it holds logarithms
  private readonly empty: Uint8Array // whether nobody has a value
  private readonly x: Float64Array[] = [] // operands of the group that is worked on, and their weights
  private readonly w: Float64Array
  private rows = -1

  constructor(private readonly tree: Tree) {
    this.log = new Uint8Array(tree.count)
    this.empty = new Uint8Array(tree.count)
    this.w = new Float64Array(Math.max(...tree.children.map((kids) => kids.length)))
  }

  top(rows: number): Float64Array {
    const top = this.group[this.tree.top]!
    return top.length === rows ? top : top.subarray(0, rows)
  }

  private fit(rows: number): void {
    if (this.rows === rows) return
    this.rows = rows
    for (const node of this.tree.upward) this.group[node] = new Float64Array(rows)
  }

  /** Scores of the groups. table: where all its rows are looked at, for what is not above zero; null where that cannot be. */
  score(made: Made, last: Aggregate, weights: Float64Array, table: Table | null): boolean {
    const { tree } = this
    this.fit(made.rows)
    for (let g = 0; g < tree.upward.length; g++) {
      const group = tree.upward[g]!, method = methodAt(last, tree.level[group]!)
      if (method === 'copeland') this.contest(made, last, weights, table, group)
      else if (!this.means(made, last, weights, group, method, table !== null)) return false
    }
    return true
  }

  private columnOf(made: Made, node: number): Float64Array {
    const c = this.tree.column[node]!
    return c >= 0 ? made.columns[c]! : this.group[node]!
  }

  private contest(made: Made, last: Aggregate, weights: Float64Array, table: Table | null, group: number): void {
    const kids = this.tree.children[group]!, own = Float64Array.from(kids, (kid) => weights[kid]!), out = this.group[group]!
    const columns = kids.map((kid) => this.plain(made, kid))
    if (!table) copeland(columns, own, Int32Array.from({ length: made.rows }, (_, i) => i), last.present, out)
    for (let p = 0; table && p < table.periods.length; p++) {
      copeland(columns, own, table.byPeriod.subarray(table.periodFirst[p], table.periodFirst[p + 1]), last.present, out)
    }
    this.log[group] = this.empty[group] = 0
  }

  /** A child's scores themselves, never their logarithms. */
  private plain(made: Made, node: number): Float64Array {
    const x = this.columnOf(made, node)
    return this.log[node] ? x.map(Math.exp) : x
  }

  /** A geometric mean of geometric means stays in logarithms; the greatest stays the greatest, so the top does, too. */
  private means(made: Made, last: Aggregate, weights: Float64Array, group: number, method: string, look: boolean): boolean {
    const { tree, x, w } = this, { rows } = made, kids = tree.children[group]!, out = this.group[group]!, least = last.present * kids.length
    let n = 0, sum = 0
    for (let k = 0; k < kids.length; k++) {
      const kid = kids[k]!
      if (look && method !== 'arithmetic' && !this.log[kid] && this.columnOf(made, kid).some((v) => v <= 0)) return false
      if (this.empty[kid]) continue
      x[n] = this.operand(made, kid, method, last.power)
      w[n] = weights[kid]!
      sum += w[n++]!
    }
    this.log[group] = method === 'geometric' ? 1 : 0
    this.empty[group] = n === 0 || !(sum > 0) || n < least ? 1 : 0
    if (this.empty[group]) {
      out.fill(NaN)
      return true
    }
    if (!meanOf(x, w, n, sum, out, rows)) { // somebody lacks a value
      for (let row = 0; row < rows; row++) if (out[row] !== out[row]) out[row] = this.ofThose(n, row, least)
    }
    if (method === 'harmonic') for (let row = 0; row < rows; row++) out[row] = 1 / out[row]!
    if (method === 'power') for (let row = 0; row < rows; row++) out[row] = Math.pow(out[row]!, 1 / last.power)
    return true
  }

  /** The mean of the children that a row has, by their weights alone. */
  private ofThose(n: number, row: number, least: number): number {
    let sum = 0, weight = 0, there = 0
    for (let k = 0; k < n; k++) {
      const v = this.x[k]![row]!
      if (v !== v) continue
      sum += this.w[k]! * v
      weight += this.w[k]!
      there++
    }
    return there === 0 || !(weight > 0) || there < least ? NaN : sum / weight
  }

  /** What a method adds up of a child. */
  private operand(made: Made, kid: number, method: string, power: number): Float64Array {
    const c = this.tree.column[kid]!
    if (method === 'geometric') {
      if (this.log[kid]) return this.group[kid]!
      if (c < 0) return this.group[kid]!.map(Math.log)
      made.logs ??= made.columns.map((one) => one.map(Math.log))
      return made.logs[c]!
    }
    const x = this.plain(made, kid)
    if (method === 'harmonic') return x.map((v) => 1 / v)
    return method === 'power' ? x.map((v) => Math.pow(v, power)) : x
  }
}

/**
 * out = (w0 x0 + w1 x1 + ...) / sum, added in that order. True when all are there. Up to four columns, which most groups have, are
 * read in one pass.
 */
function meanOf(x: Float64Array[], w: Float64Array, n: number, sum: number, out: Float64Array, rows: number): boolean {
  const a = x[0]!, wa = w[0]!
  let missing = 0
  if (n === 1) {
    for (let row = 0; row < rows; row++) {
      const v = wa * a[row]! / sum
      out[row] = v
      if (v !== v) missing++
    }
    return missing === 0
  }
  const b = x[1]!, wb = w[1]!
  if (n === 2) {
    for (let row = 0; row < rows; row++) {
      const v = (wa * a[row]! + wb * b[row]!) / sum
      out[row] = v
      if (v !== v) missing++
    }
    return missing === 0
  }
  const c = x[2]!, wc = w[2]!
  if (n === 3) {
    for (let row = 0; row < rows; row++) {
      const v = (wa * a[row]! + wb * b[row]! + wc * c[row]!) / sum
      out[row] = v
      if (v !== v) missing++
    }
    return missing === 0
  }
  const d = x[3]!, wd = w[3]!, last = n === 4 ? sum : 1
  for (let row = 0; row < rows; row++) {
    const v = (wa * a[row]! + wb * b[row]! + wc * c[row]! + wd * d[row]!) / last
    out[row] = v
    if (v !== v) missing++
  }
  for (let k = 4; k < n; k++) {
    const e = x[k]!, we = w[k]!, divide = k === n - 1 ? sum : 1
    for (let row = 0; row < rows; row++) {
      const v = (out[row]! + we * e[row]!) / divide
      out[row] = v
      if (v !== v) missing++
    }
  }
  return missing === 0
}
