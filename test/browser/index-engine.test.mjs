// The page's own arithmetic of an index beside the program's: releases that the program made are computed again, of the sample
// towns, of random recipes over random data with every method there is, and of the real data where they are.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { execFileSync } from 'node:child_process'
import { madeUp } from './lib/fixture-indexes.mjs'
import { load } from './lib/load.mjs'
import { dataSets, noData, ok, run, top, withFolder } from '../lib/node.mjs'

const [engine, draws, changes, treated, lib] = await Promise.all(
  ['index/engine.ts', 'index/draws.ts', 'measure/changes.ts', 'measure/treated.ts', 'lib/release.ts'].map(load))
const towns = join(top, 'region/sample/town-index.csv')
const near = (a, b, what) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)) || (Number.isNaN(a) && b === null), `${what}: ${a} for ${b}`)

async function release(folder, args) {
  const file = join(folder, 'release.json')
  await ok(['index', 'run', ...args, '--out', file])
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Scores, ranks, weights and effects of a release, computed again. */
function assertSame(made) {
  const tree = engine.makeTree(made), table = engine.makeTable(made, tree)
  const result = engine.runIndex(tree, table, made.definition.recipe)
  tree.codes.forEach((code, node) => {
    near(result.weights[node], made.weights[code], `weight of ${code}`)
    made.scores[code].forEach((value, row) => near(result.scores[node][row], value, `score of ${code} in row ${row}`))
    assert.deepEqual([...result.ranks[node]], made.ranks[code], `ranks of ${code}`)
  })
  assert.deepEqual([...result.out.keys()].filter((row) => result.out[row]), made.screened_out, 'screened out')
  const period = made.uncertainty?.period ?? (table.period ? Math.max(...table.periods) : 0)
  const effects = engine.effectsOf(tree, table, result, period)
  tree.codes.forEach((code, node) => {
    for (const name of ['nominal', 'variance', 'correlation']) near(effects[node][name], made.effects[code][name], `${name} of ${code}`)
  })
  return { tree, table, result }
}

/** The intervals, drawn again: equal, not near. */
function assertSameRanges(made, { tree, table, result }) {
  const { uncertainty } = made
  const some = new draws.Draws(tree, table, made.definition.recipe, uncertainty.period, uncertainty.draws)
  some.reset(engine.readStep(tree, made.definition.recipe.steps.at(-1)).weights, Int32Array.from(some.rows, (row) => result.ranks[tree.top][row]))
  some.run(Infinity)
  assert.equal(some.done, uncertainty.draws)
  assert.equal(some.failed, uncertainty.failed, 'failed draws')
  assert.deepEqual([...some.rows], uncertainty.units.map((one) => one.row))
  uncertainty.units.forEach((one, unit) => {
    const range = some.range(unit)
    for (const name of ['best', 'worst']) assert.equal(range[name], one[name], `${name} of unit ${unit}`)
    for (const name of ['low', 'median', 'high', 'mean', 'top10']) near(range[name], one[name], `${name} of unit ${unit}`)
  })
  near(some.meanShift, uncertainty.mean_shift, 'mean shift')
}

/** The change of each unit since the period before, split as the export of the release splits it; how many were, and of how many the yardstick moved. */
async function assertSameChanges(made, folder) {
  const [file, out] = [join(folder, 'split.json'), join(folder, 'split-export.json')]
  await writeFile(file, JSON.stringify(made))
  await ok(['index', 'export', file, out])
  const met = { split: 0, moved: 0, whole: 0 }
  for (const { unit, period, change } of JSON.parse(readFileSync(out, 'utf8')).units) {
    if (!change) continue
    const mine = changes.changeOf(made, change.since, lib.rowOf(made, unit, change.since), lib.rowOf(made, unit, period))
    if (change.own === null) {
      assert.equal(mine, null, `${unit} in ${period}`)
      met.whole++
      continue
    }
    near(mine.after - mine.before, change.score, `change of ${unit} in ${period}`)
    for (const name of ['own', 'yardstick']) near(mine[name], change[name], `${name} of ${unit} in ${period}`)
    met.split++
    met.moved += Math.abs(change.yardstick) > 1e-6 ? 1 : 0
  }
  return met
}

/** The values that were drawn in are as many as the release says. */
function assertSameTreated(made) {
  let drawnIn = 0
  for (const [code, { points, logged }] of Object.entries(made.treated ?? {})) {
    const rows = treated.treatedRows(made, code)
    assert.equal(rows.size, logged ? 0 : points, `drawn in of ${code}`)
    drawnIn += rows.size
  }
  return drawnIn
}

test('the towns: the same scores, ranks and intervals as their release', { timeout: 60_000 }, () => withFolder(async (folder) => {
  const made = await release(folder, ['specialised-town', towns])
  assertSameRanges(made, assertSame(made))
  const { split, moved } = await assertSameChanges(made, folder)
  assert.ok(split >= 200 && moved >= 200, `${split} changes, the yardstick moved in ${moved}`)
  assert.ok(assertSameTreated(made) > 0)
}))

test('values drawn in: equal ones together, on both sides', { timeout: 60_000 }, () => withFolder(async (folder) => {
  const nodes = [{ code: 'top' }, { code: 'x', parent: 'top' }, { code: 'y', parent: 'top' }]
  const recipe = { steps: [{ step: 'treat', points: 5, log: false }, { step: 'normalise' }, { step: 'aggregate' }] }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ nodes, recipe }))
  const values = Array.from({ length: 40 }, (_, i) => [i % 7, i % 7])
  values[3] = [900, 5000]
  values[8] = [900, -700]
  values[20] = [700, 4]
  await writeFile(join(folder, 'data.csv'), `unit,x,y\n${values.map((row, i) => `u${i},${row}`).join('\n')}\n`)
  const made = await release(folder, [join(folder, 'index.json'), join(folder, 'data.csv')])
  assertSameTreated(made)
  assert.deepEqual(['x', 'y'].map((code) => [...treated.treatedRows(made, code)]), [[3, 8, 20], [3, 8]])
}))

test('the towns by other definitions of an indicator', { timeout: 60_000 }, () => withFolder(async (folder) => {
  const made = await release(folder, ['specialised-town', towns, '--option', 'D12=by-kind', '--option', 'A12=permanent'])
  assertSameRanges(made, assertSame(made))
}))

test('the clock is looked at by the work that was done, not by the number of draws', { timeout: 60_000 }, () => {
  const doneAtFirstLook = (units, mean) => {
    const made = madeUp({ units, periods: [2023], draws: false })
    made.definition.recipe.steps.at(-1).by_level = [mean]
    const tree = engine.makeTree(made), table = engine.makeTable(made, tree)
    const some = new draws.Draws(tree, table, made.definition.recipe, 2023)
    some.reset(null, new Int32Array(units))
    assert.equal(some.run(1000, 0, () => 1), false)
    return some.done
  }
  assert.equal(doneAtFirstLook(1000, 'copeland'), 1, 'each compares a million pairs')
  assert.equal(doneAtFirstLook(3000, 'arithmetic'), 6)
  const quick = doneAtFirstLook(20, 'arithmetic')
  assert.ok(quick > 100 && quick < 1000, `${quick} draws of some values each`)
})

// ---- random indexes ----

/** Small and the same everywhere: mulberry32. */
function random(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return { next, whole: (n) => Math.floor(next() * n), one: (list) => list[Math.floor(next() * list.length)], chance: (p) => next() < p }
}

const IMPUTES = ['mean', 'median', 'group-mean', 'group-median', 'last', 'linear']
const NORMALISES = ['minmax', 'z', 'rank', 'percentile', 'borda', 'distance-max', 'fraction-max', 'reference', 'scaled', 'goalposts', 'target', 'base-year']
const POSITIVE = ['minmax', 'z', 'rank', 'goalposts', 'fraction-max', 'base-year']
const AGGREGATES = ['arithmetic', 'geometric', 'harmonic', 'power', 'copeland']
const PERIODS = [2019, 2020, 2022, 2023]

function randomNodes(r) {
  const nodes = [{ code: 'top' }]
  const below = (parent, depth) => {
    const n = 1 + r.whole(4)
    for (let i = 0; i < n; i++) {
      const code = `${parent === 'top' ? 'N' : parent}${i}`
      const node = { code, parent, weight: r.chance(0.3) ? 1 : Math.round(r.next() * 100) / 20 + 0.05 }
      nodes.push(node)
      if (depth > 1 && r.chance(0.7)) below(code, depth - 1)
      else {
        Object.assign(node, { direction: r.chance(0.3) ? -1 : 1, target: 60 + r.whole(80) })
        if (node.direction < 0) node.target = -500
        if (r.chance(0.2)) node.denominator = 'size'
      }
    }
  }
  below('top', 1 + r.whole(3))
  return nodes
}

function randomNormalise(r, method, leaves) {
  const step = { step: 'normalise', method, over: r.one(['period', 'period', 'all', 'base']), base: 2022 }
  if (['minmax', 'goalposts', 'z'].includes(method)) Object.assign(step, { lo: method === 'z' ? 50 : r.one([1, 5]), hi: method === 'z' ? 10 : 100 })
  if (method === 'reference') step.unit = 'u3'
  if (method === 'target') step.capped = r.chance(0.5)
  if (method === 'scaled' || method === 'goalposts') step.posts = Object.fromEntries(leaves.map((code) => [code, [r.whole(20), 60 + r.whole(50)]]))
  return step
}

function randomRecipe(r, nodes, at) {
  const leaves = nodes.filter((one) => !nodes.some((other) => other.parent === one.code)).map((one) => one.code)
  const method = NORMALISES[at % NORMALISES.length], other = r.one(NORMALISES)
  // Most recipes are to be possible: means of what is above zero only where that is so.
  const means = r.chance(0.85) && ![method, other].every((one) => POSITIVE.includes(one)) ? ['arithmetic', 'copeland'] : AGGREGATES
  const aggregate = () => ({
    step: 'aggregate', by_level: Array.from({ length: 1 + r.whole(2) }, () => r.one(means)), power: r.one([2, 0.5, -1]), present: r.one([0, 0, 0.4]),
  })
  const normalise = (method) => randomNormalise(r, method, leaves)
  const impute = () => ({ step: 'impute', method: r.one(IMPUTES) })
  const treat = () => ({ step: 'treat', points: r.whole(4), log: r.chance(0.5), skew: r.one([2, 1]) })
  const steps = [{ step: 'screen', present: r.one([0, 0.4, 0.6]), non_zero: r.one([0, 0.3]) }, { step: 'denominate', scale: r.one([1, 100]) },
    impute(), treat(), normalise(method), aggregate()]
  if (r.chance(0.4)) steps[5].weights = Object.fromEntries(leaves.slice(0, 2).map((code) => [code, 0.5 + r.next()]))
  const all = [
    { name: 'imputation', factor: 'step', at: 2, choices: [steps[2], impute(), null] },
    { name: 'treatment', factor: 'step', at: 3, choices: [treat(), null, treat()] },
    { name: 'normalisation', factor: 'step', at: 4, choices: [steps[4], normalise(other)] },
    { name: 'weights', factor: 'noise', amount: 0.3 },
    { name: 'aggregation', factor: 'step', at: 5, choices: [steps[5], aggregate()] },
    { name: 'sets', factor: 'weights', choices: [{}, Object.fromEntries(leaves.map((code) => [code, 0.1 + r.next()]))] },
    { name: 'left out', factor: 'exclude' },
    { name: 'error', factor: 'error', amount: 0.05 },
  ]
  const factors = all.filter((one) => r.chance(one.factor === 'error' ? 0.15 : 0.6))
  return { steps, uncertainty: { draws: 100 + r.whole(60), seed: r.one([0, 1, -3, 999999937]), factors: factors.length ? factors : [all[3]] } }
}

function randomCsv(r, nodes, zeros) {
  const leaves = nodes.filter((one) => !nodes.some((other) => other.parent === one.code)).map((one) => one.code)
  const lines = [['unit', 'year', 'kind', 'size', ...leaves].join(',')]
  const kind = leaves.map(() => r.whole(3))
  for (let unit = 0; unit < 14; unit++) {
    for (const year of PERIODS) {
      const values = leaves.map((_, i) => {
        if (r.chance(unit === 3 || year === 2022 ? 0 : 0.12)) return ''
        const v = kind[i] === 0 ? (r.whole(7) + (zeros ? 0 : 1)) * 10 : kind[i] === 1 ? r.next() * 100 : 20 + Math.exp(r.next() * 6)
        return zeros && r.chance(0.02) ? 0 : Math.round(v * 1000) / 1000 + (kind[i] === 2 ? 1 : 0)
      })
      lines.push([`u${unit}`, year, r.chance(0.1) ? '' : 'abc'[unit % 3], 1 + r.whole(9), ...values].join(','))
    }
  }
  return `${lines.join('\n')}\n`
}

test('random recipes of every method: the same, and refused where the program refuses', { timeout: 150_000 }, () => withFolder(async (folder) => {
  let same = 0, drawn = 0, refused = 0
  const splits = { split: 0, moved: 0, whole: 0, drawnIn: 0 }
  const met = new Set()
  for (let at = 0; at < 120; at++) {
    const r = random(1000 + at), nodes = randomNodes(r), recipe = randomRecipe(r, nodes, at)
    const definition = { nodes, columns: [{ code: 'kind', group: true }, { code: 'size' }], recipe }
    const file = join(folder, 'index.json'), data = join(folder, 'data.csv'), out = join(folder, 'out.json')
    await writeFile(data, randomCsv(r, nodes, recipe.steps[4].method !== 'base-year'))
    let answer
    // What the factors make impossible may still be a good recipe: then without them.
    for (const uncertainty of ['draws', 'no']) {
      await writeFile(file, JSON.stringify(definition))
      answer = await run(['index', 'run', file, data, '--uncertainty', uncertainty, '--out', out])
      if (answer.code === 0) break
    }
    if (answer.code !== 0) {
      refused++
      recipe.uncertainty.factors = []
      const plain = { ...recipe, steps: recipe.steps.slice(0, -1).concat({ step: 'aggregate' }) }
      await writeFile(file, JSON.stringify({ ...definition, recipe: plain }))
      // Whatever is refused for its means alone has data that can be read from a release with other means.
      if ((await run(['index', 'run', file, data, '--uncertainty', 'no', '--out', out])).code !== 0) continue
      const made = JSON.parse(readFileSync(out, 'utf8')), tree = engine.makeTree(made)
      assert.throws(() => engine.runIndex(tree, engine.makeTable(made, tree), recipe), engine.IndexProblem, `case ${at}: ${answer.err}`)
      continue
    }
    const made = JSON.parse(readFileSync(out, 'utf8'))
    try {
      const again = assertSame(made)
      if (made.uncertainty) {
        assertSameRanges(made, again)
        drawn++
      }
      // An export is a second run of the program: of every third.
      if (at % 3 === 0) for (const [name, count] of Object.entries(await assertSameChanges(made, folder))) splits[name] += count
      splits.drawnIn += assertSameTreated(made)
    } catch (error) {
      error.message = `case ${at}: ${error.message}\n${JSON.stringify(recipe)}`
      throw error
    }
    same++
    for (const step of recipe.steps) for (const name of [step.method, ...(step.by_level ?? [])]) if (name) met.add(name)
  }
  assert.ok(same >= 60 && drawn >= 50 && refused >= 5, `${same} the same, ${drawn} of them with intervals, ${refused} refused`)
  for (const [name, count] of Object.entries(splits)) assert.ok(count > 0, `${name}: ${JSON.stringify(splits)}`)
  for (const name of [...IMPUTES, ...NORMALISES, ...AGGREGATES]) assert.ok(met.has(name), `${name} was never tried`)
}))

test('weights by the first component are those of the program', { timeout: 60_000 }, () => withFolder(async (folder) => {
  const recipe = JSON.parse(readFileSync(join(top, 'region/indexes/specialised-town.json'), 'utf8')).recipe
  await writeFile(join(folder, 'recipe.json'), JSON.stringify({ ...recipe, weigh: 'principal' }))
  const made = await release(folder, ['specialised-town', towns, '--recipe', join(folder, 'recipe.json')])
  const { tree, table, result } = assertSame(made)
  for (const group of tree.upward.filter((node) => tree.level[node] === 2 && tree.children[node].length > 1)) {
    const kids = tree.children[group], weights = engine.principal(kids.map((kid) => result.scores[kid].subarray(0, table.rows)))
    kids.forEach((kid, i) => near(weights[i], made.weights[tree.codes[kid]], `component weight of ${tree.codes[kid]}`))
  }
}))

// ---- real data ----

test('the provinces of China', { skip: noData, timeout: 120_000 }, () => withFolder(async (folder) => {
  const data = join(dataSets, 'stats/tech-yearbook-long')
  const files = readdirSync(data).filter((name) => /__part0[158].*__0/.test(name)).sort().map((name) => join(data, name))
  const made = await release(folder, ['provinces-innovation', ...files])
  assertSameRanges(made, assertSame(made))
}))

test('the regions of Australia', { skip: noData, timeout: 120_000 }, () => withFolder(async (folder) => {
  const made = await release(folder, ['au-regions-innovation', join(dataSets, 'stats/au-sa3-innovation-2009-2016.csv.gz'), '--unit', 'SA3 Code'])
  assertSameRanges(made, assertSame(made))
}))

test('the regions of the United Kingdom', { skip: noData, timeout: 120_000 }, () => withFolder(async (folder) => {
  execFileSync('tar', ['xzf', join(dataSets, 'stats/uk-regional-innovation-indicators.tar.gz'), '-C', folder])
  const heads = JSON.parse(readFileSync(join(top, 'region/indexes/uk-regions-innovation.json'), 'utf8')).nodes.map(({ head }) => head).filter(Boolean)
  const files = readdirSync(folder, { recursive: true }).filter((name) => heads.some((head) => name.endsWith(`/${head}.nuts2.csv`))).map((name) => join(folder, name))
  const made = await release(folder, ['uk-regions-innovation', ...files, '--unit', 'nuts_id'])
  assertSameRanges(made, assertSame(made))
}))
