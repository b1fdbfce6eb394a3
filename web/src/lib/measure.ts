// What the pages of an index share: which release is shown, which period, how they lead to one another.
import { computed, ref, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { useRoute, type LocationQuery, type LocationQueryRaw, type RouteLocationRaw } from 'vue-router'
import type { ApiError } from '../api/client'
import type { IndexItem, IndexRelease } from '../api/types'
import { i18n, language } from '../i18n'
import { zone } from './common'
import { instant } from './format'
import { useLoad } from './load'
import { CURRENT, indexPath, periodsOf, releasePath, scoredPeriods, useRelease, type Release } from './release'
import '../locales/measure'

export function oneOf(value: LocationQuery[string] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}

/** The query of this page. Leaving for another page changes the address before this one goes: then the last one stays. */
export function usePageQuery(): Ref<LocationQuery> {
  const route = useRoute()
  const path = route.path
  const query = ref<LocationQuery>(route.query)
  watch(() => route.query, (now) => {
    if (route.path === path) query.value = now
  }, { flush: 'sync' })
  return query
}

export interface Measure {
  index: string
  query: Ref<LocationQuery>
  /** The one that is wanted: null until it is there, whatever was shown before. */
  release: ComputedRef<Release | null>
  item: ShallowRef<IndexItem | null>
  error: ComputedRef<ApiError | null>
  loading: Ref<boolean>
  retry: () => void
  /** As the address says it: "" is the current one. */
  wanted: ComputedRef<string>
  /** What the list says of the release that is shown. */
  published: ComputedRef<IndexRelease | null>
  period: ComputedRef<number>
  title: ComputedRef<string>
  /** Source and date in one line, for under a chart. */
  source: ComputedRef<string>
  /** A page of this index: keeps the release and the period, takes query on top ("" takes away). */
  to: (name: string, params?: Record<string, string>, query?: LocationQueryRaw) => RouteLocationRaw
  /** This page with another query; "" takes away. */
  here: (query: LocationQueryRaw) => { query: LocationQueryRaw }
}

function without(query: LocationQueryRaw): LocationQueryRaw {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '' && value !== undefined && value !== null))
}

export function sourceLine(item: IndexItem | null, release: Release | null, published: IndexRelease | null): string {
  const { t } = i18n.global
  const parts = [t('chart.source', { source: item?.source ?? release?.definition.source ?? item?.label ?? '' })]
  if (published) parts.push(t('chart.asOf', { at: instant(published.published, zone.value).slice(0, 10), release: published.release.slice(0, 8) }))
  return parts.join(t('chart.dot'))
}

export function useMeasure(): Measure {
  const route = useRoute()
  const index = oneOf(route.params.index)
  const query = usePageQuery()
  const wanted = computed(() => oneOf(query.value.release))
  const main = useRelease(() => index, () => wanted.value || CURRENT)
  const about = useLoad<IndexItem>(() => (index ? `${indexPath(index)}?lang=${language()}` : null))

  const published = computed(() => {
    const releases = about.data.value?.releases ?? []
    return releases.find((one) => (wanted.value && wanted.value !== CURRENT ? one.release === wanted.value : one.current)) ?? null
  })
  const period = computed(() => {
    const asked = Number(oneOf(query.value.period))
    if (!main.answer.value) return asked || 0
    return asked && periodsOf(main.answer.value).includes(asked) ? asked : scoredPeriods(main.answer.value).at(-1) ?? 0
  })
  const title = computed(() => {
    const label = main.answer.value?.definition.label
    return about.data.value?.label ?? (language() === 'en' ? label?.en : label?.zh) ?? label?.zh ?? index
  })

  return {
    index, query, wanted, published, period, title,
    release: main.answer, item: about.data, loading: main.loading,
    error: computed(() => (main.loading.value ? null : main.error.value)),
    retry: () => {
      main.retry()
      about.retry()
    },
    source: computed(() => sourceLine(about.data.value, main.answer.value, published.value)),
    to: (name, params = {}, more = {}) => ({
      name, params: { index, ...params }, query: without({ release: query.value.release, period: query.value.period, ...more }),
    }),
    here: (more) => ({ query: without({ ...query.value, ...more }) }),
  }
}

/** A file that the node makes of a release: an export or a report, in the reader's language. */
export function fileOf(measure: Measure, what: 'export' | 'report', asked: Record<string, string | number>): string {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value).map(([name, value]) => [name, String(value)]))
  query.set('lang', language())
  return `${releasePath(measure.index, measure.wanted.value)}/${what}?${query}`
}

/** The observations behind a value. A period of 0 is none. */
export function observationsOf(index: string, indicator: string, unit?: string, period?: number): RouteLocationRaw {
  return { name: 'observations', query: without({ index, indicator, area: unit ?? '', period: period ? String(period) : '' }) }
}

/** Names for lists: 甲、乙、丙 等 5 个. */
export function listed(names: string[], most = 3): string {
  const { t } = i18n.global
  const shown = names.slice(0, most).join(t('value.then'))
  return names.length > most ? t('list.more', { names: shown, num: names.length }) : shown
}

