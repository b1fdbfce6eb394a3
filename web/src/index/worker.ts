// The workshop's arithmetic in a thread of its own. Asked for a recipe it answers with ranks at once and with intervals as draws
// are made; a newer question ends the older one. What hangs on the data alone is kept between questions.
import { Draws } from './draws'
import {
  checkRecipe, effectsOf, IndexProblem, makeTable, makeTree, periodRows, principal, rankOf, readStep, runSteps, score,
  type Aggregate, type Columns, type RecipeJson, type ReleaseJson, type Table, type Tree,
} from './engine'

export type Ask =
  | { kind: 'open'; release: ReleaseJson; period: number }
  | { kind: 'run'; id: number; recipe: RecipeJson }
  | { kind: 'weigh'; id: number; recipe: RecipeJson }

export interface Point {
  kind: 'point'; id: number
  rows: Int32Array // of the period; what follows is in their order
  ranks: Int32Array
  scores: Float64Array
  variance: Float64Array // of each node: its share in the variance of the index
}
export interface Ranges { kind: 'ranges'; id: number; draws: number; of: number; failed: number; low: Float64Array; median: Float64Array; high: Float64Array }
export interface Weighed { kind: 'weighed'; id: number; groups: Record<string, number[]> }
export interface Trouble { kind: 'problem'; id: number; what: string; where: string; who: string }
export type Reply = Point | Ranges | Weighed | Trouble

const FIRST_DRAWS = 100
const SOON_MS = 15 // for the first draws
const SLICE_MS = 12
const KEPT = 4 // sets of columns and of draws, the newest
const LARGE = 2_000_000 // ranks of a set of draws: of such only one is kept

let tree: Tree, table: Table, rows: Int32Array, period = 0
let newest = 0
const columns = new Map<string, Columns>()
const plans = new Map<string, Draws>()
const turn = new MessageChannel()
let resume: (() => void) | null = null
turn.port1.onmessage = () => resume?.()

/** Lets waiting messages in: a new question ends this one. */
const breathe = () => new Promise<void>((done) => {
  resume = done
  turn.port2.postMessage(null)
})

const say = (reply: Reply, transfer: Transferable[] = []) => postMessage(reply, { transfer })

function kept<T>(map: Map<string, T>, key: string, make: () => T, most = KEPT): T {
  const old = map.get(key)
  map.delete(key)
  // Room is made first, so that there are never more.
  while (map.size >= most) map.delete(map.keys().next().value as string)
  const known = old ?? make()
  map.set(key, known)
  return known
}

function columnsOf(recipe: RecipeJson): Columns {
  const steps = recipe.steps.slice(0, -1)
  return kept(columns, JSON.stringify(steps), () => runSteps(tree, table, steps.map((step) => readStep(tree, step))))
}

/** Weights are not part of a plan: it is begun again with others. */
function planOf(recipe: RecipeJson): Draws {
  const steps = recipe.steps.map((step) => ({ ...step, weights: undefined }))
  const most = rows.length * (recipe.uncertainty?.draws ?? 1000) > LARGE ? 1 : KEPT
  return kept(plans, JSON.stringify([steps, recipe.uncertainty]), () => new Draws(tree, table, { ...recipe, steps }, period), most)
}

function point(id: number, recipe: RecipeJson): Point {
  const last = readStep(tree, recipe.steps[recipe.steps.length - 1]!) as Aggregate
  const result = score(tree, table, last, columnsOf(recipe)), ranks = rankOf(table, result.scores[tree.top]!)
  const variance = Float64Array.from(effectsOf(tree, table, result, period), (one) => one.variance)
  return {
    kind: 'point', id, rows: Int32Array.from(rows), ranks: Int32Array.from(rows, (row) => ranks[row]!),
    scores: Float64Array.from(rows, (row) => result.scores[tree.top]![row]!), variance,
  }
}

function ranges(id: number, plan: Draws): Ranges {
  const n = plan.rows.length, low = new Float64Array(n), median = new Float64Array(n), high = new Float64Array(n)
  for (let unit = 0; unit < n; unit++) {
    const range = plan.range(unit)
    low[unit] = range.low
    median[unit] = range.median
    high[unit] = range.high
  }
  return { kind: 'ranges', id, draws: plan.done, of: plan.count, failed: plan.failed, low, median, high }
}

async function run(id: number, recipe: RecipeJson): Promise<void> {
  checkRecipe(recipe)
  const now = point(id, recipe), ranks = Int32Array.from(now.ranks)
  say(now, [now.rows.buffer, now.ranks.buffer, now.scores.buffer, now.variance.buffer])
  await breathe()
  if (id !== newest) return
  const plan = planOf(recipe)
  plan.reset((readStep(tree, recipe.steps[recipe.steps.length - 1]!) as Aggregate).weights, ranks)
  const begun = performance.now()
  for (const goal of [Math.min(FIRST_DRAWS, plan.count), plan.count]) {
    while (!plan.run(goal, performance.now() + SLICE_MS, () => performance.now())) {
      await breathe()
      if (id !== newest) return
    }
    // Where all of them are as good as there, drawing the page twice would only delay them.
    if (goal === plan.count || performance.now() - begun > SOON_MS) say(ranges(id, plan))
    await breathe()
    if (id !== newest || goal === plan.count) return
  }
}

function weigh(id: number, recipe: RecipeJson): Weighed {
  const { x } = columnsOf(recipe), groups: Record<string, number[]> = {}
  for (const group of tree.upward) {
    const kids = tree.children[group]!
    if (tree.level[group] !== 2 || kids.length < 2) continue
    const weights = principal(kids.map((kid) => x.subarray(tree.column[kid]! * table.rows, (tree.column[kid]! + 1) * table.rows)))
    if (weights) groups[tree.codes[group]!] = [...weights]
  }
  return { kind: 'weighed', id, groups }
}

function trouble(id: number, reason: unknown): void {
  if (!(reason instanceof IndexProblem)) throw reason
  say({ kind: 'problem', id, what: reason.what, where: reason.where, who: reason.who })
}

onmessage = ({ data }: MessageEvent<Ask>) => {
  const id = data.kind === 'open' ? 0 : data.id
  try {
    if (data.kind === 'open') {
      tree = makeTree(data.release)
      table = makeTable(data.release, tree)
      period = data.period
      rows = periodRows(table, period)
      columns.clear()
      plans.clear()
    } else if (data.kind === 'weigh') {
      say(weigh(id, data.recipe))
    } else {
      newest = id
      run(id, data.recipe).catch((reason) => {
        // Thrown outside of a promise it reaches the page's error handler.
        try {
          trouble(id, reason)
        } catch (unknown) {
          setTimeout(() => { throw unknown })
        }
      })
    }
  } catch (reason) {
    trouble(id, reason)
  }
}
