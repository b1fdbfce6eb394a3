// Copying: where the browser does not let a page write to the clipboard (a node on plain http is the usual case), the text is marked
// for the reader's own copying.

export type Copied = 'copied' | 'marked' | 'failed'

/** What became of it: it is on the clipboard, or what stands in `shown` is selected, or neither. */
export async function copyText(text: string, shown?: HTMLElement | null): Promise<Copied> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    if (!shown) return 'failed'
    if (shown instanceof HTMLTextAreaElement) shown.select()
    else getSelection()?.selectAllChildren(shown)
    return 'marked'
  }
}

/** A call for a POSIX shell: quotes inside are closed, written and opened again. */
export function curlOf(path: string): string {
  return `curl '${(location.origin + path).replaceAll("'", "'\\''")}'`
}
