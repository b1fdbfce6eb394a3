// Loading of what a page shows: one request at a time, the newest wins, and what was there stays
// visible until the new answer is in.
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { asError, get, keep, recall, type ApiError } from '../api/client'
import { cameBack } from './travel'

const noted = shallowReactive<Array<ShallowRef<string[]>>>([])

/** What the page that is shown was loaded from, in order: paths of the API. */
export const calls = computed(() => [...new Set(noted.flatMap((one) => one.value))])

/** What a part of the page was loaded from: it says so while it stands, and nobody else takes it out. */
export function useCalls(): ShallowRef<string[]> {
  const own = shallowRef<string[]>([])
  noted.push(own)
  onScopeDispose(() => noted.splice(noted.indexOf(own), 1))
  return own
}

let running = 0
let waiting: Array<() => void> = []

/** Resolves when no request is under way, at the latest after limitMs: then scroll positions hold. */
export function settled(limitMs = 3000): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (running === 0) resolve()
      else waiting.push(check)
    }
    setTimeout(check, 0)
    setTimeout(resolve, limitMs)
  })
}

function finished(): void {
  running -= 1
  if (running > 0) return
  const now = waiting
  waiting = []
  // After Vue has drawn the answer.
  setTimeout(() => now.forEach((check) => check()), 0)
}

export interface Loading<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  loading: Ref<boolean>
  /** Where the answer came from in the end (after redirects), "" before. */
  url: Ref<string>
  /** The path whose answer data holds. */
  shown: Ref<string>
  /** data where it answers what is wanted now; null while that is under way or has failed. */
  answer: ComputedRef<T | null>
  retry: () => void
}

/** Loads what path() names, again whenever it changes; null means nothing to load. */
export function useLoad<T>(path: () => string | null): Loading<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(false)
  const url = ref('')
  const shown = ref('')
  const called = useCalls()
  let current: AbortController | null = null

  async function load(wanted: string | null): Promise<void> {
    current?.abort()
    current = null
    called.value = wanted === null ? [] : [wanted]
    if (wanted === null) {
      data.value = null
      error.value = null
      shown.value = ''
      loading.value = false
      return
    }
    const old = cameBack() ? recall<T>(wanted) : null
    if (old) {
      data.value = old.body
      url.value = old.url
      shown.value = wanted
      error.value = null
      loading.value = false
      return
    }
    const mine = new AbortController()
    current = mine
    loading.value = true
    running += 1
    try {
      const answer = await get<T>(wanted, mine.signal)
      keep(wanted, answer)
      if (current !== mine) return
      data.value = answer.body
      url.value = answer.url
      shown.value = wanted
      error.value = null
    } catch (reason) {
      if (current !== mine) return
      error.value = asError(reason)
    } finally {
      if (current === mine) loading.value = false
      finished()
    }
  }

  watch(path, load, { immediate: true })
  onScopeDispose(() => current?.abort())
  const answer = computed(() => (shown.value !== '' && shown.value === path() ? data.value : null))
  return { data, error, loading, url, shown, answer, retry: () => void load(path()) }
}
