// The address of a results page and what it means. The address is the whole state:
// q, facet values (repeated), sort, cursor with the page number that is shown for it.
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Field, RecordType, Relaxed } from '../api/types'

export const SORTS = ['relevance', 'date', 'title'] as const
const NOT_FACETS = new Set(['q', 'like', 'linked', 'match', 'syn', 'sort', 'cursor', 'page', 'lang', 'limit', 'facets'])
const ALWAYS = ['type', 'area', 'year', 'subject', 'organisation']

export type Filters = Record<string, string[]>

export interface SearchState {
  q: string
  /** Key of a record that the results are like. */
  like?: string
  /** Key of a record that the results link to. */
  linked?: string
  /** Any piece of the words will do. */
  pieces?: boolean
  /** No synonyms. */
  asWritten?: boolean
  sort: string
  cursor: string
  page: number
  filters: Filters
}

function texts(value: LocationQuery[string]): string[] {
  const list = Array.isArray(value) ? value : [value]
  return [...new Set(list.filter((one): one is string => typeof one === 'string' && one !== ''))]
}

/** isFilter tells which names are filters; the node refuses others, and addresses pick up strange things. */
export function readState(query: LocationQuery, isFilter = (_name: string) => true): SearchState {
  const filters: Filters = {}
  for (const [name, value] of Object.entries(query)) {
    if (NOT_FACETS.has(name) || !isFilter(name)) continue
    const values = texts(value)
    if (values.length) filters[name] = values
  }
  const sort = texts(query.sort)[0] ?? ''
  const page = Number(texts(query.page)[0])
  return {
    q: texts(query.q)[0] ?? '',
    like: texts(query.like)[0] ?? '',
    linked: texts(query.linked)[0] ?? '',
    pieces: texts(query.match)[0] === 'pieces',
    asWritten: texts(query.syn)[0] === '0',
    sort: (SORTS as readonly string[]).includes(sort) ? sort : '',
    cursor: texts(query.cursor)[0] ?? '',
    page: Number.isInteger(page) && page > 1 && page < 1e6 ? page : 1,
    filters,
  }
}

/** The address query of a state; the defaults are left out. */
export function writeState(state: Partial<SearchState>): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  if (state.q) query.q = state.q
  if (state.like) query.like = state.like
  if (state.linked) query.linked = state.linked
  if (state.pieces) query.match = 'pieces'
  if (state.asWritten) query.syn = '0'
  for (const [name, values] of Object.entries(state.filters ?? {})) {
    if (values.length) query[name] = values.length === 1 ? values[0] : values
  }
  if (state.sort) query.sort = state.sort
  if (state.cursor) {
    query.cursor = state.cursor
    if (state.page && state.page > 1) query.page = String(state.page)
  }
  return query
}

/** The same search with one value of a facet put in or taken out, from its first page. */
export function toggled(state: SearchState, facet: string, value: string): LocationQueryRaw {
  const now = state.filters[facet] ?? []
  const next = now.includes(value) ? now.filter((one) => one !== value) : [...now, value]
  return writeState({ ...state, cursor: '', filters: { ...state.filters, [facet]: next } })
}

export function withFacet(state: SearchState, facet: string, values: string[]): LocationQueryRaw {
  return writeState({ ...state, cursor: '', filters: { ...state.filters, [facet]: values } })
}

/** The search that the node proposes where this one found nothing. */
export function relaxedState(state: SearchState, relaxed: Relaxed): SearchState {
  const filters = Object.fromEntries(Object.entries(state.filters).filter(([name]) => name !== relaxed.filter))
  const asWritten = state.asWritten && relaxed.how !== 'synonyms'
  return { ...state, q: relaxed.q, pieces: relaxed.match === 'pieces', asWritten, filters, cursor: '', page: 1 }
}

/** The facets worth counting, in the region's order: the general ones, and all that the chosen types have. */
export function facetNames(types: RecordType[], state: SearchState, order: string[]): string[] {
  const chosen = types.filter((type) => state.filters.type?.includes(type.type))
  const all = new Set(types.flatMap((type) => type.fields.map((field) => field.facet)))
  const names = ALWAYS.filter((name) => name === 'type' || types.length === 0 || all.has(name))
  for (const type of chosen) {
    for (const field of type.fields) if (field.facet) names.push(field.facet)
  }
  names.push(...Object.keys(state.filters).filter((name) => all.has(name)))
  const place = (name: string) => (name === 'type' ? -1 : order.includes(name) ? order.indexOf(name) : order.length)
  return [...new Set(names)].sort((a, b) => place(a) - place(b))
}

/** What of money the chosen types have, or those that were found: the name of the range with what it is called there. */
export function amountsOf(types: RecordType[], state: SearchState, found: string[]): Array<{ name: string; fields: Field[] }> {
  const some = state.filters.type ?? found
  const fields = types.filter((type) => some.includes(type.type)).flatMap((type) => type.fields).filter((field) => field.kind === 'money' && field.range)
  const chosen = types.flatMap((type) => type.fields).filter((field) => field.kind === 'money' && state.filters[field.range ?? ''])
  const names = [...new Set([...fields, ...chosen].map((field) => field.range as string))]
  return names.map((name) => ({ name, fields: fields.filter((field) => field.range === name) }))
}

/** Without words there is nothing to be relevant to: then the newest come first. */
export function sortOf(state: SearchState): string {
  return state.sort || (state.q || state.like ? 'relevance' : 'date')
}

function searched(state: SearchState): URLSearchParams {
  const query = new URLSearchParams()
  if (state.q) query.set('q', state.q)
  if (state.like) query.set('like', state.like)
  if (state.linked) query.set('linked', state.linked)
  if (state.pieces) query.set('match', 'pieces')
  if (state.asWritten) query.set('syn', '0')
  for (const [name, values] of Object.entries(state.filters)) {
    for (const value of values) query.append(name, value)
  }
  query.set('sort', sortOf(state))
  return query
}

export const EXPORT_MOST = 100_000

/** Where the node gives all that the search finds as a file. */
export function exportPath(state: SearchState, format: string, lang: string): string {
  const query = searched(state)
  query.set('format', format)
  query.set('lang', lang)
  return `/api/v1/search/export?${query}`
}

export function apiPath(state: SearchState, facets: string[], values: number, lang: string): string {
  const query = searched(state)
  query.set('facets', facets.join(','))
  if (values) query.set('facet_values', String(values))
  query.set('limit', '20')
  if (state.cursor) query.set('cursor', state.cursor)
  query.set('lang', lang)
  return `/api/v1/search?${query}`
}

/** The cursor in a `next` link of the API. */
export function cursorOf(next: string | null | undefined): string {
  if (!next) return ''
  return new URL(next, location.origin).searchParams.get('cursor') ?? ''
}

/** Years, or other numbers, from one to another; open at an end that is empty. */
export interface Range { from: string; to: string }

export function readRange(value: string): Range | null {
  const match = /^(\d+(?:\.\d+)?)?\.\.(\d+(?:\.\d+)?)?$/.exec(value)
  return match ? { from: match[1] ?? '', to: match[2] ?? '' } : null
}

/** The feed of changes of what the search finds; its order is its own. */
export function feedPath(state: SearchState, lang: string): string {
  const query = searched({ ...state, sort: '' })
  query.delete('sort')
  if (lang === 'en') query.set('lang', lang)
  return `/feed.atom${query.size ? `?${query}` : ''}`
}
