// Whether the present page was reached by going back or forward.
let popped = false
let back = false

/** Must run before the router is made: its own listener has to come second. */
export function watchTravel(): void {
  window.addEventListener('popstate', () => {
    popped = true
  })
}

/** Once per navigation, at its beginning. */
export function noteTravel(): void {
  back = popped
  popped = false
}

export function cameBack(): boolean {
  return back
}
