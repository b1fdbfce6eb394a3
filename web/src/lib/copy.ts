// Copying: where the browser does not let a page write to the clipboard, the text is marked for the reader's own copying.

/** True when text is on the clipboard; otherwise what stands in `shown` is selected. */
export async function copyText(text: string, shown?: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown)
    return false
  }
}
