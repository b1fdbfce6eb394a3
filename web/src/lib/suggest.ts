// Suggestions for what is being typed. They help where they come in time: a slow, failing or absent answer leaves the box
// a plain box, and an answer to what is no longer there is dropped.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Suggestion, Suggestions } from '../api/types'
import { language } from '../i18n'

const PAUSE_MS = 80
const PATIENCE_MS = 3000
const TYPED_MOST = 60

export interface Suggesting {
  items: ShallowRef<Suggestion[]>
  open: Ref<boolean>
  /** Asks for what is typed now, after a short pause. */
  ask: (typed: string) => void
  /** Closes the list and forgets what is under way. */
  close: () => void
}

export function useSuggestions(): Suggesting {
  const items = shallowRef<Suggestion[]>([])
  const open = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: AbortController | null = null

  function stop(): void {
    clearTimeout(timer)
    current?.abort()
    current = null
  }

  function close(): void {
    stop()
    open.value = false
  }

  async function load(typed: string): Promise<void> {
    const mine = new AbortController()
    current = mine
    const late = setTimeout(() => mine.abort(), PATIENCE_MS)
    try {
      const query = new URLSearchParams({ q: typed, lang: language() })
      const reply = await fetch(`/api/v1/suggest?${query}`, { headers: { Accept: 'application/json' }, signal: mine.signal })
      const answer = reply.ok ? ((await reply.json()) as Suggestions) : { items: [] }
      if (current !== mine) return
      items.value = answer.items
      open.value = answer.items.length > 0
    } catch {
      if (current === mine) open.value = false // what failed is not worth a word: the search itself will say it
    } finally {
      clearTimeout(late)
    }
  }

  function ask(typed: string): void {
    const wanted = typed.trim()
    if (wanted === '' || wanted.length > TYPED_MOST) return close()
    stop()
    timer = setTimeout(() => void load(wanted), PAUSE_MS)
  }

  onScopeDispose(stop)
  return { items, open, ask, close }
}
