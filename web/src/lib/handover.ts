// From the page as the node served it to the application that takes its place: the words in the box, and where the reader is.
import { nextTick } from 'vue'
import { settled } from './load'

export interface Typed { words: string; from: number; to: number; focused: boolean }

const served = () => document.querySelector<HTMLInputElement>('#app > :not(main) form[role=search] input[name=q], #app > main.served form[role=search] input[name=q]')
let composing: Promise<unknown> | null = null
let typed: Typed | null = null

/** From as early as there is a script: characters that are being composed are taken over once they are composed. */
export function watchComposing(): void {
  const box = served()
  box?.addEventListener('compositionupdate', () => {
    composing ??= new Promise((done) => box.addEventListener('compositionend', done, { once: true })).then(() => { composing = null })
  })
}

export const isTyping = (): boolean => {
  const box = served()
  return box !== null && (box.value !== box.defaultValue || document.activeElement === box)
}

/** Before the application is mounted; the first box that is drawn takes what was typed. */
export async function keepTyped(): Promise<void> {
  if (composing) await composing
  const box = served()
  if (!box || !isTyping()) return
  typed = { words: box.value, from: box.selectionStart ?? box.value.length, to: box.selectionEnd ?? box.value.length, focused: document.activeElement === box }
}

export function takeTyped(): Typed | null {
  const now = typed
  typed = null
  return now
}

/** Mounts, and leads back to where the reader was: while its parts are on their way the new page may be shorter than the old one. */
export async function inPlace(mount: () => void): Promise<void> {
  const top = scrollY
  mount()
  await nextTick()
  const cut = scrollY
  if (top === 0) return
  await settled()
  if (scrollY === cut) scrollTo({ top, behavior: 'instant' })
}
