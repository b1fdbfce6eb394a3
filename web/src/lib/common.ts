// What every page needs of the node: who it is, and its record types. Loaded once.
import { computed, shallowRef, watch } from 'vue'
import { asError, get, type ApiError } from '../api/client'
import type { Field, NodeInfo, RecordType, TypeList } from '../api/types'
import { inWords, language } from '../i18n'

export const node = shallowRef<NodeInfo | null>(null)
export const nodeError = shallowRef<ApiError | null>(null)
/** Names of identifier schemes in the reader's language. */
export const schemes = shallowRef<Record<string, string>>({})
/** By scheme, the beginning of the address where everyone looks its identifiers up. */
export const resolvers = shallowRef<Record<string, string>>({})
export const types = shallowRef<RecordType[] | null>(null)
export const typesError = shallowRef<ApiError | null>(null)

/** An answer in a language that is not the reader's any more is dropped: that of the other one is on its way, or was quicker. */
export async function loadNode(): Promise<void> {
  const lang = language()
  try {
    const { body } = await get<NodeInfo>(`/api/v1/node?lang=${lang}`)
    if (lang !== language()) return
    node.value = body
    nodeError.value = null
  } catch (reason) {
    if (lang === language()) nodeError.value = asError(reason)
  }
}

export async function loadTypes(): Promise<void> {
  const lang = language()
  try {
    const { body } = await get<TypeList>(`/api/v1/types?lang=${lang}`)
    if (lang !== language()) return
    schemes.value = body.schemes ?? {}
    resolvers.value = body.resolvers ?? {}
    types.value = [...body.items].sort((a, b) => (a.order ?? 1e6) - (b.order ?? 1e6))
    typesError.value = null
  } catch (reason) {
    if (lang === language()) typesError.value = asError(reason)
  }
}

const loadBoth = () => Promise.all([loadNode(), loadTypes()])

/** Now, and again whenever the language changes; resolves when the first is done, well or not. */
export function loadCommon(): Promise<unknown> {
  watch(language, loadBoth)
  return loadBoth()
}

const byName = computed(() => new Map((types.value ?? []).map((type) => [type.type, type])))

export function typeOf(name: string): RecordType | undefined {
  return byName.value.get(name)
}

/** The type's name for one record (Instrument) or for all (Instruments). */
export function typeLabel(name: string, several = false): string {
  const type = typeOf(name)
  if (!type) return name
  if (several && language() === 'en' && type.plural?.en) return type.plural.en
  return inWords(type.label)
}

export function fieldOf(type: RecordType | undefined, name: string): Field | undefined {
  return type?.fields.find((field) => field.name === name)
}

/** The facets and number ranges of the region; null while they are not known. */
export const filterNames = computed(() => {
  if (!node.value?.facets || !types.value) return null
  const ranges = types.value.flatMap((type) => type.fields.map((field) => field.range ?? ''))
  return new Set([...node.value.facets.map((facet) => facet.name), ...ranges])
})
/** Whether a parameter of an address is a filter; any may be while the names are not known. */
export const isFilter = (name: string): boolean => filterNames.value?.has(name) ?? true

export const zone = computed(() => node.value?.time_zone ?? 'Asia/Shanghai')
export const nodeName = computed(() => node.value?.name ?? '')
export const regionName = computed(() => inWords(node.value?.region))
/** Region and node in one line; the region once. */
export const houseName = computed(() =>
  nodeName.value.includes(regionName.value) ? nodeName.value : `${regionName.value} · ${nodeName.value}`)

/** Where a record's page is; key is type/ID. */
export function recordPath(key: string): string {
  return `/records/${key.split('/').map(encodeURIComponent).join('/')}`
}

/** Where what has a facet's value is gathered. */
export function topicPath(facet: string, value: string): string {
  return `/topics/${encodeURIComponent(facet)}/${encodeURIComponent(value)}`
}
