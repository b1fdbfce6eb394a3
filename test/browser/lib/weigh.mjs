// What a first view brings: the compressed scripts and styles that a page has when it is usable, as the node sent them.

/**
 * In the page: bytes on the wire (without heads) of each kind of file that had arrived by `until`, milliseconds of the page's clock.
 * The document's own JSON-LD is no script that runs.
 */
export function weighFirstView(until) {
  const sum = { script: 0, style: 0, other: 0 }
  for (const one of performance.getEntriesByType('resource')) {
    if (one.responseEnd > until) continue
    const { pathname } = new URL(one.name)
    sum[pathname.endsWith('.js') ? 'script' : pathname.endsWith('.css') ? 'style' : 'other'] += one.encodedBodySize
  }
  return sum
}
