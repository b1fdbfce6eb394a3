// What the overview shows: one state in the address, the very parameters of a search, and the tables of it.
// Each number is that of the search it opens to: a table's own facets are not filters of it but stand in its rows and columns.
import { computed, shallowReactive, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw, type RouteLocationRaw } from 'vue-router'
import type { ChangePage, CrossAnswer, CrossSide, SearchAnswer } from '../api/types'
import { i18n, language } from '../i18n'
import { isFilter, node, nodeError, nodeName, types, typesError, zone } from '../lib/common'
import { instant, number } from '../lib/format'
import { noteLabels } from '../lib/labels'
import { useLoad, type Loading } from '../lib/load'
import { usePageQuery } from '../lib/measure'
import { readState, writeState, type Filters, type SearchState } from '../lib/query'
import '../locales/measure'
import '../locales/overview'
import { yearsOf } from './years'

const FIELDS = 12
const ALL = 100
/** What an answer was asked with. */
export interface Asked { q: string; filters: Filters; /** What the page was narrowed to. */ chosen: Filters; years: { from: number; to: number } }
/** A table, and what it was asked with: while the next answer is on its way, that of the one which is shown. */
export interface Table {
  load: Loading<CrossAnswer>
  asked: ComputedRef<Asked>
  /** Where the records are that a number of the answer counts, its own facets' values being `more`. */
  search: (more?: Filters) => string
}

export type Part = 'facets' | 'growth' | 'fields' | 'places' | 'within' | 'heat' | 'pairs'
export const EVERYTHING: Part[] = ['facets', 'growth', 'fields', 'places', 'within', 'heat', 'pairs']

export function useOverview(parts: Part[]) {
  const { t } = i18n.global
  const router = useRouter()
  const route = useRoute()
  const query = usePageQuery()
  const ready = computed(() => Boolean((types.value || typesError.value) && (node.value || nodeError.value)))
  const state = computed<SearchState>(() => {
    const { q, filters } = readState(query.value, isFilter)
    return { q, filters, sort: '', cursor: '', page: 1 }
  })
  const root = computed(() => node.value?.area ?? '')
  /** The running year, where the node is. */
  const now = computed(() => Number(instant(new Date().toISOString(), zone.value).slice(0, 4)))
  const years = computed(() => yearsOf(state.value.filters.year, now.value))

  // Codes with nothing below them stand among those beside them: the node says so the first time that one is asked for.
  const leaves = shallowReactive(new Map<string, string>())
  const chosen = (facet: string) => (state.value.filters[facet]?.length === 1 ? state.value.filters[facet][0] : '')
  const top = (facet: string) => (facet === 'area' ? root.value : '')
  /** The code whose parts the values of a facet are: the chosen one, or the one above it where it has no parts; "" = the most frequent. */
  function under(facet: string): string {
    const one = chosen(facet)
    return one ? leaves.get(`${facet} ${one}`) ?? one : top(facet)
  }

  /** All filters but those of the facets named; of these only what their values lie under. */
  function filtersBeside(...facets: string[]): Filters {
    const filters = { ...state.value.filters }
    for (const facet of facets) {
      delete filters[facet]
      if (under(facet) && under(facet) !== top(facet)) filters[facet] = [under(facet)]
    }
    return filters
  }

  function searched(filters: Filters, more: Record<string, string>): string {
    const params = new URLSearchParams()
    if (state.value.q) params.set('q', state.value.q)
    for (const [name, values] of Object.entries(filters)) for (const value of values) params.append(name, value)
    for (const [name, value] of Object.entries(more)) if (value) params.set(name, value)
    params.set('lang', language())
    return params.toString()
  }

  function noteSide({ facet, label, path, values }: CrossSide): void {
    if (values.length === 0 && path.length) leaves.set(`${facet} ${path.at(-1)?.value}`, path.at(-2)?.value ?? top(facet))
    noteLabels({ facet_labels: { [facet]: label }, facets: { [facet]: [...path, ...values] } } as unknown as SearchAnswer)
  }

  /** What is asked now, as long as the answer is of it; else what the answer that is shown was asked with. */
  const askedOf = (load: Loading<unknown>, filters: () => Filters) => computed<Asked>((before) =>
    (load.answer.value !== null || before === undefined ? { q: state.value.q, filters: filters(), chosen: state.value.filters, years: years.value } : before))
  const searchOf = (asked: ComputedRef<Asked>) => (more: Filters = {}) => search({ ...asked.value.filters, ...more }, asked.value.q)

  function useTable(part: Part, filters: () => Filters, more: () => Record<string, string>): Table {
    const own = computed(filters)
    const load = useLoad<CrossAnswer>(() =>
      ready.value && parts.includes(part) && Object.values(more()).every((one) => one !== '-') ? `/api/v1/cross?${searched(own.value, more())}` : null)
    watch(load.data, (answer) => {
      if (!answer) return
      noteSide(answer.rows)
      noteSide(answer.columns)
    }, { immediate: true, flush: 'sync' })
    // A code that is in no list has nothing below it either.
    watch(load.error, (error) => {
      for (const { field } of error?.problem.problems ?? []) {
        const facet = field === 'rows_under' ? more().rows : field === 'columns_under' ? more().columns : ''
        if (facet && chosen(facet) && under(facet) === chosen(facet)) leaves.set(`${facet} ${chosen(facet)}`, top(facet))
      }
    }, { flush: 'sync' })
    const asked = askedOf(load, () => own.value)
    return { load, asked, search: searchOf(asked) }
  }

  const facets = useLoad<SearchAnswer>(() => {
    if (!ready.value || !parts.includes('facets')) return null
    const wanted = [...new Set(['type', 'year', ...Object.keys(state.value.filters).filter((name) => node.value?.facets.some((one) => one.name === name))])]
    return `/api/v1/search?${searched(state.value.filters, { limit: '0', facets: wanted.join(','), facet_values: String(ALL), sort: 'date' })}`
  })
  watch(facets.data, (answer) => answer && noteLabels(answer), { immediate: true, flush: 'sync' })
  const counted = searchOf(askedOf(facets, () => state.value.filters))

  const growth = useTable('growth', () => ({ ...state.value.filters, year: [`${years.value.from}..${years.value.to}`] }),
    () => ({ rows: 'type', columns: 'year', row_values: String(ALL), column_values: String(ALL) }))
  // As long as no area is chosen, the table of fields and places says it all.
  const shared = computed(() => parts.includes('heat') && !state.value.filters.area)
  const ofFields = useTable('fields', () => filtersBeside('subject'),
    () => ({ rows: 'subject', rows_under: shared.value ? '-' : under('subject'), columns: 'type', row_values: String(FIELDS), column_values: String(ALL) }))
  const places = useTable('places', () => filtersWithout('area'), () => ({ rows: 'area', rows_under: root.value, columns: 'type', column_values: String(ALL) }))
  const within = useTable('within', () => filtersBeside('area'),
    () => ({ rows: 'area', rows_under: under('area') === top('area') ? '-' : under('area'), columns: 'type', column_values: String(ALL) }))
  const heat = useTable('heat', () => filtersBeside('subject', 'area'),
    () => ({ rows: 'subject', rows_under: under('subject'), columns: 'area', columns_under: under('area'), row_values: String(FIELDS) }))
  const fields = computed(() => (shared.value ? heat : ofFields))
  const pairs = useTable('pairs', () => filtersWithout('area'),
    () => ({ rows: 'organisation.area', rows_under: root.value || '-', columns: 'organisation.area', columns_under: root.value || '-' }))

  function filtersWithout(facet: string): Filters {
    const filters = { ...state.value.filters }
    delete filters[facet]
    return filters
  }

  const changes = useLoad<ChangePage>(() => (ready.value && node.value?.total ? `/api/v1/changes?after=-1&limit=1&lang=${language()}` : null))
  const source = computed(() => {
    const at = changes.data.value?.items.at(-1)?.at
    const seq = number(node.value?.seq ?? 0)
    return t('overview.source', { node: nodeName.value, when: at ? t('overview.asOf', { date: instant(at, zone.value).slice(0, 10), seq }) : t('overview.asOfSeq', { seq }) })
  })

  const toQuery = (filters: Filters, q = state.value.q) => writeState({ q, filters })
  /** Where the records are that a number counts. */
  const search = (filters: Filters, q?: string) => router.resolve({ name: 'results', query: toQuery(filters, q) }).href
  /** The records that name organisations of all these places: what a number of who works with whom counts. */
  function together(...places: string[]): string {
    const terms = places.map((one) => `${pairs.load.data.value?.rows.facet}:${one}`)
    const { q, filters } = pairs.asked.value
    return search(filters, (q ? [`(${q})`, ...terms] : terms).join(' AND '))
  }
  /** This page with other filters. */
  const alone = route.name === 'overview-embed'
  const here = (filters: Filters, q?: string): RouteLocationRaw => (alone
    ? { name: 'overview-embed', params: route.params, query: { ...toQuery(filters, q), lang: language() } } : { name: 'overview', query: toQuery(filters, q) })
  const withValue = (facet: string, value: string): Filters => ({ ...state.value.filters, [facet]: value ? [value] : [] })
  /** The chosen one a second time takes it off again. */
  const pick = (facet: string, value: string) => here(withValue(facet, chosen(facet) === value ? '' : value))

  /** Where a chart stands alone, with what the page is narrowed to. */
  function embed(chart: string): string {
    const more: LocationQueryRaw = { ...toQuery(state.value.filters), lang: language() }
    return router.resolve({ name: 'overview-embed', params: { chart }, query: more }).href
  }

  /** The page itself, for charts that stand elsewhere. */
  const page = () => router.resolve({ name: 'overview', query: { ...toQuery(state.value.filters), lang: language() } }).href

  return {
    page, state, ready, root, now, years, under, top, chosen, facets, growth, fields, places, within, heat, pairs,
    source, search, counted, together, here, pick, withValue, embed,
  }
}

export type Overview = ReturnType<typeof useOverview>

/** Sides of a table by count, the greatest first, without what is nowhere. */
export function ordered(side: CrossSide): Array<{ value: string; label: string; count: number; at: number }> {
  return side.values.map((one, at) => ({ ...one, at })).filter((one) => one.count > 0).sort((a, b) => b.count - a.count)
}
