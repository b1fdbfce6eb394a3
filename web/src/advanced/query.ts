// The query language as rows: written from them, and read back into them where it can be. The language itself is the node's
// (docs/search.md); what is read here is the part that rows can say, and what is not is named.

export const HOWS = ['all', 'any', 'phrase', 'begins', 'not'] as const
export type How = typeof HOWS[number]
export type Join = 'AND' | 'OR'

export interface Row { join: Join; field: string; how: How; text: string }
/** A range written as it is compared: "", "2015", "50万". */
export interface Span { from: string; to: string }

export interface Form {
  rows: Row[]
  /** By facet: any of these values. */
  values: Record<string, string[]>
  /** By name of a range, years among them. */
  spans: Record<string, Span>
}

/** What rows may be made of: the other names stand for fields. */
export interface Names { facets: string[]; ranges: string[] }

export const emptyRow = (): Row => ({ join: 'AND', field: '', how: 'all', text: '' })

const OPERATORS = new Set(['AND', 'OR', 'NOT', '与', '或', '非'])
const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}_.\-/+·]*$/u

/* ---- writing ---- */

const phrase = (text: string) => `"${text.replace(/["“”「」]/g, ' ').replace(/\s+/g, ' ').trim()}"`
const word = (text: string) => (PLAIN.test(text) && !OPERATORS.has(text) ? text : phrase(text))
const wordsOf = (text: string) => text.trim().split(/[\s，、；]+/).filter((one) => /[\p{L}\p{N}]/u.test(one))

function rowText(row: Row): string {
  const words = wordsOf(row.text)
  if (words.length === 0) return ''
  const name = row.field ? `${row.field}:` : ''
  const group = (join: string) => (words.length === 1 ? name + word(words[0]) : `${name}(${words.map(word).join(join)})`)
  switch (row.how) {
    case 'any': return group(' OR ')
    case 'phrase': return name + phrase(row.text)
    case 'begins': return `${name}${words.length === 1 && PLAIN.test(words[0]) ? words[0] : phrase(row.text)}*`
    case 'not': return `NOT ${group(' OR ')}`
    default: return !name && words.length > 1 ? words.map(word).join(' AND ') : group(' AND ')
  }
}

const several = (text: string) => / AND /.test(text.replace(/\([^()]*\)|"[^"]*"/g, ''))

function rowsText(rows: Row[]): { text: string; last: Join | '' } {
  let text = ''
  let last: Join | '' = ''
  for (const row of rows) {
    const next = rowText(row)
    if (!next) continue
    if (!text) {
      text = next
      last = several(next) ? 'AND' : ''
      continue
    }
    // Read from the left: what stands before belongs together.
    const before = last && last !== row.join ? `(${text})` : text
    text = `${before} ${row.join} ${row.join === 'OR' && several(next) ? `(${next})` : next}`
    last = row.join
  }
  return { text, last }
}

const value = (text: string) => (/^[\p{L}\p{N}_.-]+$/u.test(text) && !OPERATORS.has(text) ? text : phrase(text))

export function write(form: Form): string {
  const { text, last } = rowsText(form.rows)
  const more = [
    ...Object.entries(form.values).filter(([, list]) => list.length > 0)
      .map(([name, list]) => `${name}:${list.length === 1 ? value(list[0]) : `(${list.map(value).join(' OR ')})`}`),
    ...Object.entries(form.spans).flatMap(([name, span]) => {
      const [from, to] = [span.from.trim(), span.to.trim()]
      return from || to ? [`${name}:${from === to ? from : `${from}..${to}`}`] : []
    }),
  ]
  if (more.length === 0) return text
  return [...(text ? [last === 'OR' ? `(${text})` : text] : []), ...more].join(' AND ')
}

/* ---- reading ---- */

/** The part of a query that rows cannot say. */
export class Unreadable extends Error {
  constructor(readonly part: string) {
    super(part)
  }
}

interface Token { kind: 'word' | 'phrase' | 'open' | 'close' | 'and' | 'or' | 'not'; text: string; name: string; star: boolean }
type Node = { kind: 'leaf'; name: string; how: How; text: string } | { kind: 'and' | 'or'; items: Node[] } | { kind: 'not'; item: Node }

const WIDTH: Record<string, string> = { '（': '(', '）': ')', '：': ':', '＊': '*', '！': '!', '“': '"', '”': '"', '「': '"', '」': '"', '｜': '|', '＆': '&' }

function tokens(text: string): Token[] {
  const plain = [...text].map((one) => WIDTH[one] ?? one).join('')
  const out: Token[] = []
  const scan = /\s+|[，、；]+|&&|\|\||[()]|"([^"]*)"(\*?)|[^\s，、；()"]+/gu
  let at = 0
  let name = ''
  const push = (token: Partial<Token> & Pick<Token, 'kind'>) => {
    out.push({ text: '', star: false, name, ...token })
    name = ''
  }
  for (const match of plain.matchAll(scan)) {
    if (match.index !== at) throw new Unreadable(plain.slice(at, match.index))
    at += match[0].length
    let piece = match[0]
    if (/^[\s，、；]+$/u.test(piece)) continue
    if (piece === '(') push({ kind: 'open' })
    else if (piece === ')') push({ kind: 'close' })
    else if (piece === '&&' || piece === 'AND' || piece === '与') push({ kind: 'and' })
    else if (piece === '||' || piece === 'OR' || piece === '或') push({ kind: 'or' })
    else if (piece === 'NOT' || piece === '非' || piece === '!') push({ kind: 'not' })
    else if (match[1] !== undefined) push({ kind: 'phrase', text: match[1], star: match[2] === '*' })
    else {
      if (/^[-!]./.test(piece)) {
        push({ kind: 'not' })
        piece = piece.slice(1)
      }
      const named = /^([\p{L}_][\p{L}\p{N}_]*):(.*)$/u.exec(piece)
      if (named) {
        name = named[1]
        piece = named[2]
        if (!piece) continue
      }
      push({ kind: 'word', text: piece.replace(/\*$/, ''), star: piece.length > 1 && piece.endsWith('*') })
    }
  }
  if (at !== plain.length) throw new Unreadable(plain.slice(at))
  if (name) throw new Unreadable(`${name}:`)
  return out
}

const asWritten = (list: Token[]) => list.map((one) => {
  const sign = { open: '(', close: ')', and: 'AND', or: 'OR', not: 'NOT', word: one.text, phrase: `"${one.text}"` }[one.kind]
  return (one.name ? `${one.name}:` : '') + sign + (one.star ? '*' : '')
}).join(' ')

function tree(list: Token[], ranges: string[]): Node {
  let at = 0
  const fail = (): never => { throw new Unreadable(asWritten(list.slice(Math.max(0, at - 1), at + 3))) }
  function part(outer: string): Node {
    const token = list[at]
    if (!token) return fail()
    at += 1
    const name = token.name || outer
    if (token.kind === 'not') return { kind: 'not', item: part(outer) }
    if (token.kind === 'open') {
      const inner = either(name)
      if (list[at]?.kind !== 'close') return fail()
      at += 1
      return inner
    }
    // Signs alone are no word: the node leaves them out, too.
    if ((token.kind === 'word' || token.kind === 'phrase') && !/[\p{L}\p{N}]/u.test(token.text)) throw new Unreadable(asWritten([token]))
    // A comparison of what has no place of its own: as a word it would mean its letters.
    if (token.kind === 'word' && name && !ranges.includes(name) && /^[<>=≥≤＜＞]/.test(token.text)) throw new Unreadable(asWritten([token]))
    if (token.kind === 'word') return { kind: 'leaf', name, how: token.star ? 'begins' : 'all', text: token.text }
    if (token.kind === 'phrase') return { kind: 'leaf', name, how: token.star ? 'begins' : 'phrase', text: token.text }
    return fail()
  }
  function both(outer: string): Node {
    const items = [part(outer)]
    while (at < list.length && list[at].kind !== 'close' && list[at].kind !== 'or') {
      if (list[at].kind === 'and') at += 1
      items.push(part(outer))
    }
    return items.length === 1 ? items[0] : { kind: 'and', items: items.flatMap((one) => (one.kind === 'and' ? one.items : [one])) }
  }
  function either(outer: string): Node {
    const items = [both(outer)]
    while (list[at]?.kind === 'or') {
      at += 1
      items.push(both(outer))
    }
    return items.length === 1 ? items[0] : { kind: 'or', items: items.flatMap((one) => (one.kind === 'or' ? one.items : [one])) }
  }
  const all = either('')
  if (at < list.length) fail()
  return all
}

function shown(node: Node): string {
  if (node.kind === 'leaf') return `${node.name ? `${node.name}:` : ''}${node.how === 'phrase' ? `"${node.text}"` : node.text}${node.how === 'begins' ? '*' : ''}`
  if (node.kind === 'not') return `NOT ${shown(node.item)}`
  return `(${node.items.map(shown).join(node.kind === 'and' ? ' AND ' : ' OR ')})`
}

type Leaf = Extract<Node, { kind: 'leaf' }>
/** A word, or a phrase that only a word of signs makes. */
const isWord = (one: Leaf) => one.how === 'all' || (one.how === 'phrase' && wordsOf(one.text).join(' ') === one.text && !/\s/.test(one.text) && word(one.text) !== one.text)
/** The words of a group that are all looked for in one place, or null. */
function wordsIn(node: Node, kind: 'and' | 'or'): { name: string; text: string } | null {
  const items = node.kind === kind ? node.items : [node]
  const first = items[0] as Leaf
  if (!items.every((one): one is Leaf => one.kind === 'leaf' && isWord(one) && one.name === first.name)) return null
  return { name: first.name, text: items.map((one) => (one as Leaf).text).join(' ') }
}

/** One row that says all of a part, or null. */
function rowOf(node: Node, join: Join): Row | null {
  if (node.kind === 'leaf') return { join, field: node.name, how: isWord(node) ? 'all' : node.how, text: node.text }
  if (node.kind === 'not') {
    const none = wordsIn(node.item, 'or')
    return none && { join, field: none.name, how: 'not', text: none.text }
  }
  const words = wordsIn(node, node.kind)
  return words && { join, field: words.name, how: node.kind === 'or' ? 'any' : 'all', text: words.text }
}

function valuesOf(node: Node): { name: string; list: string[] } | null {
  const items = node.kind === 'or' ? node.items : [node]
  const first = items[0]
  if (first.kind !== 'leaf' || !items.every((one) => one.kind === 'leaf' && one.name === first.name && one.how !== 'begins')) return null
  return { name: first.name, list: items.map((one) => (one as Leaf).text) }
}

function spanOf(text: string): Span | null {
  const range = /^([^<>=]*?)\.\.([^<>=]*)$/.exec(text)
  if (range && (range[1] || range[2])) return { from: range[1], to: range[2] }
  const side = /^(>=|<=)(.+)$/.exec(text)
  if (side) return side[1] === '>=' ? { from: side[2], to: '' } : { from: '', to: side[2] }
  return /^\d[^<>=]*$/.test(text) ? { from: text, to: text } : null
}

/** Takes a condition that has its own place in the form; false where it is for a row. */
function takePlace(node: Node, names: Names, form: Form): boolean {
  const found = valuesOf(node)
  if (!found) return false
  if (names.ranges.includes(found.name)) {
    const span = found.list.length === 1 ? spanOf(found.list[0]) : null
    if (!span || form.spans[found.name]) throw new Unreadable(shown(node))
    form.spans[found.name] = span
    return true
  }
  if (!names.facets.includes(found.name)) return false
  if (form.values[found.name]) throw new Unreadable(shown(node))
  form.values[found.name] = found.list
  return true
}

function rowsFrom(node: Node, join: Join): Row[] {
  const whole = rowOf(node, join)
  if (whole) return [whole]
  if (node.kind === 'leaf' || node.kind === 'not') throw new Unreadable(shown(node))
  const own: Join = node.kind === 'and' ? 'AND' : 'OR'
  // A group within stands first, for rows are read from the left; there is room for one.
  const groups = node.items.filter((one) => !rowOf(one, own))
  if (groups.length > 1) throw new Unreadable(shown(groups[1]))
  const rows = groups.length ? rowsFrom(groups[0], own) : []
  for (const one of node.items) {
    const row = groups.includes(one) ? null : rowOf(one, own)
    const last = rows.at(-1)
    // Words that are all to be found anywhere stand in one row.
    if (row && last && own === 'AND' && last.join === 'AND' && row.how === 'all' && last.how === 'all' && !row.field && !last.field) last.text += ` ${row.text}`
    else if (row) rows.push(row)
  }
  rows[0].join = join
  return rows
}

/** The form that says the same as the query. Throws Unreadable. */
export function read(query: string, names: Names): Form {
  const form: Form = { rows: [], values: {}, spans: {} }
  const list = query.trim() === '*' ? [] : tokens(query)
  if (list.length === 0) return { ...form, rows: [emptyRow()] }
  const all = tree(list, names.ranges)
  const items = all.kind === 'and' ? all.items : [all]
  const rest = items.filter((one) => !takePlace(one, names, form))
  const known = (node: Node): void => {
    if (node.kind === 'leaf' && (names.facets.includes(node.name) || names.ranges.includes(node.name))) throw new Unreadable(shown(node))
    if (node.kind === 'not') known(node.item)
    if (node.kind === 'and' || node.kind === 'or') node.items.forEach(known)
  }
  rest.forEach(known)
  if (rest.length) form.rows = rowsFrom(rest.length === 1 ? rest[0] : { kind: 'and', items: rest }, 'AND')
  if (form.rows.length) form.rows[0].join = 'AND'
  else form.rows = [emptyRow()]
  return form
}
