// A small plot as SVG: lines over two logarithmic axes, named at their ends.
const WIDTH = 720, HEIGHT = 420, LEFT = 60, RIGHT = 90, TOP = 40, BOTTOM = 50
const COLOURS = ['#0b6e6e', '#b3541e', '#4b5fa8', '#8a6d00', '#7a3e8e', '#557a2b', '#8c2f39']

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign])
const decades = (low, high) => {
  const list = []
  for (let n = Math.floor(Math.log10(low)); n <= Math.ceil(Math.log10(high)); n++) list.push(10 ** n)
  return list
}
const short = (n) => n >= 1e6 ? `${n / 1e6} M` : n >= 1e3 ? `${n / 1e3} k` : String(n)

export function plot({ title, x, y, lines }) {
  const xs = decades(...range(lines.flatMap((line) => line.points.map((point) => point[0]))))
  const ys = decades(...range(lines.flatMap((line) => line.points.map((point) => point[1]))))
  const at = (value, list, from, to) => from + (Math.log10(value) - Math.log10(list[0])) / (Math.log10(list.at(-1)) - Math.log10(list[0])) * (to - from)
  const px = (value) => at(value, xs, LEFT, WIDTH - RIGHT).toFixed(1)
  const py = (value) => at(value, ys, HEIGHT - BOTTOM, TOP).toFixed(1)
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${escape(title)}</title>`, `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`, `<text x="${LEFT}" y="22" font-size="15" font-weight="bold">${escape(title)}</text>`]
  for (const tick of xs) {
    parts.push(`<line x1="${px(tick)}" x2="${px(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/>`,
      `<text x="${px(tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${short(tick)}</text>`)
  }
  for (const tick of ys) {
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(tick)}" y2="${py(tick)}" stroke="#ddd"/>`,
      `<text x="${LEFT - 8}" y="${Number(py(tick)) + 4}" text-anchor="end">${tick}</text>`)
  }
  parts.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escape(x)}</text>`, `<text x="8" y="${TOP - 6}">${escape(y)}</text>`)
  const ends = lines.map((line, i) => ({ ...line, colour: COLOURS[i % COLOURS.length], y: Number(py(line.points.at(-1)[1])) })).sort((a, b) => a.y - b.y)
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + 15) // names do not lie on each other
  for (const line of ends) {
    parts.push(`<polyline fill="none" stroke="${line.colour}" stroke-width="2" points="${line.points.map((point) => `${px(point[0])},${py(point[1])}`).join(' ')}"/>`)
    for (const point of line.points) parts.push(`<circle cx="${px(point[0])}" cy="${py(point[1])}" r="3" fill="${line.colour}"><title>${escape(line.name)}: ${point[1]} at ${point[0]}</title></circle>`)
    parts.push(`<text x="${Number(px(line.points.at(-1)[0])) + 8}" y="${line.y + 4}" fill="${line.colour}">${escape(line.name)}</text>`)
  }
  return `${parts.join('\n')}\n</svg>\n`
}

function range(values) {
  return [Math.min(...values), Math.max(...values)]
}
