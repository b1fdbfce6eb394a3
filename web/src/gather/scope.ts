// What a page gathers: the records with one value of a facet, or those that link to one record; and the searches they open to.
import type { LocationQueryRaw } from 'vue-router'
import type { RecordAnswer, RecordType } from '../api/types'
import { writeState, type Filters } from '../lib/query'

export interface Scope {
  /** A facet and its value; '' where records are gathered by their links. */
  facet: string
  value: string
  /** Key of the record that is linked to; '' where a facet gathers. */
  linked: string
  /** Of these types the newest records are shown; none: of the first that there are. */
  show: string[]
  /** The type of the record whose page it is, where that record is itself among those gathered; '' else. */
  itself: string
}

/** How a record's type file wants it; null where it gathers nothing, or the record lacks the value. */
export function scopeOf(record: RecordAnswer, type: RecordType): Scope | null {
  const rule = type.gather
  if (!rule) return null
  const show = rule.show ?? []
  if (rule.links) return { facet: '', value: '', linked: record.key, show, itself: '' }
  const by = rule.by === 'title' ? type.title : rule.by ?? ''
  const value = record.body[by]
  if (typeof value !== 'string' || value === '' || !rule.facet) return null
  const holds = type.fields.some((field) => field.facet === rule.facet && [record.body[field.name]].flat().includes(value))
  return { facet: rule.facet, value, linked: '', show, itself: holds ? record.type : '' }
}

/** A value in a query, with quotation marks that it does not hold itself: the node takes any of these for the end of "…". */
export function quoted(value: string): string {
  return /["“”＂]/.test(value) ? (value.includes('」') ? `『${value.replaceAll('』', '')}』` : `「${value}」`) : `"${value}"`
}

/**
 * The search with further filters. A filter of the same facet would be taken as "or": then the scope's own value stands in the
 * query, where it holds for the counts of all facets, too.
 */
export function searchOf(scope: Scope, more: Filters = {}, asked = false): LocationQueryRaw {
  if (scope.linked) return writeState({ linked: scope.linked, filters: more })
  if (asked || scope.facet in more) return writeState({ q: `${scope.facet}:${quoted(scope.value)}`, filters: more })
  return writeState({ filters: { [scope.facet]: [scope.value], ...more } })
}

/** A path of the API over what is gathered; every count in its answer is of the gathered records alone. */
export function apiOf(scope: Scope, route: 'search' | 'cross', more: Record<string, string>): string {
  const query = new URLSearchParams()
  if (scope.linked) query.set('linked', scope.linked)
  else query.set('q', `${scope.facet}:${quoted(scope.value)}`)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return `/api/v1/${route}?${query}`
}
