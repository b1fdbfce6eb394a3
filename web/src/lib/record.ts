// Reading a record by its type: which values to show and where its links lead.
import type { Body, Field, LinkValue, RecordAnswer, RecordType } from '../api/types'

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.every(isEmpty)
  if (typeof value === 'object') return Object.values(value).every(isEmpty)
  return false
}

export function asList(value: unknown): unknown[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => !isEmpty(one))
}

export function asBody(value: unknown): Body {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Body) : {}
}

export function asLink(value: unknown): LinkValue {
  if (typeof value === 'string') return { label: value }
  const { ref, label } = asBody(value)
  return { ref: typeof ref === 'string' ? ref : '', label: typeof label === 'string' ? label : '' }
}

const KEY = /^[a-z][a-z0-9_-]*\/[0-9A-HJKMNP-TV-Z]{26}$/i

/** The key of the record a link leads to, or null while that record is not here or is gone. */
export function targetOf(record: RecordAnswer, field: string, link: LinkValue): string | null {
  const mine = (record.links ?? []).filter((one) => one.field === field)
  const resolved = mine.find((one) => link.ref && (one.key === link.ref || `${one.scheme}:${one.value}` === link.ref))
    ?? mine.find((one) => one.label === link.label)
  if (resolved) return resolved.deleted ? null : resolved.key
  return link.ref && KEY.test(link.ref) ? link.ref : null
}

/** The label of a code; path is the field's name, in a group GROUP.FIELD. */
export function codeLabel(record: RecordAnswer, path: string, code: string): string {
  return record.labels?.[path]?.[code] ?? code
}

export interface FilledSection { label: RecordType['label'] | null; fields: Field[] }

/** The key facts that this record has. */
export function filledFacts(type: RecordType, body: Body): Field[] {
  return (type.facts ?? [])
    .map((name) => type.fields.find((field) => field.name === name))
    .filter((field): field is Field => field !== undefined && !isEmpty(body[field.name]))
}

/** The sections of the type with the fields this record has, without what stands above them already. */
export function filledSections(type: RecordType, body: Body, above: Field[]): FilledSection[] {
  const done = new Set([type.title, ...above.map((field) => field.name)])
  const take = (names: string[]) => names.flatMap((name) => {
    const field = type.fields.find((one) => one.name === name)
    if (!field || done.has(name)) return []
    done.add(name)
    return isEmpty(body[name]) ? [] : [field]
  })
  const sections: FilledSection[] = (type.sections ?? []).map((one) => ({ label: one.label ?? null, fields: take(one.fields ?? []) }))
  // A field in no section is still the reader's.
  sections.push({ label: null, fields: take(type.fields.map((field) => field.name)) })
  return sections.filter((one) => one.fields.length > 0)
}

/** Where an identifier is looked up by everyone; base is the beginning of that address, where its scheme has one. */
export function resolvedAt(base: string | null | undefined, value: string): string | null {
  return base ? base + value.split('/').map(encodeURIComponent).join('/') : null
}

/** The names of the top-level fields in which two bodies differ. */
export function differences(before: Body, after: Body): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}
