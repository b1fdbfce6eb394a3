// Shares in words.

/** 18%, 0.4%, under 0.1%: what is there is never shown as nothing. */
export function shareText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0%'
  const share = (part / whole) * 100
  if (share < 0.1) return '<0.1%'
  return `${share < 10 ? Math.round(share * 10) / 10 : Math.round(share)}%`
}
