// Printing what a page has, that included which is fetched when the reader comes near.
import { nextTick, onScopeDispose } from 'vue'
import { settled } from './load'

const parts = new Set<() => Promise<unknown>>()

/** A part that belongs on paper, and what brings it. */
export function usePrinted(bring: () => Promise<unknown>): void {
  parts.add(bring)
  onScopeDispose(() => parts.delete(bring))
}

/** The browser's own command cannot be made to wait: by it, what was not reached is left out. */
export async function printPage(): Promise<void> {
  await Promise.all([...parts].map((bring) => bring()))
  await nextTick()
  await settled()
  window.print()
}
