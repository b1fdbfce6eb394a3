// Names of facets and their values, remembered from every answer, so that a chosen filter keeps its
// name when the next answer has no row for it.
import { shallowRef, triggerRef } from 'vue'
import { i18n, language } from '../i18n'
import type { SearchAnswer } from '../api/types'
import { node, typeLabel } from './common'
import { readRange } from './query'

const known = shallowRef(new Map<string, string>())
const place = (facet: string, value?: string) => JSON.stringify([language(), facet, value])

export function noteLabels(answer: SearchAnswer): void {
  const seen = known.value
  if (seen.size > 5000) seen.clear()
  for (const [facet, label] of Object.entries(answer.facet_labels ?? {})) seen.set(place(facet), label)
  for (const [facet, values] of Object.entries(answer.facets ?? {})) {
    for (const one of values) seen.set(place(facet, one.value), one.label)
  }
  triggerRef(known)
}

export function facetLabel(facet: string): string {
  const label = known.value.get(place(facet))
  if (label) return label
  return node.value?.facets?.find((one) => one.name === facet)?.label ?? facet
}

export function valueLabel(facet: string, value: string): string {
  if (facet === 'type') return typeLabel(value)
  const range = readRange(value)
  if (range) {
    const { t } = i18n.global
    if (range.from && range.to) return `${range.from}–${range.to}`
    return range.from ? t('facet.since', { year: range.from }) : t('facet.until', { year: range.to })
  }
  return known.value.get(place(facet, value)) ?? value
}
