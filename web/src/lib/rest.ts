// Writing the address when the hands rest: of a box that is typed into, of a slider that is moved.
import { onScopeDispose } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

export interface Rested {
  /** Writes after so long, unless it is put off again. */
  later: (ms: number) => void
  /** Writes at once, what waits included. */
  now: () => Promise<void>
  stop: () => void
}

/** A write that waits is dropped when the reader leaves: while another page is on its way it would call him back. */
export function useRested(write: () => unknown): Rested {
  let timer = 0
  const stop = () => clearTimeout(timer)
  const now = async () => {
    stop()
    await write()
  }
  const later = (ms: number) => {
    stop()
    timer = window.setTimeout(() => void now(), ms)
  }
  onBeforeRouteLeave(stop)
  onScopeDispose(stop)
  return { later, now, stop }
}
