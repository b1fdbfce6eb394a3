// Numbers, money, dates and sizes in words. Nothing here knows a record type.
import type { Language } from '../i18n'

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 12 })
const tiny = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 12 })

/** 12,345 in both languages, with all its decimals; of what is below one, 12 digits that mean something. */
export function number(value: number): string {
  return (Math.abs(value) < 1 ? tiny : grouped).format(value)
}

/** 万, in which amounts are told in Chinese. */
export const WAN = 10_000

/** For headline figures: 12,345, then 123.4万 and 1.2亿 in Chinese, 1.2M in English. */
export function headline(value: number, lang: Language): string {
  if (value < 100_000) return number(value)
  return new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en-US', {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(value)
}

/** Whole fen to ¥ with two decimals, exact for every integer JSON can carry. */
export function money(fen: number): string {
  if (!Number.isSafeInteger(fen)) return String(fen)
  const sign = fen < 0 ? '-' : ''
  const digits = String(Math.abs(fen)).padStart(3, '0')
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}¥${yuan}.${digits.slice(-2)}`
}

/** An instant as 2026-03-05 14:07 in the node's zone; text that is no instant stays as it is. */
export function instant(text: string | null | undefined, zone: string): string {
  if (!text) return ''
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return text
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(time)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`
}

/** 0.426 as 42%, 0.29 as 29%: never more than there is. */
export function percent(share: number): string {
  return `${Math.floor(Number((share * 100).toPrecision(12)))}%`
}

/** 18%, 0.4%, under 0.1%: what is there is never shown as nothing, and what is missing never as all. `fine`: one digit more. */
export function shareText(part: number, whole: number, fine = false): string {
  if (part === 0 || whole === 0) return '0%'
  const share = (part / whole) * 100
  if (share < 0.1) return '<0.1%'
  if (!fine && share >= 10 && share < 99.5) return `${Math.round(share)}%`
  return `${Math.min(Math.round(share * 10) / 10, part < whole ? 99.9 : 100)}%`
}

/** Microseconds as milliseconds with as many digits as mean something: 0.9, 14. */
export function milliseconds(us: number): string {
  const ms = us / 1000
  return ms < 10 ? String(Math.max(0.1, Math.round(ms * 10) / 10)) : number(Math.round(ms))
}

/** Only addresses that a browser may safely follow become links. */
export function safeUrl(text: string): string | null {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
  } catch {
    return null
  }
}

export interface Piece { text: string; hit: boolean }

/** Splits a highlight string of the API: U+0002 opens a hit, U+0003 closes it. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = []
  let hit = false
  for (const part of text.split(/([\u0002\u0003])/)) {
    if (part === '\u0002') hit = true
    else if (part === '\u0003') hit = false
    else if (part) out.push({ text: part, hit })
  }
  return out
}
