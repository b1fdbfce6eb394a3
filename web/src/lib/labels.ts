// Names of facets and their values, remembered from every answer, so that a chosen filter keeps its
// name when the next answer has no row for it.
import { shallowRef, triggerRef } from 'vue'
import { i18n, language } from '../i18n'
import type { SearchAnswer } from '../api/types'
import { node, typeLabel, types } from './common'
import { number, WAN } from './format'
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
  return node.value?.facets?.find((one) => one.name === facet)?.label ?? (isMoney(facet) ? i18n.global.t('facet.amount') : facet)
}

/** A range of amounts, whose numbers are yuan. */
function isMoney(range: string): boolean {
  return types.value?.some((type) => type.fields.some((field) => field.range === range && field.kind === 'money')) ?? false
}

/** Amounts in Chinese are told in units of 10,000 yuan. */
function yuan(value: string): string {
  return i18n.global.t('facet.yuan', { num: number(language() === 'zh' ? Number(value) / WAN : Number(value)) })
}

export function valueLabel(facet: string, value: string): string {
  if (facet === 'type') return typeLabel(value)
  const range = readRange(value)
  if (range) {
    const { t } = i18n.global
    if (isMoney(facet)) {
      if (range.from && range.to) return `${yuan(range.from)}–${yuan(range.to)}`
      return range.from ? t('facet.atLeast', { num: yuan(range.from) }) : t('facet.atMost', { num: yuan(range.to) })
    }
    if (range.from && range.to) return `${range.from}–${range.to}`
    return range.from ? t('facet.since', { year: range.from }) : t('facet.until', { year: range.to })
  }
  return known.value.get(place(facet, value)) ?? value
}
