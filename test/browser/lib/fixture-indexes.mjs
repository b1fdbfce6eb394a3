// Indexes for the fixture: the sample's release as the program makes it, and made-up ones for states that it does not have.
// Who is ahead of whom is told by the intervals here, not by draws: what the page does with the answer is tested, not the answer.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin, top } from '../../lib/node.mjs'

const LONG_ZH = '面向粤港澳大湾区战略性新兴产业集群的超大规模多模态工业智能协同创新公共服务平台'
const LONG_EN = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

let sample = null
function sampleRelease() {
  if (sample) return sample
  const folder = mkdtempSync(join(tmpdir(), 'xietong-fixture-'))
  try {
    const out = join(folder, 'towns.json')
    execFileSync(bin, ['index', 'run', 'specialised-town', join(top, 'region/sample/town-index.csv'), '--out', out], { stdio: 'ignore', timeout: 60_000 })
    sample = JSON.parse(readFileSync(out, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return sample
}

/**
 * A release of two dimensions and three indicators; values from a fixed sequence, the ranks true to the scores. The last unit has no
 * rank where `unranked`; `most` is the greatest score that there may be, `value` takes the place of the values of X.
 */
export function madeUp({ units, periods, name = (n) => `示例单位 ${n}`, code = (n) => `u${n}`, label, draws = true, group = (n) => (n % 2 ? '甲' : '乙'), unranked = false, most = 100, value = null }) {
  let state = 7
  const next = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  const rows = Array.from({ length: units }, (_, n) => periods.map((period) => ({ n, period }))).flat()
  const indicators = ['X', 'Y', 'Z']
  const out = rows.flatMap(({ n }, row) => (unranked && n === units - 1 ? [row] : []))
  const each = (score) => rows.map((_, i) => [score(i), out.includes(i)]).map(([one, none]) => (none ? null : one))
  const scores = { X: each(() => most * next()), Y: each(() => most * next()), Z: each(() => most * next()) }
  scores.A = each((i) => (scores.X[i] + scores.Y[i]) / 2)
  scores.B = scores.Z
  scores.index = each((i) => (scores.A[i] + scores.B[i]) / 2)
  const ranks = Object.fromEntries(Object.entries(scores).map(([node, list]) => [node, rows.map(({ period }, i) =>
    list[i] === null ? 0 : 1 + rows.filter((other, k) => other.period === period && list[k] > list[i]).length)]))
  const words = (zh, en) => ({ zh: label ? label.zh : zh, en: label ? label.en : en })
  const last = periods.at(-1)
  const shown = rows.flatMap((one, row) => (one.period === last ? [row] : []))
  return {
    format: 'xietong-index-release/1', index: 'made-up', chosen: [],
    definition: {
      label: words('示例指数', 'Sample index'), about: words('测试用。', 'For tests.'), source: '示例来源', version: '1',
      nodes: [
        { code: 'index', label: words('示例指数', 'Sample index') },
        { code: 'A', parent: 'index', label: words('第一维度', 'First dimension') }, { code: 'B', parent: 'index', label: words('第二维度', 'Second dimension') },
        { code: 'X', parent: 'A', label: words('指标甲', 'Indicator X'), unit: '万元' }, { code: 'Y', parent: 'A', label: words('指标乙', 'Indicator Y'), unit: '%' },
        { code: 'Z', parent: 'B', label: words('指标丙', 'Indicator Z'), direction: -1 },
      ],
      recipe: { steps: [{ step: 'impute', method: 'median' }, { step: 'normalise', method: 'minmax', lo: 0, hi: 100 }, { step: 'aggregate', by_level: ['arithmetic'] }], uncertainty: { draws: 1000, seed: 1, factors: [{ name: 'weights', factor: 'noise', amount: 0.25 }] } },
    },
    data: {
      sha256: '0'.repeat(64), units: rows.map(({ n, period }) => [code(n), name(n), period, group(n)].filter((one) => one !== null)),
      values: Object.fromEntries(indicators.map((one) => [one, scores[one].map((score, i) => (score === null || (one === 'X' && i % 7 === 3) ? null : one === 'X' && value ? value(rows[i]) : Math.round(score * 10) / 10))])), extras: {},
    },
    weights: { index: 1, A: 0.5, B: 0.5, X: 0.5, Y: 0.5, Z: 1 }, scores, ranks, screened_out: out, treated: {},
    effects: Object.fromEntries(Object.keys(scores).map((node) => [node, { nominal: { index: 1, A: 0.5, B: 0.5, X: 0.25, Y: 0.25, Z: 0.5 }[node], variance: 0.3, correlation: 0.7 }])),
    warnings: [{ node: 'X', what: 'index-not-filled' }],
    ...(draws ? { uncertainty: {
      design: 'draws', generator: 'sobol (Joe and Kuo 2008), splitmix64', seed: 1, draws: 1000, failed: 0, period: last, mean_shift: 2.5,
      units: shown.map((row) => (out.includes(row) ? { row, low: null, median: null, mean: null, high: null, best: 0, worst: 0, top10: 0 } : { row, low: Math.max(1, ranks.index[row] - 2), median: ranks.index[row], mean: ranks.index[row], high: Math.min(units, ranks.index[row] + 2), best: 1, worst: units, top10: ranks.index[row] <= 10 ? 0.9 : 0 })),
      factors: [{ name: 'weights' }],
    } } : {}),
  }
}

const YEARS = [2021, 2022, 2023]
const MADE = {
  zero: () => madeUp({ units: 0, periods: YEARS }),
  one: () => madeUp({ units: 1, periods: [2023] }),
  thousand: () => madeUp({ units: 1000, periods: YEARS }),
  long: () => madeUp({ units: 12, periods: YEARS, name: (n) => `${n % 2 ? LONG_ZH : LONG_EN} ${n}`, label: { zh: LONG_ZH.repeat(2), en: LONG_EN }, group: () => LONG_ZH }),
  provinces: () => madeUp({ units: 4, periods: YEARS, name: (n) => ['北京', '上海市', '广东省', '内蒙古自治区'][n], code: (n) => ['北京', 'sh', '440000', 'nm'][n] }),
  shares: () => madeUp({ units: 9, periods: YEARS, most: 1, value: ({ n, period }) => -(period - 2020) * 10 - n }),
  unranked: () => madeUp({ units: 6, periods: YEARS, unranked: true }),
  plain: () => madeUp({ units: 8, periods: [0], draws: false, group: () => null }),
  yearless: () => madeUp({ units: 8, periods: [0], group: () => null }),
  // The last year has figures, but too few for scores.
  late: () => withoutScores(madeUp({ units: 6, periods: YEARS }), 2023),
  two: () => madeUp({ units: 12, periods: YEARS }),
  markup: () => madeUp({ units: 4, periods: YEARS, name: (n) => `<img src=x onerror="window.planted=1"> ${n}` }),
}
function withoutScores(release, period) {
  release.data.units.forEach((unit, row) => {
    if (unit[2] !== period) return
    for (const list of Object.values(release.scores)) list[row] = null
    for (const list of Object.values(release.ranks)) list[row] = 0
  })
  delete release.uncertainty
  return release
}

/** The index "two" has an older release, of other units. */
export const OLD_RELEASE = 'fedcba9876543210'
const OLD = { two: () => madeUp({ units: 9, periods: YEARS, code: (n) => `v${n}`, name: (n) => `旧例单位 ${n}` }) }

const kept = new Map()
function releaseOf(index, id = '') {
  if (id === OLD_RELEASE) return OLD[index]?.() ?? null
  if (index === 'specialised-town' || index === 'slow') return sampleRelease()
  if (!MADE[index]) return null
  if (!kept.has(index)) kept.set(index, MADE[index]())
  return kept.get(index)
}

export const RELEASE = '0123456789abcdef'

function itemOf(index, en) {
  const release = releaseOf(index)
  const { label, about, source, version, nodes } = release.definition
  const say = (words) => (en ? words.en : words.zh)
  const periods = [...new Set(release.data.units.map((one) => one[2]))].filter(Boolean)
  return {
    name: index, version, label: say(label), about: say(about), source, indicators: nodes.filter((one) => !nodes.some((other) => other.parent === one.code)).length,
    releases: [RELEASE, ...(OLD[index] ? [OLD_RELEASE] : [])].map((one) => ({
      release: one, periods, period: periods.at(-1) ?? 0, units: new Set(release.data.units.map((unit) => unit[0])).size,
      uncertainty: release.uncertainty ? 'draws' : 'no', published: one === RELEASE ? '2026-03-05T06:07:08Z' : '2025-02-03T04:05:06Z', current: one === RELEASE, note: '',
    })),
  }
}

const unitRange = (release, unit) => release.uncertainty.units.find((one) => release.data.units[one.row][0] === unit)

function ahead(release, url) {
  const mine = unitRange(release, url.searchParams.get('unit'))
  const items = url.searchParams.getAll('than').map((unit) => {
    const other = unitRange(release, unit)
    return { unit, ahead: other.low > mine.high ? 1 : other.high < mine.low ? 0 : 0.5 }
  })
  return { unit: url.searchParams.get('unit'), draws: release.uncertainty.draws, items }
}

function top_(release, k) {
  return { k, draws: release.uncertainty.draws, items: release.uncertainty.units.map((one) => ({ unit: release.data.units[one.row][0], probability: one.high <= k ? 1 : one.low > k ? 0 : 0.5 })) }
}

function observations(url, en) {
  const { searchParams: query } = url
  const release = sampleRelease()
  const area = query.get('area')
  const indicator = query.get('indicator')
  if (query.get('area') === 'none') return { items: [], next: null }
  if (query.get('area') === 'digits') {
    return { next: null, items: [12.3456, 999.96, 1234567.891].map((value, i) => ({
      index: 'specialised-town', indicator: 'A11', area: 'digits', period: 2021 + i, value, unit: '', source: 'digits.csv', status: 'final', revision: 1, recorded: '2026-03-05T06:07:08Z', note: '',
    })) }
  }
  const rows = release.data.units.flatMap((one, row) => ((!area || one[0] === area) && (!query.get('period') || one[2] === Number(query.get('period'))) ? [row] : []))
  const codes = indicator ? [indicator] : Object.keys(release.data.values)
  const all = rows.flatMap((row) => codes.flatMap((code) => (release.data.values[code] ? [{ row, code }] : [])))
  const start = Number(query.get('cursor') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  const next = new URL(url)
  next.searchParams.set('cursor', String(start + limit))
  return {
    items: all.slice(start, start + limit).flatMap(({ row, code }) => {
      const [unit, name, period] = release.data.units[row]
      const value = release.data.values[code][row]
      const node = release.definition.nodes.find((one) => one.code === code)
      const item = {
        index: 'specialised-town', indicator: code, indicator_label: en ? node.label.en : node.label.zh, area: unit, area_name: name, period, value, unit: node.unit ?? '',
        source: 'town-index.csv', status: value === null ? 'missing' : 'final', revision: 1, recorded: '2026-03-05T06:07:08Z', note: '',
      }
      return query.get('revisions') === 'true' && value !== null ? [{ ...item, revision: 2, note: '更正' }, { ...item, value: value + 1 }] : [item]
    }),
    next: start + limit < all.length ? next.pathname + next.search : null,
  }
}

/** What a path of the index API answers; null where there is no such thing. */
export function indexAnswer(url, en, empty) {
  const parts = url.pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent)
  if (parts[0] === 'observations') return observations(url, en)
  if (parts.length === 1) return { items: empty ? [] : ['specialised-town', 'long', 'plain'].map((one) => itemOf(one, en)) }
  const release = releaseOf(parts[1])
  if (!release) return null
  if (parts.length === 2) return { ...itemOf(parts[1], en), definition: release.definition }
  if (!['current', RELEASE, OLD_RELEASE].includes(parts[3])) return null
  const asked = releaseOf(parts[1], parts[3])
  if (!asked || parts.length === 4) return asked
  if (parts[4] === 'ahead') return ahead(asked, url)
  if (parts[4] === 'top') return top_(asked, Number(url.searchParams.get('k')))
  return null
}
