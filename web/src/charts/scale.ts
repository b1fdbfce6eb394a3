// What charts calculate with: scales, round ticks, lengths of texts.
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export type Scale = (value: number) => number

export function linear(from: [number, number], to: [number, number]): Scale {
  const span = from[1] - from[0]
  return (value) => (span === 0 ? (to[0] + to[1]) / 2 : to[0] + ((value - from[0]) / span) * (to[1] - to[0]))
}

/** Round numbers within lo..hi, about so many. */
export function ticks(lo: number, hi: number, count = 5): number[] {
  if (!(hi > lo)) return [lo]
  const rough = (hi - lo) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((one) => rough <= one * power * 1.0001) ?? 10)
  const out: number[] = []
  for (let at = Math.ceil(lo / step - 1e-9); at * step <= hi + step * 1e-9; at += 1) out.push(at === 0 ? 0 : Number((at * step).toPrecision(12)))
  return out
}

/** The least and the greatest of what is there, widened a little, so that no mark lies on the edge. */
export function extent(values: Array<number | null | undefined>, { zero = false, room = 0.06 } = {}): [number, number] {
  let lo = zero ? 0 : Infinity
  let hi = zero ? 0 : -Infinity
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue
    if (value < lo) lo = value
    if (value > hi) hi = value
  }
  if (lo > hi) return [0, 1]
  if (lo === hi) return zero ? [Math.min(0, lo), Math.max(1, hi)] : [lo - 1, hi + 1]
  const add = (hi - lo) * room
  return [zero && lo === 0 ? 0 : lo - add, zero && hi === 0 ? 0 : hi + add]
}

const SAME = 0.03

/** Whether two values differ by less than the eye sees beside all that is drawn with them. */
export function looksSame(a: number, b: number, drawn: Array<number | null>): boolean {
  const [lo, hi] = extent([...drawn, a, b], { room: 0 })
  return a === b || Math.abs(b - a) < SAME * (hi - lo)
}

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]/

/** About how wide a text is, in pixels at 13 px; SVG can measure it only when it is drawn. */
export function widthOf(text: string): number {
  let sum = 0
  for (const letter of text) sum += WIDE.test(letter) ? 13 : 7.2
  return sum
}

/** The text, shortened to so many pixels. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let out = ''
  let sum = 8
  for (const letter of text) {
    sum += WIDE.test(letter) ? 13 : 7.2
    if (sum > width) break
    out += letter
  }
  return `${out.trimEnd()}…`
}

/** Moves places apart so that each has its room, as little as may be, within lo..hi. */
export function apart(wanted: number[], room: number, lo: number, hi: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b])
  const out = [...wanted]
  let last = lo - room
  for (const i of order) {
    out[i] = Math.max(wanted[i], last + room)
    last = out[i]
  }
  last = hi + room
  for (const i of [...order].reverse()) {
    out[i] = Math.min(out[i], last - room)
    last = out[i]
  }
  return out
}

export function tickText(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
}

/** The width of an element as it is now. Charts are drawn to it, so that their letters keep their size. */
export function useWidth(element: Ref<HTMLElement | null>, first = 640): Ref<number> {
  const width = ref(first)
  let watching: ResizeObserver | null = null
  onMounted(() => {
    if (!element.value) return
    width.value = Math.max(200, Math.floor(element.value.clientWidth))
    watching = new ResizeObserver(([entry]) => {
      width.value = Math.max(200, Math.floor(entry.contentRect.width))
    })
    watching.observe(element.value)
  })
  onBeforeUnmount(() => watching?.disconnect())
  return width
}
