// What every page needs of the node: who it is, and its record types. Loaded once.
import { computed, shallowRef, watch } from 'vue'
import { ApiError, get } from '../api/client'
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

const asError = (reason: unknown) =>
  reason instanceof ApiError ? reason : new ApiError('server', 0, '', {})

export async function loadNode(): Promise<void> {
  try {
    node.value = (await get<NodeInfo>(`/api/v1/node?lang=${language()}`)).body
    nodeError.value = null
  } catch (reason) {
    nodeError.value = asError(reason)
  }
}

export async function loadTypes(): Promise<void> {
  try {
    const { body } = await get<TypeList>(`/api/v1/types?lang=${language()}`)
    schemes.value = body.schemes ?? {}
    resolvers.value = body.resolvers ?? {}
    types.value = [...body.items].sort((a, b) => (a.order ?? 1e6) - (b.order ?? 1e6))
    typesError.value = null
  } catch (reason) {
    typesError.value = asError(reason)
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
