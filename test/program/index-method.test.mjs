// docs/index-method.md held against the program and against itself: each row of "Each formula in figures" is run, worked out a second time
// from the definitions on that page, and its sums are done; no method, member or limit of the code is missing there, and none is made up.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { ok, run, top, withFolder } from '../lib/node.mjs'

const source = join(top, 'src/indicator')
const text = readFileSync(join(top, 'docs/index-method.md'), 'utf8')
const file = readFileSync(join(source, 'index_file.c'), 'utf8')

// ---- the page ----

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function block(name) {
  const found = new RegExp(`<!-- ${escaped(name)} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``).exec(text)
  assert.ok(found, `a block ${name}`)
  return found[1]
}

/** The rows of the table under a marker, cells as they stand; the first row are the heads. */
function table(marker) {
  const found = new RegExp(`<!-- ${escaped(marker)} -->\\n((?:\\|.*\\n)+)`).exec(text)
  assert.ok(found, `a table ${marker}`)
  const rows = found[1].trimEnd().split('\n').map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()))
  return [rows[0], ...rows.slice(2)]
}

const markers = [...text.matchAll(/<!-- (figures [^>]*?) -->/g)].map(([, marker]) => marker)
const json = (cell) => JSON.parse(cell.replace(/^`|`$/g, ''))

/** Every row of every table of figures: { set, period, step, wanted: { column: 'cell' }, instance }. */
const figures = markers.flatMap((marker) => {
  const [, set, period] = marker.split(' ')
  const [heads, ...rows] = table(marker)
  return rows.map((cells) => ({
    set,
    period: period ? Number(period) : null,
    step: json(cells[0]),
    wanted: Object.fromEntries(heads.slice(1, -1).map((head, i) => [head, cells[i + 1]])),
    instance: cells.at(-1),
  }))
})

const number = (cell) => (cell === '' || cell === undefined ? null : Number(cell))

/** The rows of a table of data: { unit, period, kind, ...numbers }. */
function data(name) {
  const [heads, ...lines] = block(`${name}.csv`).trimEnd().split('\n').map((line) => line.split(','))
  return lines.map((cells) => Object.fromEntries(heads.map((head, i) =>
    [head, head === 'unit' || head === 'kind' ? cells[i] : number(cells[i])])))
}

const digits = (cell) => (cell.split('.')[1] ?? '').length
const slack = (cell) => (digits(cell) < 2 ? 0 : 0.5 * 10 ** -digits(cell)) + 1e-9

/** A cell's figure is got: to the digits that it gives where they are two or more, else to the last. */
function same(cell, got, what) {
  if (cell === '-') {
    assert.equal(got ?? null, null, `${what}: nothing`)
    return
  }
  assert.ok(typeof got === 'number' && Math.abs(got - Number(cell)) <= slack(cell), `${what}: ${cell} on the page, ${got} here`)
}

function sameColumn(cell, got, what) {
  const cells = cell.split(',').map((one) => one.trim())
  assert.equal(cells.length, got.length, what)
  cells.forEach((one, i) => same(one, got[i], `${what}, place ${i + 1}`))
}

// ---- the program ----

async function release(folder, definition, csv, uncertainty = 'no') {
  const index = join(folder, 'index.json'), table = join(folder, 'data.csv'), out = join(folder, 'release.json')
  await writeFile(index, JSON.stringify(definition))
  await writeFile(table, csv)
  const ran = await run(['index', 'run', index, table, '--uncertainty', uncertainty, '--out', out])
  return { ...ran, made: ran.code === 0 ? JSON.parse(readFileSync(out, 'utf8')) : null }
}

const definition = (set, step) => ({
  ...JSON.parse(block(`${set}.json`)),
  recipe: { steps: step.step === 'aggregate' ? [step] : [step, { step: 'aggregate' }] },
})

/** An index without some of its indicators. */
const without = (index, codes) => {
  const steps = index.recipe.steps.map((step) => (step.posts ? { ...step, posts: Object.fromEntries(Object.entries(step.posts).filter(([code]) => !codes.includes(code))) } : step))
  return { ...index, nodes: index.nodes.filter(({ code }) => !codes.includes(code)), recipe: { steps } }
}

/** All rows where nothing is said of a period. */
const inPeriod = (rows, period) => rows.filter((row) => period == null || row.period === period)

it('each row of figures is what the program makes', () => withFolder(async (folder) => {
  for (const { set, period, step, wanted } of figures) {
    const what = `${set} ${JSON.stringify(step)}`
    const refused = Object.keys(wanted).filter((column) => wanted[column] === 'refused')
    let index = definition(set, step)
    if (refused.length > 0) {
      const { code, err } = await release(folder, index, block(`${set}.csv`))
      assert.equal(code, 2, what)
      for (const column of refused) assert.match(err, new RegExp(`\\b${column}\\b`), what)
      index = without(index, refused)
    }
    const { made, err } = await release(folder, index, block(`${set}.csv`))
    assert.ok(made, `${what}: ${err}`)
    const rows = made.data.units.map(([unit, , year], i) => ({ unit, period: year, i }))
    const at = inPeriod(rows, period).map(({ i }) => i)
    for (const column of Object.keys(wanted).filter((one) => !refused.includes(one))) {
      sameColumn(wanted[column], at.map((i) => made.scores[column][i]), `${what} ${column}`)
    }
  }
}))

// ---- the same a second time, from the definitions on the page ----

const there = (list) => list.filter((x) => x !== null)
const sum = (list) => list.reduce((all, x) => all + x, 0)
const mean = (list) => sum(list) / list.length
const sd = (list) => Math.sqrt(sum(list.map((x) => (x - mean(list)) ** 2)) / (list.length - 1))
const moment = (list, k) => mean(list.map((x) => (x - mean(list)) ** k))
const median = (list) => {
  const s = [...list].sort((a, b) => a - b)
  return s.length % 2 ? s[(s.length - 1) / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2
}
const place = (x, list) => 1 + list.filter((other) => other < x).length
const clamp = (x) => Math.min(1, Math.max(0, x))

function skew(list) {
  const n = list.length
  return moment(list, 3) / moment(list, 2) ** 1.5 * Math.sqrt(n * (n - 1)) / (n - 2)
}

function kurtosis(list) {
  const n = list.length
  return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (moment(list, 4) / moment(list, 2) ** 2 - 3) + 6)
}

const along = (row, rows) => rows.filter(({ unit }) => unit === row.unit).sort((a, b) => a.period - b.period)

const IMPUTE = {
  mean: (row, column, rows) => mean(there(inPeriod(rows, row.period).map((one) => one[column]))),
  median: (row, column, rows) => median(there(inPeriod(rows, row.period).map((one) => one[column]))),
  'group-mean': (row, column, rows) => IMPUTE.mean(row, column, rows.filter(({ kind }) => kind === row.kind)),
  'group-median': (row, column, rows) => IMPUTE.median(row, column, rows.filter(({ kind }) => kind === row.kind)),
  last: (row, column, rows) => along(row, rows).filter((one) => one.period < row.period && one[column] !== null).at(-1)?.[column],
  linear: (row, column, rows) => {
    const known = along(row, rows).filter((one) => one[column] !== null)
    const a = known.filter(({ period }) => period < row.period).at(-1), b = known.find(({ period }) => period > row.period)
    return a && b ? a[column] + (b[column] - a[column]) * (row.period - a.period) / (b.period - a.period) : null
  },
}

// v: the value in its direction; s: min, max, mean, sd; row and rows: where it stands; d: the node's direction.
const middle = (s, otherwise, value) => (s.max > s.min ? value : otherwise)
const NORMALISE = {
  minmax: ({ v, s, lo = 0, hi = 100 }) => middle(s, (lo + hi) / 2, lo + (v - s.min) / (s.max - s.min) * (hi - lo)),
  z: ({ v, s, lo = 0, hi = 1 }) => middle(s, lo, lo + hi * (v - s.mean) / s.sd),
  rank: ({ v, peers }) => place(v, peers),
  percentile: ({ v, peers }) => (place(v, peers) - 1) / (peers.length - 1),
  borda: ({ v, peers }) => place(v, peers) - 1,
  'distance-max': ({ v, s }) => middle(s, 0.5, 1 - (s.max - v) / (s.max - s.min)),
  'fraction-max': ({ v, s }) => (s.max > 0 ? v / s.max : 'refused'),
  reference: ({ v, s, ref }) => (ref > s.min ? 1 - (ref - v) / (ref - s.min) : 0.5),
  scaled: ({ v, post }) => (v - post[0]) / (post[1] - post[0]) * 100,
  goalposts: ({ v, post, lo = 0, hi = 1 }) => lo + clamp((v - post[0]) / (post[1] - post[0])) * (hi - lo),
  target: ({ v, s, target, capped }) => {
    const made = target > s.min ? (v - s.min) / (target - s.min) : 0.5
    return capped ? Math.min(1, made) : made
  },
  'base-year': ({ v, own, d }) => (d > 0 ? v / own * 100 : own / v * 100),
}

const MEANS = {
  arithmetic: (w, x) => sum(x.map((v, i) => w[i] * v)),
  geometric: (w, x) => Math.exp(sum(x.map((v, i) => w[i] * Math.log(v)))),
  harmonic: (w, x) => 1 / sum(x.map((v, i) => w[i] / v)),
  power: (w, x, p) => sum(x.map((v, i) => w[i] * v ** p)) ** (1 / p),
}

const STEPS = {
  screen: (step, { row, column, codes }) => {
    const values = there(codes.map((code) => row[code]))
    const stays = values.length / codes.length >= (step.present ?? 0) && values.filter((x) => x !== 0).length / values.length >= (step.non_zero ?? 0)
    return stays ? row[column] : null
  },
  denominate: (step, { row, column, node }) => (node.denominator ? row[column] / row[node.denominator] * (step.scale ?? 1) : row[column]),
  impute: (step, { row, column, rows }) => {
    if (row[column] !== null) return row[column]
    const made = IMPUTE[step.method](row, column, rows)
    return Number.isNaN(made) ? null : made
  },
  treat: (step, { row, rows, column }) => {
    const { skew: most = 2, kurtosis: peak = 3.5, points = 5, log = true } = step
    const before = rows.map((one) => one[column]), passes = (list) => Math.abs(skew(list)) < most || kurtosis(list) < peak
    let now = before
    for (let n = 0; n < points && !passes(now); n++) {
      const far = skew(now) > 0 ? Math.max : Math.min, extreme = far(...now), next = far(...now.filter((x) => x !== extreme))
      now = now.map((x) => (x === extreme ? next : x))
    }
    if (!passes(now)) {
      const min = Math.min(...before), max = Math.max(...before)
      now = log ? before.map((x) => Math.log(x - min + 0.01 * (max - min))) : now
    }
    return now[rows.indexOf(row)]
  },
  normalise: (step, { row, rows, column, node }) => {
    const d = node.direction ?? 1
    const yardstick = { period: inPeriod(rows, row.period), all: rows, base: inPeriod(rows, step.base) }[step.over ?? 'period']
    const values = there(yardstick.map((one) => one[column])).map((x) => d * x)
    const beside = inPeriod(rows, row.period)
    const pair = step.posts?.[column]
    const at = (unit) => beside.find((one) => one.unit === unit)?.[column]
    return NORMALISE[step.method]({
      ...step, d,
      v: step.method === 'base-year' ? row[column] : d * row[column],
      s: { min: Math.min(...values), max: Math.max(...values), mean: mean(values), sd: sd(values) },
      peers: there(beside.map((one) => one[column])).map((x) => d * x),
      ref: d * at(step.unit),
      post: pair && (d > 0 ? pair : [-pair[1], -pair[0]]),
      target: d * node.target,
      own: rows.find((one) => one.unit === row.unit && one.period === step.base)?.[column],
    })
  },
  aggregate: (step, { row, rows, codes, nodes }) => {
    const weight = (code) => step.weights?.[code] ?? nodes.find((one) => one.code === code).weight ?? 1
    const have = codes.filter((code) => row[code] !== null)
    if (have.length === 0 || have.length / codes.length < (step.present ?? 0)) return null
    const method = step.by_level?.[0] ?? 'arithmetic'
    if (method === 'copeland') {
      return sum(inPeriod(rows, row.period).filter((other) => other !== row).map((other) => {
        const both = have.filter((code) => other[code] !== null)
        const e = sum(both.map((code) => weight(code) * (row[code] > other[code] ? 1 : row[code] === other[code] ? 0.5 : 0))) / sum(both.map(weight))
        return both.length === 0 || Math.abs(e - 0.5) < 1e-12 ? 0 : Math.sign(e - 0.5)
      }))
    }
    const all = sum(have.map(weight))
    return MEANS[method](have.map((code) => weight(code) / all), have.map((code) => row[code]), step.power)
  },
}

it('each row of figures is what the formulas of the page make', () => {
  for (const { set, period, step, wanted } of figures) {
    const rows = data(set), { nodes } = JSON.parse(block(`${set}.json`))
    const codes = nodes.filter(({ parent }) => parent).map(({ code }) => code)
    for (const [column, cell] of Object.entries(wanted)) {
      const node = nodes.find(({ code }) => code === column)
      const made = inPeriod(rows, period).map((row) => STEPS[step.step](step, { row, rows, column, node, codes, nodes }))
      const what = `${set} ${JSON.stringify(step)} ${column}`
      if (cell === 'refused') assert.ok(made.includes('refused'), what)
      else sameColumn(cell, made, what)
    }
  }
})

/** The value of a sum as it is written: 2 · √(9) / (1 + 2) ^ 2, exp(), ln(). */
function calculate(words) {
  assert.match(words, /^(?:[\d.\s()+\-/·^]|√|exp|ln)+$/, words)
  const code = words.replaceAll('·', '*').replaceAll('^', '**').replaceAll('√', 'Math.sqrt').replaceAll('exp', 'Math.exp').replaceAll('ln', 'Math.log')
  return Number(new Function(`return ${code}`)())
}

it('the sums of the last columns are right, and end in a figure of their row', () => {
  const markers = [...text.matchAll(/<!-- ((?:figures|judgements|weigh|shares|ways|ranks|factors|beside|changes)[^>]*?) -->/g)].map(([, marker]) => marker)
  let done = 0
  for (const cells of markers.flatMap((marker) => table(marker).slice(1))) {
    const row = cells.slice(1, -1).flatMap((cell) => cell.split(',')).map(Number)
    for (const part of cells.at(-1).split(';').filter((one) => one.includes(' = '))) {
      const [, before, words, value] = /^(.*?)((?:-?\d|√|exp\(|ln\(|\()[^:]*) = (-?[\d.]+)$/.exec(part) ?? assert.fail(part)
      same(value, calculate(words), part)
      assert.ok(before.endsWith(' has ') || row.includes(Number(value)), `${part} stands in its row`) // what it has is held against a limit
      done++
    }
  }
  assert.ok(done >= 40, `${done} sums`)
})

it('skew and kurtosis are those of the page', () => {
  const said = /The skew of `high` is (\S+) and its kurtosis (\S+), of `low` (\S+) and ([\d.]+), of `plain` (\S+) and (\S+):/.exec(text)
  const rows = data('far')
  ;['high', 'low', 'plain'].forEach((column, i) => {
    const list = rows.map((row) => row[column])
    same(said[1 + 2 * i], skew(list), `skew of ${column}`)
    same(said[2 + 2 * i], kurtosis(list), `kurtosis of ${column}`)
  })
  return withFolder(async (folder) => {
    const { made } = await release(folder, definition('far', { step: 'treat', points: 0 }), block('far.csv'))
    assert.deepEqual(Object.keys(made.treated), ['high', 'low'])
    for (const [column, at] of [['high', 1], ['low', 3]]) {
      same(said[at], made.treated[column].skew, column)
      same(said[at + 1], made.treated[column].kurtosis, column)
      assert.equal(made.treated[column].logged, true)
    }
  })
})

// ---- weights and shares ----

/** The principal value and vector (summing to 1) of a positive matrix. */
function principal(matrix, norm = sum) {
  let w = matrix.map((_, i) => 1 + i / 7), value = 0
  for (let n = 0; n < 2000; n++) {
    const next = matrix.map((row) => sum(row.map((m, j) => m * w[j])))
    value = norm(next) / norm(w)
    w = next.map((x) => x / norm(next))
  }
  return { value, w }
}

const nodesOf = (codes) => [{ code: 'index' }, ...codes.map((code) => ({ code, parent: 'index' }))]
const plain = { steps: [{ step: 'normalise' }, { step: 'aggregate' }] }

it('weights from judgements: the program, the principal vector and the page agree', () => withFolder(async (folder) => {
  const [sizes, ratios] = table('random')
  const inCode = /RANDOM_INDEX\[[^\]]*\] = \{([^}]*)\}/.exec(readFileSync(join(source, 'analysis.c'), 'utf8'))[1].split(',').map(Number)
  assert.deepEqual(ratios.map(Number), inCode.slice(3))
  assert.deepEqual(sizes.map(Number), inCode.map((_, n) => n).slice(3))
  const rows = table('judgements').slice(1)
  assert.ok(rows.length >= 2)
  for (const [cell, weights, lambda, ratio] of rows) {
    const matrix = json(cell), n = matrix.length, codes = matrix.map((_, i) => `c${i}`)
    const { value, w } = principal(matrix)
    sameColumn(weights, w, cell)
    same(lambda, value, cell)
    same(ratio, (value - n) / (n - 1) / Number(ratios[sizes.indexOf(String(n))]), cell)
    const { made, err } = await release(folder, { nodes: nodesOf(codes), judgements: { index: matrix }, recipe: plain }, `unit,${codes}\na,1,2,3\nb,2,5,1\n`)
    assert.ok(made, err)
    sameColumn(weights, codes.map((code) => made.weights[code]), cell)
  }
}))

function correlation(x, y) {
  const mx = mean(x), my = mean(y)
  return sum(x.map((v, i) => (v - mx) * (y[i] - my))) / Math.sqrt(sum(x.map((v) => (v - mx) ** 2)) * sum(y.map((v) => (v - my) ** 2)))
}

it('weights by the first principal component: the program, the vector and the page agree', () => withFolder(async (folder) => {
  const index = JSON.parse(block('loads.json')), rows = data('loads')
  const codes = index.nodes.filter(({ parent }) => parent).map(({ code }) => code)
  const directed = codes.map((code) => rows.map((row) => row[code] * (index.nodes.find((node) => node.code === code).direction ?? 1)))
  const matrix = directed.map((x) => directed.map((y) => correlation(x, y)))
  const length = (list) => Math.sqrt(sum(list.map((x) => x * x)))
  const { value, w } = principal(matrix, length)
  same('2.0000', value, 'the first value')
  for (const [place, wanted] of [[[0, 1], Math.SQRT1_2], [[0, 2], Math.SQRT1_2], [[1, 2], 0]]) assert.ok(Math.abs(matrix[place[0]][place[1]] - wanted) < 1e-12)
  const lines = table('weigh loads').slice(1)
  for (const [cell, weights] of lines) {
    const weigh = cell.replaceAll('`', '')
    sameColumn(weights, weigh === 'principal' ? w.map((x) => x * x) : codes.map(() => 1 / codes.length), weigh)
    const { made, err } = await release(folder, { ...index, recipe: { ...plain, weigh } }, block('loads.csv'))
    assert.ok(made, err)
    sameColumn(weights, codes.map((code) => made.weights[code]), weigh)
  }
  const accepted = [...file.matchAll(/strcmp\(weigh, "(\w+)"\)/g)].map(([, word]) => word)
  assert.deepEqual(lines.map(([cell]) => cell.replaceAll('`', '')).sort(), [...new Set(accepted)].sort())
}))

it('shares, nominal and of variance: the program, the covariances and the page agree', () => withFolder(async (folder) => {
  const rows = data('pull'), { nodes } = JSON.parse(block('marks.json'))
  const { made, err } = await release(folder, { nodes, recipe: { steps: [{ step: 'aggregate' }] } }, block('pull.csv'))
  assert.ok(made, err)
  const codes = ['x', 'y'], all = sum(codes.map((code) => nodes.find((node) => node.code === code).weight ?? 1))
  const share = (code) => (nodes.find((node) => node.code === code).weight ?? 1) / all
  const whole = rows.map((row) => sum(codes.map((code) => share(code) * row[code])))
  const covariance = (x, y) => mean(x.map((v, i) => (v - mean(x)) * (y[i] - mean(y))))
  const lines = table('shares marks pull').slice(1)
  assert.deepEqual(lines.map(([code]) => code), codes)
  for (const [code, nominal, variance] of lines) {
    same(nominal, share(code), code)
    same(nominal, made.effects[code].nominal, code)
    same(variance, covariance(rows.map((row) => share(code) * row[code]), whole) / covariance(whole, whole), code)
    same(variance, made.effects[code].variance, code)
  }
}))

it('contributions and changes: the program, the sums and the page agree', () => withFolder(async (folder) => {
  const { nodes } = JSON.parse(block('marks.json')), codes = ['x', 'y'], weights = [2 / 3, 1 / 3]
  const before = data('pull'), after = data('later'), files = []
  const norm = (x, column, rows) => {
    const list = rows.map((row) => row[column])
    return (x - Math.min(...list)) / (Math.max(...list) - Math.min(...list)) * 100
  }
  const score = (row, rows) => sum(codes.map((code, i) => weights[i] * norm(row[code], code, rows)))
  for (const set of ['pull', 'later']) {
    const { made, err } = await release(folder, { nodes, recipe: plain }, block(`${set}.csv`))
    assert.ok(made, err)
    files.push(join(folder, `${set}.json`))
    await writeFile(files.at(-1), readFileSync(join(folder, 'release.json')))
  }
  const printed = async (...args) => (await ok(['index', ...args])).trimEnd().split('\n').map((line) => line.split('\t'))
  const why = await printed('explain', files[0], 'd')
  for (const [code, said] of table('beside d').slice(1)) {
    const all = before.map((row) => norm(row[code], code, before))
    same(said, weights[codes.indexOf(code)] * (all[2] - mean(all)), code)
    same(said, Number(why.find(([node]) => node === code).at(-1)), code)
  }
  const compared = await printed('compare', ...files)
  for (const [i, [unit, ...said]] of table('changes pull later').slice(1).entries()) {
    const change = score(after[i], after) - score(before[i], before), own = score(after[i], before) - score(before[i], before)
    const line = compared.find(([name]) => name === unit)
    ;[change, own, change - own].forEach((mine, k) => {
      same(said[k], mine, `${unit}, ${k}`)
      same(said[k], Number(line[5 + k]), `${unit}, ${k}`)
    })
  }
}))

/** Quantile of type 7 (Hyndman and Fan 1996). */
function quantile(list, p) {
  const s = [...list].sort((a, b) => a - b), h = (s.length - 1) * p, at = Math.floor(h)
  return s[at] + (h - at) * ((s[at + 1] ?? s[at]) - s[at])
}

it('intervals and factors: the program, all ways gone through and the page agree', () => withFolder(async (folder) => {
  const rows = data('sure'), ways = table('ways').slice(1)
  const ranks = ways.map(([method, weights]) => {
    const [x, y] = weights.split(',').map(Number)
    const scores = rows.map((row) => MEANS[method]([x / (x + y), y / (x + y)], [row.x, row.y]))
    return scores.map((score) => place(-score, scores.map((other) => -other)))
  })
  const shift = ranks.map((list) => mean(list.map((rank, i) => Math.abs(rank - ranks[0][i]))))
  ways.forEach(([, , said, moved], i) => {
    sameColumn(said, ranks[i], `way ${i + 1}`)
    same(moved, shift[i], `way ${i + 1}`)
  })
  const { made, err } = await release(folder, JSON.parse(block('sure.json')), block('sure.csv'), 'exact')
  assert.ok(made, err)
  assert.equal(made.uncertainty.draws, ways.length)
  for (const [i, [unit, ...said]] of table('ranks').slice(1).entries()) {
    const own = ranks.map((list) => list[i])
    const mine = [quantile(own, 0.05), quantile(own, 0.5), mean(own), quantile(own, 0.95)]
    assert.equal(unit, rows[i].unit)
    ;['low', 'median', 'mean', 'high'].forEach((name, k) => {
      same(said[k], mine[k], `${unit} ${name}`)
      same(said[k], made.uncertainty.units[i][name], `${unit} ${name}`)
    })
  }
  const variance = (list) => moment(list, 2)
  const groups = (column) => [...new Set(ways.map((way) => way[column]))].map((value) => shift.filter((_, i) => ways[i][column] === value))
  assert.ok(Math.abs(mean(shift) - 5 / 6) < 1e-12 && Math.abs(variance(shift) - 11 / 36) < 1e-12)
  for (const [i, [name, first, total]] of table('factors').slice(1).entries()) {
    const factor = made.uncertainty.factors[i]
    assert.equal(name, factor.name)
    same(first, variance(groups(i).map(mean)) / variance(shift), `${name}, first`)
    same(total, mean(groups(1 - i).map(variance)) / variance(shift), `${name}, total`)
    same(first, factor.first, `${name}, first`)
    same(total, factor.total, `${name}, total`)
  }
}))

// ---- nothing is missing, nothing is made up ----

/** The words of a table of names in index_file.c. */
const words = (name) => [...new RegExp(`\\b${name}\\[\\] = \\{([^}]*)\\}`).exec(file)[1].matchAll(/"([^"]+)"/g)].map(([, word]) => word)
const ticked = (part) => [...part.matchAll(/`([a-z][a-z-]*)`/g)].map(([, word]) => word)
const sorted = (list) => [...new Set(list)].sort()
/** The rows of a table that has no marker, by its first head line. */
const plainTable = (heads) => {
  const found = new RegExp(`${escaped(heads)}\\n\\|[ -|]*\\n((?:\\|.*\\n)+)`).exec(text)
  assert.ok(found, heads)
  return found[1].trimEnd().split('\n').map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()))
}
const used = (name, member) => sorted(figures.filter(({ step }) => step.step === name).flatMap(({ step }) => step[member] ?? []))

it('every method of the code stands on the page and in its figures, and no other', () => {
  const steps = plainTable('| step | members | what it does |'), methods = plainTable('| method | formula |')
  assert.deepEqual(sorted(steps.flatMap(([name]) => ticked(name))), sorted(words('STEPS')))
  assert.deepEqual(sorted(figures.map(({ step }) => step.step)), sorted(words('STEPS')))
  assert.deepEqual(sorted(methods.flatMap(([name]) => ticked(name))), sorted(words('NORMALISES')))
  assert.deepEqual(used('normalise', 'method'), sorted(words('NORMALISES')))
  assert.deepEqual(sorted(ticked(steps.find(([name]) => name === '`impute`')[2])), sorted(words('IMPUTES')))
  assert.deepEqual(used('impute', 'method'), sorted(words('IMPUTES')))
  assert.deepEqual(used('normalise', 'over'), sorted(words('OVERS')))
  assert.deepEqual(used('aggregate', 'by_level'), sorted(words('AGGREGATES')))
  for (const method of words('AGGREGATES')) assert.ok(text.includes(`\`${method}\``), method)
  const factors = /A factor is ([\s\S]*?)\.\n/.exec(text)[1]
  assert.deepEqual(sorted(ticked(factors.replace(/\([^)]*\)/g, ''))), sorted(words('FACTORS')))
})

it('every member of a step stands on the page, and no other', () => {
  const members = [...file.matchAll(/known\(r, json, "step ([\w ]+)"\)/g)].map(([, list]) => sorted(list.split(' ')).join(' '))
  const page = plainTable('| step | members | what it does |').map(([, list]) => sorted([...list.matchAll(/`(\w+)`/g)].map(([, word]) => word)).join(' '))
  assert.deepEqual(page.sort(), members.sort())
})

it('every limit on the page is that of the code, and every limit of the headers is on the page', () => {
  const defines = {}
  for (const name of readdirSync(source).filter((one) => /\.[ch]$/.test(one) && !/^(test|fuzz)_/.test(one))) {
    for (const [, define, value] of readFileSync(join(source, name), 'utf8').matchAll(/^#define (\w+_(?:MAX|SIZE))[ \t]+(.+)$/gm)) defines[define] = value
  }
  const value = (name) => {
    const words = defines[name].replace(/\/\*.*$/, '').replaceAll('(size_t)', '').replaceAll('XT_MIB', '1').replace(/(\d)u\b/g, '$1')
    return words.includes('XT_') ? calculate(words.replace(/XT_\w+/g, (other) => value(other)).replaceAll('*', '·')) : calculateC(words)
  }
  const calculateC = (words) => {
    assert.match(words, /^[\d\s()*/+e-]+$/, words)
    return Number(new Function(`return ${words}`)())
  }
  const said = /\*\*Limits\*\*: ([\s\S]*?)\. What is beyond/.exec(text)[1].replaceAll('\n', ' ')
  // What each limit is called on the page; how far its figure is from the define's.
  const limits = {
    XT_INDEX_NODES_MAX: [/([\d,]+) nodes/],
    XT_INDEX_CODE_SIZE: [/codes of ([\d,]+) bytes/, -1], // the zero at its end
    XT_INDEX_LEVELS_MAX: [/([\d,]+) levels/, 1], // of parents, and the indicators
    XT_INDEX_ROWS_MAX: [/([\d,]+) rows/],
    XT_INDEX_CELLS_MAX: [/([\d,]+) cells/],
    XT_INDEX_COLUMNS_MAX: [/([\d,]+) columns, /],
    XT_INDEX_UNIT_NAMES_MAX: [/([\d,]+) names of units/],
    XT_INDEX_STEPS_MAX: [/([\d,]+) steps/],
    XT_FACTORS_MAX: [/([\d,]+) factors/],
    XT_CHOICES_MAX: [/at most ([\d,]+) choices/],
    XT_DRAWS_MAX: [/([\d,]+) draws/],
    XT_RANKS_MAX: [/([\d,]+) ranks/],
    XT_EXACT_DRAWS_MAX: [/([\d,]+) combinations by `exact`/],
    XT_INDEX_POINTS_MAX: [/([\d,]+) winsorised points/],
    XT_INDEX_VALUE_MAX: [/values up to ([\de]+)/],
    XT_INDEX_CONTEST_MAX: [/([\d,]+) units of a period by Copeland/],
    COMPONENTS_MAX: [/([\d,]+) columns of a group by principal component/],
    XT_AHP_MAX: [/([\d,]+) children of a group by judgements/],
    XT_INDEX_FILE_BYTES_MAX: [/files of ([\d,]+) MiB/],
  }
  for (const [name, [words, more = 0]] of Object.entries(limits)) {
    const found = words.exec(said)
    assert.ok(found, `${name} is said`)
    assert.equal(Number(found[1].replaceAll(',', '')), value(name) + more, name)
  }
  const figuresSaid = said.match(/\d[\d,]*(?:e\d+)?/g).length
  assert.equal(figuresSaid, Object.keys(limits).length, 'no figure beside them')
  const headers = ['index.h', 'index_file.h', 'sensitivity.h', 'analysis.h'].flatMap((name) =>
    [...readFileSync(join(source, name), 'utf8').matchAll(/^#define (XT_\w+_MAX)\b/gm)].map(([, define]) => define))
  for (const name of headers) assert.ok(name in limits, `${name} stands among the limits`)
})
