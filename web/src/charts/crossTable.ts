// What a table of two facets calculates with: the steps of its colours, where the keyboard goes, and its drawing for files.
import { fit, widthOf } from './scale'

export interface Side { value: string; label: string; count: number; /** Where its count leads. */ link?: string; strong?: boolean }

export interface Crossing {
  /** What the rows and the columns are, for the corner. */
  corner: string
  rows: Side[]
  columns: Side[]
  counts: number[][]
  /** The heads of the sums. */
  sum: string
  total: number
  totalLink?: string
  link?: (row: number, column: number) => string | undefined
  /** Rows and columns are the same: the cell of one with itself is no crossing. */
  same?: boolean
}

export const STEPS = 5

/** Where a step begins: as many cells in each as the values let there be. Cells of nothing are in none. */
export function cutsOf(values: number[]): number[] {
  const all = values.filter((one) => one > 0).sort((a, b) => a - b)
  const cuts = Array.from({ length: STEPS - 1 }, (_, i) => all[Math.floor(((i + 1) * all.length) / STEPS)])
  return [...new Set(cuts.filter((one) => one > all[0]))]
}

/** 0 for nothing, then 1 to 5, the darkest for the most however many steps there are. */
export function stepOf(value: number, cuts: number[]): number {
  if (value <= 0) return 0
  const at = cuts.filter((cut) => value >= cut).length
  return cuts.length === 0 ? 2 : 1 + Math.round((at / cuts.length) * (STEPS - 1))
}

export function cellsOf({ counts, same }: Crossing): number[] {
  return counts.flatMap((row, r) => row.filter((_, c) => !same || r !== c))
}

/** What each step stands for: 1–4, 5–12, ... */
export function legendOf(cross: Crossing): Array<{ step: number; low: number; high: number }> {
  const values = cellsOf(cross).filter((one) => one > 0)
  if (values.length === 0) return []
  const cuts = cutsOf(values)
  return [Math.min(...values), ...cuts].map((from, i) => {
    const inside = values.filter((one) => one >= from && (i >= cuts.length || one < cuts[i]))
    return { step: stepOf(from, cuts), low: Math.min(...inside), high: Math.max(...inside) }
  })
}

/** The cell that a key leads to from one, in a table of so many rows and columns with their heads and sums; null: none of ours. */
export function moved(key: string, far: boolean, [row, column]: [number, number], rows: number, columns: number): [number, number] | null {
  const within = (value: number, most: number) => Math.max(0, Math.min(most - 1, value))
  switch (key) {
    case 'ArrowUp': return [within(row - 1, rows), column]
    case 'ArrowDown': return [within(row + 1, rows), column]
    case 'ArrowLeft': return [row, within(column - 1, columns)]
    case 'ArrowRight': return [row, within(column + 1, columns)]
    case 'PageUp': return [0, column]
    case 'PageDown': return [rows - 1, column]
    case 'Home': return [far ? 0 : row, 0]
    case 'End': return [far ? rows - 1 : row, columns - 1]
    default: return null
  }
}

const NS = 'http://www.w3.org/2000/svg'
const ROW = 26
const HEAD = 74

/** The table as a drawing, in the colours of the page. */
export function drawCross(cross: Crossing, format: (value: number) => string): SVGSVGElement {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const font = getComputedStyle(document.body).fontFamily
  const nameRoom = Math.min(220, Math.max(60, ...cross.rows.map((one) => widthOf(one.label)))) + 10
  const cell = Math.max(40, ...cellsOf(cross).map((one) => widthOf(format(one)) + 12))
  const sumRoom = Math.max(widthOf(cross.sum), widthOf(format(cross.total))) + 16
  const width = nameRoom + cell * cross.columns.length + sumRoom
  const height = HEAD + ROW * (cross.rows.length + (cross.same ? 0 : 1)) + 6
  const cuts = cutsOf(cellsOf(cross))
  const svg = document.createElementNS(NS, 'svg')
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) svg.setAttribute(name, String(value))
  const add = (tag: string, attributes: Record<string, string | number>, words = '') => {
    const one = document.createElementNS(NS, tag)
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, String(value))
    if (words) one.textContent = words
    svg.append(one)
  }
  const text = (words: string, x: number, y: number, anchor: string, fill: string, more: Record<string, string | number> = {}) =>
    add('text', { x, y, 'text-anchor': anchor, fill, 'font-size': '12px', 'font-family': font, ...more }, words)
  const x = (column: number) => nameRoom + column * cell
  cross.columns.forEach((one, c) => text(fit(one.label, HEAD + 20), 0, 0, 'start', colour('--text'), { transform: `translate(${x(c) + cell / 2 + 3} ${HEAD - 8}) rotate(-50)` }))
  text(cross.sum, width - 4, HEAD - 8, 'end', colour('--text-2'))
  cross.rows.forEach((row, r) => {
    const y = HEAD + r * ROW
    text(fit(row.label, nameRoom - 10), nameRoom - 8, y + 17, 'end', colour('--text'))
    cross.columns.forEach((_, c) => {
      const value = cross.counts[r][c]
      const itself = cross.same && r === c
      const step = itself ? 0 : stepOf(value, cuts)
      add('rect', { x: x(c) + 0.5, y: y + 0.5, width: cell - 1, height: ROW - 1, fill: step ? colour(`--h${step}`) : colour('--sunken') })
      if (value > 0 && !itself) text(format(value), x(c) + cell / 2, y + 17, 'middle', colour(`--h${step}-ink`))
    })
    text(format(row.count), width - 4, y + 17, 'end', colour('--text'))
  })
  if (cross.same) return svg
  const y = HEAD + cross.rows.length * ROW + 17
  text(cross.sum, nameRoom - 8, y, 'end', colour('--text-2'))
  cross.columns.forEach((one, c) => text(format(one.count), x(c) + cell / 2, y, 'middle', colour('--text')))
  text(format(cross.total), width - 4, y, 'end', colour('--text'), { 'font-weight': 600 })
  return svg
}
