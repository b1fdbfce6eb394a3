// Further pages of a list, asked for one after another. Another list begins anew, and what comes late for the one before is dropped.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { asError, get, type ApiError } from '../api/client'
import { useCalls } from './load'

export interface More<T> {
  items: ShallowRef<T[]>
  /** Path of the next page; null: there is none. */
  next: Ref<string | null>
  busy: Ref<boolean>
  error: ShallowRef<ApiError | null>
  /** Takes pages until enough() has what it wants, at least one; nothing while one is on its way. */
  load: (enough?: () => boolean) => Promise<void>
}

export function useMore<T>(first: () => string | null): More<T> {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const error = shallowRef<ApiError | null>(null)
  const called = useCalls()
  let list = 0
  watch(first, (path) => {
    list += 1
    items.value = []
    next.value = path
    busy.value = false
    error.value = null
    called.value = []
  }, { immediate: true, flush: 'sync' })

  async function load(enough = () => true): Promise<void> {
    if (!next.value || busy.value) return
    const mine = list
    busy.value = true
    error.value = null
    try {
      do {
        const path: string = next.value
        const { body } = await get<{ items: T[]; next: string | null }>(path)
        if (mine !== list) return
        called.value = [...called.value, path]
        items.value = [...items.value, ...body.items]
        next.value = body.next
      } while (next.value && !enough())
    } catch (reason) {
      if (mine === list) error.value = asError(reason)
    } finally {
      if (mine === list) busy.value = false
    }
  }
  return { items, next, busy, error, load }
}
