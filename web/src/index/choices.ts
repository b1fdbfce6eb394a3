// What somebody changed in the workshop: kept as the difference to what was published, written into the address, and turned into
// a recipe that the program runs just as the page does. No words here, and nothing of Vue.
import { givesZero, readStep, wantsPositive, type FactorJson, type RecipeJson, type ReleaseJson, type Step, type StepJson, type Tree } from './engine'

export interface Choices {
  /** Of a group: weights of its children in their order, relative to one another. Groups that are as published are not there. */
  weights: Record<string, number[]>
  /** Indicators that do not count. */
  off: string[]
  /** '' = as published, else a key of the lists below. */
  impute: string
  treat: string
  normalise: string
  /** Means of indicators into groups, and of all above. */
  low: string
  high: string
}

export const AS_PUBLISHED: Choices = { weights: {}, off: [], impute: '', treat: '', normalise: '', low: '', high: '' }

/* A step that does nothing: it keeps the places of the others, which factors name by number. */
const NOTHING: StepJson = { step: 'screen', present: 0 }

export const IMPUTE: Record<string, StepJson> = {
  none: NOTHING,
  mean: { step: 'impute', method: 'mean' },
  median: { step: 'impute', method: 'median' },
  'group-mean': { step: 'impute', method: 'group-mean' },
  'group-median': { step: 'impute', method: 'group-median' },
  last: { step: 'impute', method: 'last' },
  linear: { step: 'impute', method: 'linear' },
}
export const TREAT: Record<string, StepJson> = {
  none: NOTHING,
  winsorise: { step: 'treat', points: 5, log: false },
  log: { step: 'treat', points: 0 },
  both: { step: 'treat', points: 5 },
}
export const NORMALISE: Record<string, StepJson> = {
  minmax: { step: 'normalise', method: 'minmax', lo: 1, hi: 100 },
  'minmax-all': { step: 'normalise', method: 'minmax', lo: 1, hi: 100, over: 'all' },
  z: { step: 'normalise', method: 'z', lo: 50, hi: 10 },
  rank: { step: 'normalise', method: 'rank' },
  percentile: { step: 'normalise', method: 'percentile' },
  'distance-max': { step: 'normalise', method: 'distance-max' },
  target: { step: 'normalise', method: 'target' },
}
export const MEANS = ['arithmetic', 'geometric', 'harmonic', 'copeland']

const same = (tree: Tree, a: StepJson, b: StepJson) => JSON.stringify(clean(readStep(tree, a))) === JSON.stringify(clean(readStep(tree, b)))

/** What a step says, without members that its method does not read. */
function clean(step: Step): unknown {
  if (step.kind !== 'normalise') return step
  const ranged = ['minmax', 'z', 'goalposts'].includes(step.method), based = step.over === 'base' || step.method === 'base-year'
  return { ...step, lo: ranged ? step.lo : 0, hi: ranged ? step.hi : 0, base: based ? step.base : 0 }
}

export interface Published {
  tree: Tree
  recipe: RecipeJson
  /** Places of the steps in recipe; -1 = it has none. */
  impute: number
  treat: number
  normalise: number
  /** Weights of each node as published. */
  weight: Float64Array
  /** Which of the lists above each step is; '' = another, null = none is done. */
  key: { impute: string | null; treat: string | null; normalise: string | null; low: string; high: string }
  periods: number
  grouped: boolean
  targets: boolean
  /** Noise on weights was added, because the release has no factors of its own. */
  ownFactors: boolean
}

const keyOf = (tree: Tree, list: Record<string, StepJson>, step: StepJson | undefined) =>
  (step ? Object.keys(list).find((key) => list[key] !== NOTHING && same(tree, list[key]!, step)) ?? '' : null)

/** What choices are choices against. */
export function published(release: ReleaseJson, tree: Tree): Published {
  const original = release.definition.recipe, last = original.steps[original.steps.length - 1]!
  const weight = Float64Array.from(tree.weight)
  for (const [code, value] of Object.entries(last.weights ?? {})) weight[tree.byCode.get(code)!] = value
  const component = original.weigh === 'principal' // those weights come from the data: they are kept as they were used
  if (component) for (const node of tree.indicators) weight[node] = release.weights[tree.codes[node]!] ?? weight[node]!
  const factors = original.uncertainty?.factors?.length ? original.uncertainty.factors : [{ name: 'weights', factor: 'noise', amount: 0.25 }]
  const recipe: RecipeJson = { ...original, uncertainty: { draws: 1000, seed: 1, ...original.uncertainty, factors } }
  const place = (name: string) => recipe.steps.findIndex((step) => step.step === name)
  const impute = place('impute'), treat = place('treat'), normalise = place('normalise'), means = last.by_level?.length ? last.by_level : ['arithmetic']
  return {
    tree, recipe, impute, treat, normalise, weight,
    key: {
      impute: keyOf(tree, IMPUTE, recipe.steps[impute]), treat: keyOf(tree, TREAT, recipe.steps[treat]), normalise: keyOf(tree, NORMALISE, recipe.steps[normalise]),
      low: means[0]!, high: means.slice(1).every((one) => one === means[1]) ? means[1] ?? means[0]! : '',
    },
    periods: new Set(release.data.units.map((unit) => unit[2])).size,
    grouped: release.data.units.some((unit) => unit[3]),
    targets: tree.indicators.every((node) => Number.isFinite(tree.nodes[node]!.target)),
    ownFactors: !original.uncertainty?.factors?.length,
  }
}

/** The keys of a step's list that these data allow and that are not what was published. */
export function allowed(base: Published, step: 'impute' | 'treat' | 'normalise'): string[] {
  const list = { impute: IMPUTE, treat: TREAT, normalise: NORMALISE }[step]
  return Object.keys(list).filter((key) => {
    if (key === base.key[step] || (key === 'none' && base.key[step] === null)) return false
    if (key.startsWith('group-')) return base.grouped
    if (key === 'last' || key === 'linear' || key === 'minmax-all') return base.periods > 1
    return key !== 'target' || base.targets
  })
}

// ---- weights ----

/** Weights of each node by the choices, before anything is switched off. */
export function weightsOf(base: Published, choices: Choices): Float64Array {
  const out = Float64Array.from(base.weight)
  for (const [code, list] of Object.entries(choices.weights)) {
    base.tree.children[base.tree.byCode.get(code)!]!.forEach((child, i) => { out[child] = list[i]! })
  }
  return out
}

/**
 * With what is switched off at 0. A group that has nothing left counts for nothing itself, and its children keep their weights, for
 * weights that sum to nothing are refused. False in `any` when nothing at all is left.
 */
export function effective(base: Published, choices: Choices): { weights: Float64Array; any: boolean } {
  const { tree } = base, weights = weightsOf(base, choices), own = Float64Array.from(weights)
  for (const code of choices.off) weights[tree.byCode.get(code)!] = 0
  let any = true
  for (const group of tree.upward) {
    const kids = tree.children[group]!
    if (kids.some((kid) => weights[kid]! > 0)) continue
    for (const kid of kids) weights[kid] = own[kid]! > 0 ? own[kid]! : 1
    if (group === tree.top) any = false
    else weights[group] = 0
  }
  return { weights, any }
}

/** Shares of siblings: they sum to 1 in each group. */
export function sharesOf(tree: Tree, weights: Float64Array): Float64Array {
  const out = new Float64Array(tree.count)
  out[tree.top] = 1
  for (const group of tree.upward) {
    const kids = tree.children[group]!, sum = kids.reduce((all, kid) => all + weights[kid]!, 0)
    for (const kid of kids) out[kid] = sum > 0 ? weights[kid]! / sum : 0
  }
  return out
}

const round = (x: number) => Math.round(x * 100) / 100

/**
 * One of the siblings is moved to a share (0..100); those that are not held take what is left in the proportions of `from`. Gives all
 * shares in percent with two decimals.
 */
export function moved(from: number[], at: number, to: number, held: boolean[]): number[] {
  const fixed = from.reduce((sum, one, i) => sum + (i !== at && held[i] ? one : 0), 0)
  const free = from.map((_, i) => i).filter((i) => i !== at && !held[i])
  if (free.length === 0) return from
  const value = round(Math.min(Math.max(to, 0), 100 - fixed)), left = 100 - fixed - value
  const sum = free.reduce((all, i) => all + from[i]!, 0), out = from.map(round)
  out[at] = value
  for (const i of free) out[i] = round(sum > 0 ? from[i]! * left / sum : left / free.length)
  return out
}

/**
 * Shares of siblings (percent, those that are off at 0) with a weight for each that is off: switched on again it has the share that it
 * had before, and the others make room in proportion.
 */
export function withOff(base: Published, choices: Choices, kids: number[], list: number[]): number[] {
  const off = kids.map((kid) => choices.off.includes(base.tree.codes[kid]!))
  const now = sharesOf(base.tree, weightsOf(base, choices)), before = sharesOf(base.tree, base.weight)
  const own = kids.map((kid, i) => (off[i] ? now[kid]! || before[kid]! : 0)), sum = own.reduce((all, one) => all + one, 0)
  return list.map((one, i) => (off[i] ? round((100 * own[i]!) / Math.max(1 - sum, 0.01)) : one))
}

/** Takes the weights of a group into the choices, or out of them where they are what was published. */
export function withWeights(base: Published, choices: Choices, group: string, list: number[]): Choices {
  const kids = base.tree.children[base.tree.byCode.get(group)!]!, weights = { ...choices.weights }
  const total = (all: number[]) => all.reduce((sum, one) => sum + one, 0)
  const own = kids.map((kid) => base.weight[kid]!)
  if (list.every((one, i) => Math.abs(one / total(list) - own[i]! / total(own)) < 1e-9)) delete weights[group]
  else weights[group] = list
  return { ...choices, weights }
}

export function equalWeights(base: Published, choices: Choices): Choices {
  let out = choices
  for (const group of base.tree.upward) out = withWeights(base, out, base.tree.codes[group]!, base.tree.children[group]!.map(() => 1))
  return out
}

// ---- the recipe ----

export interface Made { recipe: RecipeJson; any: boolean; notes: string[] }

/** In a factor's list the new step takes the place of the published one; where it is there already, nothing changes. */
function replaced(tree: Tree, factor: FactorJson, old: StepJson, now: StepJson): FactorJson {
  const list = (factor.choices ?? []) as Array<StepJson | null>
  const is = (choice: StepJson | null, step: StepJson) => (choice === null ? step === NOTHING : step !== NOTHING && choice.step === step.step && same(tree, choice, step))
  if (list.some((one) => is(one, now))) return factor
  const at = list.findIndex((one) => is(one, old)), own = now === NOTHING ? null : now
  return { ...factor, choices: at < 0 ? [own, ...list] : list.map((one, i) => (i === at ? own : one)) }
}

function setStep(tree: Tree, recipe: RecipeJson, at: number, now: StepJson): void {
  const old = recipe.steps[at]!
  recipe.steps[at] = now
  const factors = recipe.uncertainty?.factors ?? []
  factors.forEach((factor, f) => { if (factor.factor === 'step' && (factor.at ?? 0) === at) factors[f] = replaced(tree, factor, old, now) })
}

/** A step that the published recipe does not have is put in before the place; factors count on. */
function insertStep(recipe: RecipeJson, at: number, step: StepJson): void {
  recipe.steps.splice(at, 0, step)
  const factors = recipe.uncertainty?.factors ?? []
  factors.forEach((factor, f) => { if (factor.factor === 'step' && (factor.at ?? 0) >= at) factors[f] = { ...factor, at: (factor.at ?? 0) + 1 } })
}

/** Factors may not ask for a geometric mean of what can be zero: what cannot go with the choices is left out of the draws. */
function fitFactors(recipe: RecipeJson, notes: string[]): void {
  const factors = recipe.uncertainty?.factors ?? [], last = recipe.steps.length - 1, norm = recipe.steps.findIndex((step) => step.step === 'normalise')
  if (norm !== last - 1) return
  const fit = (at: number, bad: (step: StepJson) => boolean, note: string) => {
    factors.forEach((factor, f) => {
      if (factor.factor !== 'step' || factor.at !== at) return
      const choices = (factor.choices as Array<StepJson | null>).filter((one) => one === null || !bad(one))
      if (choices.length === factor.choices!.length) return
      factors[f] = { ...factor, choices: choices.length ? choices : [recipe.steps[at]!] }
      notes.push(note)
    })
  }
  if (givesZero(recipe.steps[norm]!)) fit(last, wantsPositive, 'noPositive')
  else if (wantsPositive(recipe.steps[last]!)) fit(norm, givesZero, 'noZero')
}

/** The published recipe with the choices in it: what the page computes and what is downloaded. */
export function recipeOf(base: Published, choices: Choices): Made {
  const { tree } = base, notes: string[] = [], { weights, any } = effective(base, choices)
  const recipe: RecipeJson = {
    ...base.recipe, steps: [...base.recipe.steps],
    uncertainty: { ...base.recipe.uncertainty, factors: [...(base.recipe.uncertainty?.factors ?? [])] },
  }
  const last = recipe.steps.length - 1, own = recipe.steps[last]!
  if (choices.low || choices.high) {
    const low = choices.low || base.key.low, means = own.by_level?.length ? own.by_level : ['arithmetic']
    const above = choices.high ? [choices.high] : means.length > 1 ? means.slice(1) : [means[0]!]
    setStep(tree, recipe, last, { ...own, by_level: [low, ...above] })
  }
  if (choices.normalise && base.normalise >= 0) setStep(tree, recipe, base.normalise, NORMALISE[choices.normalise]!)
  if (choices.treat && base.treat >= 0) setStep(tree, recipe, base.treat, TREAT[choices.treat]!)
  if (choices.impute && base.impute >= 0) setStep(tree, recipe, base.impute, IMPUTE[choices.impute]!)
  // From the back to the front, so that places named above still hold.
  if (choices.treat && base.treat < 0) insertStep(recipe, base.normalise >= 0 ? base.normalise : last, TREAT[choices.treat]!)
  if (choices.impute && base.impute < 0) {
    const first = recipe.steps.findIndex((step) => step.step !== 'screen' && step.step !== 'denominate')
    insertStep(recipe, first, IMPUTE[choices.impute]!)
  }
  fitFactors(recipe, notes)
  if (Object.keys(choices.weights).length || choices.off.length) {
    const end = recipe.steps.length - 1
    if (recipe.weigh) recipe.weigh = 'given'
    recipe.steps[end] = { ...recipe.steps[end]!, weights: Object.fromEntries(tree.codes.map((code, node) => [code, weights[node]!])) }
    const factors = recipe.uncertainty!.factors!
    if (factors.some((factor) => factor.factor === 'weights')) {
      recipe.uncertainty!.factors = factors.filter((factor) => factor.factor !== 'weights')
      notes.push('noSets') // others' sets of weights would not know what was moved
    }
  } else if (recipe.weigh === 'principal') {
    // The page does not weigh anew while steps change; what it shows is what the recipe must say.
    recipe.weigh = 'given'
    recipe.steps[recipe.steps.length - 1] = { ...recipe.steps[recipe.steps.length - 1]!, weights: Object.fromEntries(tree.codes.map((code, node) => [code, weights[node]!])) }
  }
  return { recipe, any, notes }
}

// ---- the address ----

export type Query = Record<string, string | string[]>

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')

/** What an address says; what does not fit the index is left out. */
export function readChoices(base: Published, query: Record<string, unknown>): Choices {
  const { tree } = base
  let out: Choices = { ...AS_PUBLISHED, weights: {} }
  for (const one of list(query.w)) {
    const cut = one.lastIndexOf(':'), at = tree.byCode.get(one.slice(0, cut)), values = one.slice(cut + 1).split(',').map(Number)
    if (at === undefined || tree.column[at]! >= 0 || values.length !== tree.children[at]!.length) continue
    if (!values.every((v) => v >= 0 && v <= 1e6) || !(values.reduce((a, b) => a + b, 0) > 0)) continue
    out = withWeights(base, out, tree.codes[at]!, values)
  }
  out.off = [...new Set(list(query.off))].filter((code) => (tree.column[tree.byCode.get(code) ?? -1] ?? -1) >= 0)
  const pick = (value: unknown, keys: string[]) => list(value).find((one) => keys.includes(one)) ?? ''
  out.impute = pick(query.impute, allowed(base, 'impute'))
  out.treat = pick(query.treat, allowed(base, 'treat'))
  out.normalise = pick(query.norm, allowed(base, 'normalise'))
  out.low = pick(query.low, MEANS.filter((one) => one !== base.key.low))
  out.high = tree.levels > 2 ? pick(query.high, MEANS.filter((one) => one !== base.key.high)) : ''
  return out
}

/** Only what differs from what was published. */
export function writeChoices(choices: Choices): Query {
  const query: Query = {}
  const groups = Object.entries(choices.weights).map(([code, values]) => `${code}:${values.map((v) => round(v)).join(',')}`)
  if (groups.length) query.w = groups
  if (choices.off.length) query.off = choices.off
  if (choices.impute) query.impute = choices.impute
  if (choices.treat) query.treat = choices.treat
  if (choices.normalise) query.norm = choices.normalise
  if (choices.low) query.low = choices.low
  if (choices.high) query.high = choices.high
  return query
}

export const isChanged = (choices: Choices): boolean => Object.keys(writeChoices(choices)).length > 0
