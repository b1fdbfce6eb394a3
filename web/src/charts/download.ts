// A chart as a file: its data as CSV, its drawing as SVG or PNG, with title and source in the drawing.
import { widthOf } from './scale'

/** A number as it is, for files, and as it is read on the page. */
export interface Figure { value: number | null; text: string }
export type Cell = string | number | null | Figure
export interface ChartTable { head: string[]; rows: Cell[][] }

/** With the 12 digits of a release: what was subtracted or halved here has no others. */
export function figure(value: number | null | undefined, format: (value: number) => string): Figure {
  return typeof value === 'number' ? { value: Number(value.toPrecision(12)), text: format(value) } : { value: null, text: '–' }
}

export function cellText(cell: Cell): string | number {
  return (cell !== null && typeof cell === 'object' ? cell.text : cell) ?? '–'
}

export function isFigure(cell: Cell): boolean {
  return typeof cell !== 'string'
}

function cell(given: Cell): string {
  const value = given !== null && typeof given === 'object' ? given.value : given
  let text = value === null ? '' : String(value)
  // A spreadsheet must not take a text for a formula.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** With a byte order mark, by which office programs know UTF-8. */
export function csvOf(table: ChartTable): string {
  return `\uFEFF${[table.head, ...table.rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

export function save(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** A name that every file system takes. */
export function fileName(title: string, extension: string): string {
  return `${title.replace(/[\\/:*?"<>|\s\u0000-\u001f]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 80)}.${extension}`
}

const LOOK = ['fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'stroke-linecap', 'opacity', 'paint-order', 'font-size', 'font-weight', 'font-family', 'text-anchor', 'dominant-baseline']
const NS = 'http://www.w3.org/2000/svg'

/** The look, which stands in style sheets, goes into attributes; what is only for pointer and keyboard goes. */
function bare(from: Element, to: Element): void {
  const style = getComputedStyle(from)
  for (const name of LOOK) {
    const value = style.getPropertyValue(name)
    if (value) to.setAttribute(name, value)
  }
  for (const name of ['class', 'tabindex', 'role', 'aria-label', 'href', 'style']) to.removeAttribute(name)
  const children = [...to.children]
  ;[...from.children].forEach((child, i) => {
    if (getComputedStyle(child).visibility === 'hidden' || getComputedStyle(child).display === 'none') children[i].remove()
    else bare(child, children[i])
  })
}

function line(words: string, y: number, size: number, fill: string, weight: string): SVGTextElement {
  const text = document.createElementNS(NS, 'text')
  text.textContent = words
  for (const [name, value] of Object.entries({ x: '12', y: String(y), 'font-size': `${size}px`, fill, 'font-weight': weight, 'font-family': getComputedStyle(document.body).fontFamily })) {
    text.setAttribute(name, value)
  }
  return text
}

/** Words in lines of so many pixels: broken at a space, between Chinese letters, or where nothing else helps. */
export function linesOf(words: string, width: number, size: number, weight = 1): string[] {
  const long = (text: string) => widthOf(text) * (size / 13) * weight > width
  const lines: string[] = []
  let line = ''
  for (const piece of words.match(/[\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]|\s+|[^\s\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]+/g) ?? []) {
    // No line begins with a sign that closes.
    const stays = !long(line + piece) || /^[，。；：、！？）》”]$/.test(piece)
    for (const part of stays ? [piece] : [...(long(piece) ? piece : [piece])]) {
      if (line && !stays && long(line + part)) {
        lines.push(line.trimEnd())
        line = ''
      }
      line += line ? part : part.trimStart()
    }
  }
  return line.trim() || lines.length === 0 ? [...lines, line.trimEnd()] : lines
}

const TITLE = { size: 15, step: 21, weight: 1.06 }
const SOURCE = { size: 12, step: 17 }

/** The drawing as a document of its own. */
export function svgOf(drawing: SVGSVGElement, title: string, source: string): { text: string; width: number; height: number } {
  const [width, drawn] = [drawing.clientWidth || drawing.viewBox.baseVal.width, drawing.clientHeight || drawing.viewBox.baseVal.height]
  const titles = linesOf(title, width, TITLE.size, TITLE.weight)
  const sources = linesOf(source, width, SOURCE.size)
  const head = 19 + TITLE.step * titles.length
  const [fullWidth, height] = [width + 24, head + drawn + 11 + SOURCE.step * sources.length]
  const inner = drawing.cloneNode(true) as SVGSVGElement
  bare(drawing, inner)
  inner.setAttribute('x', '12')
  inner.setAttribute('y', String(head))
  inner.setAttribute('width', String(width))
  inner.setAttribute('height', String(drawn))
  const outer = document.createElementNS(NS, 'svg')
  outer.setAttribute('xmlns', NS)
  outer.setAttribute('viewBox', `0 0 ${fullWidth} ${height}`)
  outer.setAttribute('width', String(fullWidth))
  outer.setAttribute('height', String(height))
  const ground = document.createElementNS(NS, 'rect')
  const body = getComputedStyle(document.documentElement)
  ground.setAttribute('width', '100%')
  ground.setAttribute('height', '100%')
  ground.setAttribute('fill', body.getPropertyValue('--surface').trim())
  const ink = body.getPropertyValue('--text').trim()
  const pale = body.getPropertyValue('--text-2').trim()
  outer.append(ground, ...titles.map((one, i) => line(one, 25 + i * TITLE.step, TITLE.size, ink, '600')), inner,
    ...sources.map((one, i) => line(one, head + drawn + 18 + i * SOURCE.step, SOURCE.size, pale, '400')))
  return { text: new XMLSerializer().serializeToString(outer), width: fullWidth, height }
}

/** Twice as fine as on the screen. */
export async function pngOf(svg: { text: string; width: number; height: number }): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.text)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = svg.width * 2
  canvas.height = svg.height * 2
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png')
  })
}
