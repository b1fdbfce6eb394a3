// The served page gives its place to the application: what a reader has begun there goes on here.

const boxIn = (root: HTMLElement) => root.querySelector<HTMLInputElement>('form[role="search"] input[name="q"]')

/** Gives a function that resolves when no characters are being composed in the served page: an input method loses them with its box. */
export function watchWriting(served: HTMLElement): () => Promise<void> {
  let composing = false
  served.addEventListener('compositionstart', () => { composing = true })
  served.addEventListener('compositionend', () => { composing = false })
  return () => new Promise((done) => {
    // The end of a composition is told before its words are in the box.
    if (composing) served.addEventListener('compositionend', () => setTimeout(done, 0), { once: true })
    else done()
  })
}

/** Shows the application, which stands beside it, where the served page is. Words in its search box, and the cursor in them, go along. */
export function takePlace(served: HTMLElement, application: HTMLElement): void {
  const from = boxIn(served), to = boxIn(application)
  const typed = from && from.value !== from.defaultValue ? from.value : null
  const place = from && document.activeElement === from ? [from.selectionStart, from.selectionEnd] : null
  served.remove()
  application.className = ''
  application.id = 'app'
  if (!to) return
  if (place) to.focus({ preventScroll: true })
  if (typed !== null) {
    to.value = typed
    to.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }
  if (place) to.setSelectionRange(place[0], place[1])
}
