// A stand-in for a node, for states that a real one shows only by accident: nothing at all, ten
// thousand rows, very long texts, markup in the data, slowness, failures. It serves web/dist with
// the node's security policy; what it answers depends on the words searched for and on the key.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { helpAnswer } from './fixture-help.mjs'
import { indexAnswer } from './fixture-indexes.mjs'
import { types } from './fixture-types.mjs'

const DIST = fileURLToPath(new URL('../../../web/dist/', import.meta.url))
const MIME = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
export const CSP = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:"
const SLOW_MS = 1500

const id = (n) => `01J8ZZZZZZ${String(n).padStart(16, '0')}`
const MARKUP = '<img src=x onerror="window.planted=1"><script>window.planted=1</script>'
const LONG_ZH = '面向粤港澳大湾区战略性新兴产业集群的超大规模多模态工业智能协同创新公共服务平台关键共性技术研究与应用示范'.repeat(4)
const LONG_EN = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3)

const words = (en, zh, english) => (en ? english : zh)

function titleOf(kind, n, en) {
  if (kind === 'long') return n % 2 ? LONG_ZH : LONG_EN
  if (kind === 'markup') return `${MARKUP} ${n}`
  return words(en, `示例论文 ${n}：工业机器人精密减速器的疲劳寿命`, `Sample paper ${n}: fatigue life of precision reducers`)
}

function item(kind, n, en) {
  const title = titleOf(kind, n, en)
  const text = kind === 'markup' ? MARKUP : words(en, '本文研究工业机器人关节减速器在交变载荷下的疲劳。', 'Fatigue of joint reducers under load.')
  return {
    key: `paper/${id(n)}`, type: 'paper', type_label: words(en, '论文', 'Paper'), title,
    highlight: { title: title.replace('机器人', '\u0002机器人\u0003'), text: text.replace('机器人', '\u0002机器人\u0003'), field: 'abstract' },
    area: '440100', area_label: words(en, '广州市', 'Guangzhou'), year: 2000 + (n % 24),
    facts: [
      { field: 'authors', label: words(en, '作者', 'Authors'), value: kind === 'long' ? LONG_ZH : '示例甲、示例乙' },
      { field: 'journal', label: words(en, '期刊', 'Journal'), value: kind === 'markup' ? MARKUP : '示例学报' },
    ],
    updated: '2026-03-05T06:07:08Z',
  }
}

const TOTALS = { zero: 0, one: 1, many: 10_000, long: 12, markup: 4 }

function search(url, en) {
  const q = url.searchParams.get('q') ?? ''
  const kind = Object.keys(TOTALS).find((name) => q.includes(name)) ?? 'some'
  const filtered = ['area', 'year', 'type'].some((name) => url.searchParams.has(name))
  const loose = url.searchParams.get('match') === 'pieces'
  const total = loose ? 45 : kind in TOTALS ? TOTALS[kind] : filtered ? 37 : 123
  const limit = Number(url.searchParams.get('limit') ?? 20)
  const start = Number(url.searchParams.get('cursor') ?? 0)
  const end = Math.min(start + limit, total)
  const next = new URL(url)
  next.searchParams.set('cursor', String(end))
  const value = (code, zh, english, count) => ({ value: code, label: words(en, zh, english), count })
  const years = Array.from({ length: 14 }, (_, i) => value(String(2024 - i), String(2024 - i), String(2024 - i), 30 - i))
  const all = {
    type: [value('paper', '论文', 'Paper', 100), value('instrument', '仪器设备', 'Instrument', 23)],
    area: [value('440100', '广州市', 'Guangzhou', 61), value('440300', kind === 'long' ? LONG_ZH : '深圳市', 'Shenzhen', 40)],
    year: years,
    subject: Array.from({ length: 30 }, (_, i) => value(String(110 + i), `示例学科 ${i + 1}`, `Sample field ${i + 1}`, 60 - i)),
  }
  const most = Number(url.searchParams.get('facet_values') ?? 2)
  const wanted = (url.searchParams.get('facets') ?? '').split(',')
  return {
    total, relation: q.includes('over') ? 'gte' : 'eq', looked: q.includes('over') ? 0.4 : 1, took_us: 940,
    items: Array.from({ length: end - start }, (_, i) => item(kind, start + i + 1, en)),
    facets: Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name) && total > 0)
      .map(([name, values]) => [name, name === 'subject' ? values.slice(0, most) : values])),
    facet_distinct: { type: 2, area: 2, year: 14, subject: all.subject.length },
    facet_labels: { type: words(en, '类型', 'Type'), area: words(en, '地区', 'Area'), year: words(en, '年份', 'Year'), subject: words(en, '学科', 'Field of science') },
    query: {
      text: q, understood: q.replaceAll(' ', ' AND '),
      synonyms: q.includes('电镜') && url.searchParams.get('syn') !== '0' ? [{ word: '电镜', also: '电子显微镜' }, { word: '电镜', also: kind === 'long' ? LONG_EN : 'electron microscope' }] : [],
      ignored: q.includes('(') ? [{ text: '(', reason: words(en, '括号没有合上', 'the bracket is not closed') }] : [],
    },
    relaxed: total === 0 && q.includes('zerowide') ? [
      { how: 'pieces', q, match: 'pieces', filter: null, part: null, total: 45, relation: 'eq' },
      ...(url.searchParams.has('area') ? [{ how: 'filter', q, match: 'phrase', filter: 'area', part: words(en, '广州市', 'Guangzhou'), total: 12_345, relation: 'gte' }] : []),
      { how: 'word', q: '机器人', match: 'phrase', filter: null, part: 'zerowide', total: 123, relation: 'eq' },
    ] : [],
    next: end < total ? next.pathname + next.search : null,
  }
}

/** Suggestions of every kind for what holds 机 or begins with ji; words such as "long" and "markup" as above. */
function suggest(url, en, empty) {
  const q = url.searchParams.get('q') ?? ''
  const kind = Object.keys(TOTALS).find((name) => q.includes(name)) ?? 'some'
  const meant = /机|^ji/.test(q)
  const facet = (name, one, value, zh, english, note) => ({ kind: one, label: words(en, zh, english), marked: words(en, zh, english).replace(/^./, '\u0002$&\u0003'), note, facet: name, value })
  const items = empty || kind === 'zero' || !(meant || kind !== 'some') ? [] : [
    facet('type', 'type', 'instrument', '机器设备', 'Machines', null),
    facet('area', 'place', '440100', '机场街道', 'Jichang', words(en, '广州市 广东省', 'Guangzhou, Guangdong')),
    facet('subject', 'term', '460', '机械工程', 'Mechanics', words(en, '学科', 'Field of science')),
    ...[1, 2].map((n) => ({ kind: 'record', label: titleOf(kind, n, en), marked: titleOf(kind, n, en).replace('机器人', '\u0002机器人\u0003'), note: words(en, '论文', 'Paper'), key: `paper/${id(n)}`, type: 'paper' })),
  ]
  return { items, complete: true, took_us: 900 }
}

const CITIES = '广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮'.split(' ')
const CITY_CODES = '4401 4402 4403 4404 4405 4406 4407 4408 4409 4412 4413 4414 4415 4416 4417 4418 4419 4420 4451 4452 4453'.split(' ').map((code) => `${code}00`)
const COUNTIES = [['440103', '荔湾区'], ['440106', '天河区'], ['440118', '增城区']]

/** The values of one side of a table, and what they lie under. Only one city has parts here, and its parts have none. */
function crossSide(url, side, kind, en) {
  const facet = url.searchParams.get(side)
  const under = url.searchParams.get(`${side}_under`) ?? ''
  const named = (values) => values.map(([value, label]) => ({ value, label: kind === 'markup' ? `${MARKUP} ${label}` : kind === 'long' ? `${LONG_ZH.slice(0, 24)}${label}` : label }))
  const path = [['440000', words(en, '广东省', 'Guangdong')], ...(under > '440000' ? [[`${under.slice(0, 4)}00`, words(en, '广州市', 'Guangzhou')]] : []), ...(/00$/.test(under) ? [] : [[under, words(en, '天河区', 'Tianhe')]])]
  if (facet === 'type') return { facet, path: [], values: [['paper', words(en, '论文', 'Paper')], ['instrument', words(en, '仪器设备', 'Instrument')]].map(([value, label]) => ({ value, label })) }
  if (facet === 'year') return { facet, path: [], values: named(Array.from({ length: 40 }, (_, i) => [String(new Date().getFullYear() - 39 + i)]).map(([year]) => [year, year])) }
  if (facet === 'subject') return { facet, path: [], values: named(Array.from({ length: 12 }, (_, i) => [String(110 + 10 * i), words(en, `示例学科 ${i + 1}`, `Sample field ${i + 1}`)])) }
  const values = under === '440000' ? CITIES.map((name, i) => [CITY_CODES[i], words(en, `${name}市`, `City ${i + 1}`)]) : under === '440100' ? COUNTIES.map(([code, name], i) => [code, words(en, name, `District ${i + 1}`)]) : []
  return { facet, path: path.map(([value, label]) => ({ value, label })), values: named(values) }
}

/** Cells from their places; "apart" in the words: nobody works with another. */
function crossing(url, en) {
  const q = url.searchParams.get('q') ?? ''
  const kind = Object.keys(TOTALS).find((name) => q.includes(name)) ?? 'some'
  const total = search(url, en).total
  const [rows, columns] = ['rows', 'columns'].map((side) => crossSide(url, side, kind, en))
  const most = Math.max(1, Math.ceil(total / 8))
  const cell = (r, c) => {
    if (rows.facet === 'organisation.area') {
      if (r === c) return total
      return q.includes('apart') || (r * c) % 4 || r + c > 14 ? 0 : Math.min(total, (r + c) * (kind === 'many' ? 100 : 1))
    }
    return Math.min(total, (r * 7 + c * 5) % 3 ? 0 : Math.ceil(most / (1 + r + c)))
  }
  const counts = rows.values.map((_, r) => columns.values.map((__, c) => cell(r, c)))
  const most_ = (list) => Math.min(total, list.reduce((sum, one) => sum + one, 0))
  const label = (facet) => ({ type: words(en, '类型', 'Type'), year: words(en, '年份', 'Year'), subject: words(en, '学科', 'Field of science') }[facet] ?? words(en, '地区', 'Area'))
  return {
    total, relation: 'eq', took_us: 700, counts,
    rows: { ...rows, label: label(rows.facet), values: rows.values.map((one, r) => ({ ...one, count: most_(counts[r]) })) },
    columns: { ...columns, label: label(columns.facet), values: columns.values.map((one, c) => ({ ...one, count: most_(counts.map((row) => row[c])) })) },
  }
}

function record(key, en) {
  const n = Number(key.slice(-10)) || 1
  const kind = n === 901 ? 'long' : n === 902 ? 'markup' : 'some'
  const title = titleOf(kind, n, en)
  const people = kind === 'long' ? 300 : 3
  const link = (label, ref) => ({ label, ref })
  const plain = kind === 'markup' ? MARKUP : kind === 'long' ? LONG_EN : '示例文字'
  return {
    key, type: 'paper', title, version: 3, seq: 4711, created: '2026-01-02T03:04:05Z', updated: '2026-03-05T06:07:08Z', status: 'published',
    body: {
      title, authors: Array.from({ length: people }, (_, i) => link(`示例人${i + 1}`, i === 0 ? `person/${id(7)}` : '')),
      journal: plain, published_on: '2025-06', keywords: ['减速器', '疲劳', plain], area: '440100', kind: 'article',
      abstract: `${plain}\n\n第二段：${kind === 'long' ? LONG_ZH.repeat(5) : '寿命试验与仿真一致。'}`, doi: '10.1234/示例.5678',
      pages: 12, impact: 3.25, cost: 123456789, open: true, year: 2025, homepage: 'https://example.org/paper',
      bad_link: 'javascript:alert(1)', mail: 'author@example.org',
      funding: [
        { funder: link('示例基金', ''), number: 'SL-2025-001', amount: 5000000, way: 'grant' },
        { funder: link('示例单位', `organisation/${id(8)}`), number: plain, amount: 100 },
      ],
    },
    links: [
      { field: 'authors', role: 'authored_by', label: '示例人1', key: `person/${id(7)}`, type: 'person' },
      { field: 'authors', role: 'authored_by', label: '示例人2', key: null, type: 'person' },
      { field: 'authors', role: 'authored_by', label: '示例人3', key: `person/${id(9)}`, type: 'person', deleted: true },
    ],
    backlinks: [
      { type: 'instrument', field: 'papers', role: 'used_in', role_label: words(en, '产出', 'Used in'), total: 45,
        items: Array.from({ length: 20 }, (_, i) => ({ key: `instrument/${id(100 + i)}`, title: `${plain} ${i + 1}`, date: '2020-06' })) },
    ],
    identities: [{ scheme: 'doi', value: '10.1234/示例.5678' }, { scheme: 'src', value: 'fixture:1' }],
    sources: [
      { node: 'fixture', source_key: 'row-17', origin: 'import', mapping: 'csl-papers', file: 'papers.jsonl', row: 17, datestamp: '2026-01-02T03:04:05Z' },
      { node: 'fixture', source_key: 'x', origin: 'local', datestamp: '2026-03-05T06:07:08Z' },
    ],
    provenance: { title: 0, abstract: 1, authors: 0 },
    labels: { area: { 440100: words(en, '广州市', 'Guangzhou') }, kind: { article: words(en, '期刊论文', 'Article') }, 'funding.way': { grant: words(en, '无偿资助', 'Grant') } },
  }
}

const history = {
  items: [
    { version: 3, seq: 4711, at: '2026-03-05T06:07:08Z', actor: '示例管理员', action: 'update', reason: '更正摘要', body: { title: 'a', abstract: 'c' } },
    { version: 2, seq: 300, at: '2026-02-01T00:00:00Z', actor: 'cli', action: 'update', body: { title: 'a', abstract: 'b' } },
    { version: 1, seq: 17, at: '2026-01-02T03:04:05Z', actor: 'import', action: 'create', body: { title: 'a' } },
  ],
  next: null,
}

/** Forty versions, ten a page, the newest first. */
function longHistory(url) {
  const start = Number(url.searchParams.get('cursor') ?? 0)
  const next = new URL(url)
  next.searchParams.set('cursor', String(start + 10))
  return {
    items: Array.from({ length: 10 }, (_, i) => ({ version: 40 - start - i, seq: 400 - start - i, at: '2026-03-05T06:07:08Z', actor: 'cli', action: 'update', body: { title: 'a' } })),
    next: start + 10 < 40 ? next.pathname + next.search : null,
  }
}

function backlinks(url) {
  const start = Number(url.searchParams.get('cursor') ?? 0)
  const next = new URL(url)
  next.searchParams.set('cursor', String(start + 20))
  return {
    items: Array.from({ length: Math.min(20, 45 - start) }, (_, i) => ({ key: `instrument/${id(100 + start + i)}`, title: `示例仪器 ${start + i + 1}` })),
    next: start + 20 < 45 ? next.pathname + next.search : null,
  }
}

class Problem extends Error {
  constructor(status, title, extra = {}) {
    super(title)
    this.status = status
    this.extra = extra
  }
}

function answer(url, en, empty) {
  const path = url.pathname.replace('/api/v1', '')
  if (path === '/node') {
    const counts = empty ? {} : { paper: 123_456, instrument: 23 }
    return {
      name: '示例节点', region: { zh: '广东', en: 'Guangdong' }, area: '440000', version: '0.1.0', seq: empty ? 0 : 4711, time_zone: 'Asia/Shanghai',
      counts, facets: ['type', 'area', 'year', 'kind', 'subject'].map((name) => ({ name, label: search(url, en).facet_labels[name] ?? words(en, '类别', 'Kind') })),
      total: empty ? 0 : 123_479, index: { engine: 'fts5', reached: 4711, seq: 4711, state: 'ready' },
    }
  }
  if (path === '/types') return { items: types, schemes: { doi: 'DOI', src: words(en, '来源记录', 'Source record') }, resolvers: { doi: 'https://doi.org/' } }
  if (path === '/search') return empty ? { ...search(url, en), total: 0, items: [], facets: {}, next: null } : search(url, en)
  if (path === '/suggest') return suggest(url, en, empty)
  if (path === '/cross') return crossing(url, en)
  if (path === '/changes') {
    return { items: Array.from({ length: 12 }, (_, i) => ({
      seq: 4700 + i, at: '2026-03-05T06:07:08Z', room: 'catalog', action: i % 3 ? 'update' : 'create', subject: `paper/${id(i + 1)}`, title: titleOf('some', i + 1, en),
    })), next: null }
  }
  if (/^\/(indexes|observations)/.test(path)) {
    const found = indexAnswer(url, en, empty)
    if (!found) throw new Problem(404, 'no such index')
    return found
  }
  if (/^\/(tour|glossary|identifiers|data)/.test(path)) {
    const found = helpAnswer(path, url, en, empty)
    if (!found) throw new Problem(404, 'no such thing')
    return found
  }
  const [, type, name, rest] = /^\/records\/([^/]+)\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
  if (!type) throw new Problem(404, 'not found')
  if (name.endsWith('301')) throw new Problem(301, 'merged', { location: `/api/v1/records/paper/${id(5)}` })
  if (name.endsWith('404')) throw new Problem(404, 'no such record')
  if (name.endsWith('410')) throw new Problem(410, 'deleted', { deleted: '2026-03-05T06:07:08Z' })
  if (rest === 'history') return name.endsWith('340') ? longHistory(url) : history
  if (rest === 'links') return backlinks(url)
  return record(`${type}/${name}`, en)
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function api(url, request, reply, options) {
  const en = url.searchParams.get('lang') === 'en'
  const q = url.searchParams.get('q') ?? ''
  const trouble = q + url.pathname
  const requestId = `req-${Date.now()}`
  options.log.push(url.pathname + url.search)
  try {
    if (options.down?.(url)) throw new Problem(500, 'failed')
    if (/slow|SLOW/.test(trouble)) await wait(SLOW_MS)
    await options.hold?.(url)
    if (/offline/.test(trouble)) return request.socket.destroy()
    if (/busy/.test(trouble)) throw new Problem(503, 'busy')
    if (/fail|FAIL/.test(trouble)) throw new Problem(500, 'failed', { detail: 'planted failure' })
    if (/invalid/.test(trouble)) throw new Problem(400, 'bad', { problems: [{ field: 'year', code: 'range', message: 'year must be 1000..2200' }] })
    const text = JSON.stringify(answer(url, en, options.empty))
    reply.writeHead(200, { 'Content-Type': 'application/json', 'X-Request-Id': requestId })
    reply.end(text)
  } catch (error) {
    const status = error.status ?? 500
    const location = error.extra?.location ? { Location: error.extra.location } : {}
    reply.writeHead(status, { 'Content-Type': 'application/problem+json', ...location })
    reply.end(JSON.stringify({ type: 'about:blank', title: error.message, status, request_id: requestId, ...error.extra }))
  }
}

async function file(url, reply) {
  const path = normalize(join(DIST, url.pathname))
  const isAsset = path.startsWith(DIST) && extname(path) !== ''
  try {
    const bytes = await readFile(isAsset ? path : join(DIST, 'index.html'))
    reply.writeHead(200, { 'Content-Type': MIME[isAsset ? extname(path) : '.html'] ?? 'application/octet-stream', 'Content-Security-Policy': CSP })
    reply.end(bytes)
  } catch {
    reply.writeHead(404).end()
  }
}

/**
 * Starts one on a free port. options.empty: a node without records; options.down(url): answer 500; options.hold(url): a promise that
 * the answer waits for.
 */
export async function startFixture(options = {}) {
  const own = { ...options, log: [] }
  const server = createServer((request, reply) => {
    const url = new URL(request.url, 'http://fixture')
    const done = url.pathname.startsWith('/api/') ? api(url, request, reply, own) : file(url, reply)
    done.catch((error) => {
      console.error(error)
      reply.destroy()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** The API paths asked for so far. */
    log: own.log,
    options: own,
    id,
    close: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    }),
  }
}

// `node fixture.mjs` alone serves until it is stopped: for looking at a state while writing the page.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startFixture({ empty: process.argv.includes('--empty') })
  console.log(`listening on ${url}`)
}
