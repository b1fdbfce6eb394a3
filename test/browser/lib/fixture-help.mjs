// What the stand-in for a node answers of help: nothing at all, very long words, markup.
const LONG_ZH = '面向粤港澳大湾区战略性新兴产业集群的超大规模多模态工业智能协同创新公共服务平台'.repeat(3)
const LONG_EN = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2)
const MARKUP = '<img src=x onerror="window.planted=1">'

const example = (params, total, more = {}) => ({ says: '示例', params, overview: false, total, relation: 'eq', understood: '', ignored: [], synonyms: [], ...more })

function tour(empty) {
  if (empty) return { items: [] }
  return { items: [
    { name: 'words', label: '词语', about: '说明。', examples: [example([['q', 'many']], 10_000), example([['q', 'zero']], 0), example([['q', 'over']], 5, { relation: 'gte' })] },
    { name: 'long', label: LONG_ZH, about: LONG_EN, examples: [example([['q', LONG_EN]], 1, { says: LONG_ZH, ignored: [{ text: LONG_EN, reason: LONG_ZH }], synonyms: [{ word: 'x', also: LONG_EN }] })] },
    { name: 'markup', label: MARKUP, about: MARKUP, examples: [example([['q', MARKUP]], 1, { says: MARKUP }), example([['linked', '']], 0)] },
    { name: 'typed', label: '建议', about: '说明。', examples: [{ says: '拼音', typed: 'ji', suggestions: [{ kind: 'term', label: LONG_ZH, marked: LONG_ZH, note: LONG_EN, facet: 'subject', value: '460' }], total: 1, relation: 'eq' }] },
  ] }
}

function glossary(url, en, empty) {
  const q = url.searchParams.get('q') ?? ''
  const term = (name, label, about, more = {}) => ({ name, kind: 'term', label, other_label: en ? '词' : 'Word', about, source: null, of: null, ...more })
  const items = empty || q.includes('zero') ? [] : [
    term('completeness', '完整度', '公开字段中有值的比例。', { source: LONG_EN }), term('provenance', '来源说明', LONG_ZH), term('long', LONG_EN, LONG_ZH), term('markup', MARKUP, MARKUP),
    term('type-paper', '论文', '文献。', { kind: 'type', of: 'paper' }), term('id-doi', 'DOI', '标识。', { kind: 'identifier', of: 'doi' }),
  ]
  return { total: items.length, items }
}

const working = { parts: Array.from({ length: 17 }, (_, i) => ({ sign: 'A', value: 10, weight: i + 1 })), sum: 1530, modulus: 31, rest: 11, given: 'X', expected: 'Y' }
const kinds = [
  { name: 'doi', label: 'DOI', about: LONG_ZH, form: LONG_EN, rule: 'doi', standard: 'ISO 26324', example: `10.1000/${LONG_EN}`, resolve: 'https://doi.org/', working: null, fields: [{ type: 'paper', type_label: '论文', field: 'doi', label: 'DOI', identity: true }] },
  { name: 'uscc', label: LONG_ZH, about: null, form: null, rule: 'uscc', standard: null, example: '9'.repeat(18), resolve: null, working, fields: [{ type: 'paper', type_label: LONG_ZH, field: 'uscc', label: LONG_EN, identity: false }] },
]

function identifier(scheme, value) {
  const good = !value.includes('bad')
  return { scheme, label: 'DOI', given: value, good, value: good ? value : null, says: good ? '符合规则' : '校验位应为“Y”，现为“X”', mended: good ? null : LONG_EN, working: good ? null : working,
    records: good && !value.includes('zero') ? [{ key: 'paper/01J8ZZZZZZ0000000000000001', type: 'paper', type_label: '论文', title: MARKUP + LONG_ZH }] : [], more: good }
}

export function helpAnswer(path, url, en, empty) {
  if (path === '/tour') return tour(empty)
  if (path === '/glossary') return glossary(url, en, empty)
  if (path === '/identifiers') return { items: empty ? [] : kinds }
  if (path === '/data') return { seq: 1, at: '2026-03-05T06:07:08Z', records: 123, took_ms: 1, types: [{ type: 'paper', records: 123, updated: null, completeness: 0.5, fields: { doi: 45 } }], sources: [] }
  const [, scheme, value] = /^\/identifiers\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return scheme ? identifier(decodeURIComponent(scheme), decodeURIComponent(value)) : null
}
