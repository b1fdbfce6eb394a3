// What pages read from a release: tree, rows, ranks, contributions, figures in words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './lib/load.mjs'

const lib = await load('lib/release.ts')

/** Two dimensions, three indicators, three units over two years; c has no patents in 2020, d begins in 2021 and is screened out. */
const release = () => ({
  format: 'xietong-index-release/1', index: 'small', chosen: ['Y=per-head'],
  definition: {
    label: { zh: '小指数', en: 'Small index' },
    nodes: [
      { code: 'index', label: { zh: '小指数', en: 'Small index' } }, { code: 'A', parent: 'index', weight: 3 }, { code: 'B', parent: 'index' },
      { code: 'X', parent: 'A', label: { zh: '专利', en: 'Patents' } },
      { code: 'Y', parent: 'A', unit: '万元', definition: 'given', definitions: { given: {}, 'per-head': { denominator: 'people', unit: '万元/人' } } },
      { code: 'Z', parent: 'B', direction: -1 },
    ],
    recipe: { steps: [{ step: 'denominate', scale: 10 }, { step: 'aggregate' }] },
  },
  data: {
    sha256: 'x', units: [['a', '甲', 2020, '一'], ['a', '甲', 2021, '二'], ['b', '乙', 2020, '一'], ['b', '乙', 2021, '一'], ['c', '丙', 2020], ['c', '丙', 2021], ['d', '', 2021]],
    values: { X: [1, 2, 3, 4, null, 6, null], Y: [10, 20, 30, 40, 50, 60, null], Z: [0, 0, 0, 0, 0, 0, null] }, extras: { people: [1, 2, 3, 4, 0, null, 7] },
  },
  weights: { index: 1, A: 0.75, B: 0.25, X: 0.5, Y: 0.5, Z: 1 },
  scores: { index: [10, 20, 30, 40, 50, 60, null], A: [1, 2, 3, 4, 5, 6, null], B: [4, 8, 0, 0, 0, 4, null], X: [0, 10, 50, 20, 25, 60, null], Y: [0, 10, 50, 20, 75, 60, null], Z: [4, 8, 0, 0, 0, 4, null] },
  ranks: { index: [3, 3, 2, 1, 1, 1, 0], A: [], B: [], X: [], Y: [], Z: [1, 1, 2, 3, 2, 2, 0] }, screened_out: [6],
  effects: {}, warnings: [], uncertainty: { units: [{ row: 1, low: 2, median: 3, mean: 2.9, high: 3, best: 1, worst: 3, top10: 1 }, { row: 6, low: null, median: null, mean: null, high: null, best: 0, worst: 0, top10: 0 }] },
})

test('the tree: order, depth, shares, the definition that was chosen', () => {
  const one = release()
  const tree = lib.treeOf(one)
  assert.deepEqual(tree.order, ['index', 'A', 'X', 'Y', 'B', 'Z'])
  assert.deepEqual([tree.top, tree.dimensions, tree.indicators], ['index', ['A', 'B'], ['X', 'Y', 'Z']])
  assert.deepEqual(tree.order.map((code) => lib.nominalShare(one, code)), [1, 0.75, 0.375, 0.375, 0.25, 0.25])
  assert.deepEqual([lib.nodeOf(one, 'Y').denominator, lib.nodeOf(one, 'Y').unit, lib.nodeOf(one, 'Z').direction], ['people', '万元/人', -1])
  assert.deepEqual(lib.ancestorsOf(one, 'Z'), ['index', 'B'])
  assert.deepEqual(lib.indicatorsBelow(one, 'A'), ['X', 'Y'])
  assert.deepEqual([lib.nodeLabel(one, 'X'), lib.nodeLabel(one, 'B'), lib.nodeLabel(one, 'none')], ['专利', 'B', 'none'])
  assert.equal(lib.treeOf(one), tree, 'derived once')
})

test('rows of periods and units; what has no rank is not ranked; equal ranks keep the order of rows', () => {
  const one = release()
  assert.deepEqual(lib.periodsOf(one), [2020, 2021])
  assert.deepEqual([lib.lastPeriod(one), lib.periodBefore(one, 2021), lib.periodBefore(one, 2020)], [2021, 2020, undefined])
  assert.deepEqual(lib.rowsOf(one, 2021), [1, 3, 5, 6])
  assert.deepEqual(lib.ranked(one, 2021), [3, 5, 1])
  assert.deepEqual(lib.ranked(one, 2020, 'Z'), [0, 2, 4])
  assert.deepEqual([lib.rowOf(one, 'c', 2021), lib.rowOf(one, 'd', 2020), lib.rowOf(one, 'x', 2020)], [5, undefined, undefined])
  assert.deepEqual([lib.unitsOf(one).get('a').group, lib.unitsOf(one).get('d').name, lib.unitName(one, 6)], ['二', 'd', 'd'])
  assert.equal(lib.rangeOf(one, 1).median, 3)
  assert.equal(lib.rangeOf(one, 0), undefined)
  assert.equal(lib.rangeOf(one, 6), undefined, 'no rank, no interval')
  assert.deepEqual([lib.rankOf(one, 'index', 6), lib.rankOf(one, 'index', undefined), lib.scoreOf(one, 'index', 6)], [null, null, null])
})

test('values: imputed ones are known, denominators count', () => {
  const one = release()
  assert.equal(lib.isImputed(one, 'X', 4), true)
  assert.equal(lib.isImputed(one, 'X', 6), false)
  assert.deepEqual([0, 1, 4, 5].map((row) => lib.countedValue(one, 'Y', row)), [100, 100, null, null])
  assert.equal(lib.countedValue(one, 'X', 1), 2)
})

test('contributions are shares of the distance from the peers', () => {
  const one = release()
  assert.deepEqual(lib.contributions(one, 1, [1, 3, 5], ['X', 'Z']), [
    { code: 'X', points: 0.375 * (10 - 30), score: 10, mean: 30 }, { code: 'Z', points: 0.25 * 4, score: 8, mean: 4 }])
  assert.deepEqual(lib.contributions(one, 1, [6], ['X']), [], 'peers without a score say nothing')
  assert.deepEqual(lib.contributions(one, 6, [1], ['X']), [])
})

test('figures in words', () => {
  assert.deepEqual([lib.scoreText(-0), lib.scoreText(16.148), lib.scoreText(null)], ['0.00', '16.15', '–'])
  assert.deepEqual([1.234, -1.234, 0.001, null].map((x) => lib.signedText(x)), ['+1.23', '−1.23', '0.00', '–'])
  assert.deepEqual([259351, 6.51, 0.187, 1234.56, 0, null].map(lib.valueText), ['259,351', '6.51', '0.187', '1,234.6', '0', '–'])
  assert.deepEqual([lib.measured(33.8, '%'), lib.measured(6.51, '万元/人'), lib.measured(null, '%'), lib.measured(3, '')], ['33.8%', '6.51 万元/人', '–', '3'])
  assert.deepEqual([0.25, 0.0283, 0.0001, 0, 1].map(lib.percentText), ['25%', '2.8%', '<0.1%', '0%', '100%'])
  assert.deepEqual([0.25, 0.12345, null].map(lib.shareText), ['25%', '12.3%', '–'])
  const told = (low, median, high) => Object.values(lib.rangeText({ low, median, high }))
  assert.deepEqual(told(3.4, 5.5, 1234.2), ['3', '6', '1,235'], 'outward')
  assert.deepEqual(told(2.99999999999999, 4.49999999999999, 7.00000000000001), ['3', '5', '7'], 'of 12 digits')
  assert.deepEqual([lib.quantile([3, null, 1, 2], 0.25), lib.median([]), lib.median([1, 2])], [1.5, null, 1.5])
  assert.equal(lib.releasePath('a b', ''), '/api/v1/indexes/a%20b/releases/current')
})
