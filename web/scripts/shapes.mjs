// Writes src/shapes/*.json, the maps of the pages, from the map files inside the npm package echarts 4.9.0:
//   node scripts/shapes.mjs [AREAS]
// English names come from the code list of areas, ../build/gen/region/codes/area.tsv unless told (./dev build makes it).
// A map is { name, width, height, features: [{ code, name, en, x, y, d }] }: d is an SVG path and x, y the place of a label, in units
// of a grid WIDTH wide. Points are projected and then taken to that grid, so borders that two areas share stay shared.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const OUT = new URL('../src/shapes/', import.meta.url)
const AREAS = process.argv[2] ?? fileURLToPath(new URL('../../build/gen/region/codes/area.tsv', import.meta.url))
const WIDTH = 1000
const radians = (degrees) => (degrees * Math.PI) / 180

/** Albers' equal-area conic with two standard parallels (Snyder, Map Projections, 1987, p. 98): areas compare by eye. */
function albers(south, north, middle) {
  const n = (Math.sin(radians(south)) + Math.sin(radians(north))) / 2
  const c = Math.cos(radians(south)) ** 2 + 2 * n * Math.sin(radians(south))
  return ([lon, lat]) => {
    const r = Math.sqrt(c - 2 * n * Math.sin(radians(lat))) / n
    const at = n * radians(lon - middle)
    return [r * Math.sin(at), r * Math.cos(at)]
  }
}

/** echarts packs a ring: differences of 1/1024 degree as letters, zigzag. */
function unpack(text, offset) {
  let [x, y] = offset
  const points = []
  for (let i = 0; i < text.length; i += 2) {
    const step = (at) => {
      const code = text.charCodeAt(at) - 64
      return (code >> 1) ^ -(code & 1)
    }
    x += step(i)
    y += step(i + 1)
    points.push([x / 1024, y / 1024])
  }
  return points
}

function ringsOf({ type, coordinates, encodeOffsets }) {
  if (type === 'Polygon') return coordinates.map((ring, i) => unpack(ring, encodeOffsets[i]))
  return coordinates.flatMap((polygon, i) => polygon.map((ring, k) => unpack(ring, encodeOffsets[i][k])))
}

/** On the grid, without what the grid does not show: points that repeat or lie on the line between their neighbours. */
function gridded(ring) {
  const out = []
  for (const [x, y] of ring) {
    const last = out.at(-1)
    if (last && last[0] === x && last[1] === y) continue
    const before = out.at(-2)
    if (before && (last[0] - before[0]) * (y - before[1]) === (last[1] - before[1]) * (x - before[0])) out.pop()
    out.push([x, y])
  }
  return out
}

function pathOf(rings) {
  return rings.map((ring) => {
    let [x, y] = ring[0]
    const steps = ring.slice(1).map(([nx, ny]) => {
      const step = `${nx - x},${ny - y}`
      ;[x, y] = [nx, ny]
      return step
    })
    return `M${ring[0][0]},${ring[0][1]}l${steps.join(' ')}z`
  }).join('')
}

function shapes(name, features, project) {
  const projected = features.map((one) => ({ ...one, rings: one.rings.map((ring) => ring.map(project)), label: project(one.label) }))
  const all = projected.flatMap((one) => one.rings.flat())
  const [left, right] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))]
  const [top, bottom] = [Math.min(...all.map((p) => p[1])), Math.max(...all.map((p) => p[1]))]
  const scale = WIDTH / (right - left)
  const place = ([x, y]) => [Math.round((x - left) * scale), Math.round((y - top) * scale)]
  return {
    name, width: WIDTH, height: Math.ceil((bottom - top) * scale),
    features: projected.map((one) => {
      const [x, y] = place(one.label)
      const rings = one.rings.map((ring) => gridded(ring.map(place))).filter((ring) => ring.length > 2)
      // What is smaller than the grid keeps a mark of its own.
      return { code: one.code, name: one.name, en: english.get(one.code) ?? one.name, x, y, d: rings.length ? pathOf(rings) : `M${x - 1},${y - 1}l2,0 0,2 -2,0z` }
    }),
  }
}

function read(path) {
  const { features } = JSON.parse(readFileSync(require.resolve(`echarts/map/json/${path}`), 'utf8'))
  return features.map(({ id, properties, geometry }) => ({ code: id, name: properties.name, label: properties.cp, rings: ringsOf(geometry) }))
}

/** code -> English name, of those that have one. */
function englishNames() {
  const names = new Map([['710000', 'Taiwan'], ['810000', 'Hong Kong'], ['820000', 'Macao'], ['', 'South China Sea Islands']])
  if (!existsSync(AREAS)) return names
  for (const line of readFileSync(AREAS, 'utf8').split('\n')) {
    const [code, , en] = line.split('\t')
    if (en) names.set(code, en)
  }
  return names
}
const english = englishNames()

const INSET = { width: 90, gap: 4 }

/** The islands of the South China Sea, as echarts has them for its map of the country: a small map of their own in its corner. */
function withSouthSea(map) {
  const regions = []
  require('echarts/lib/coord/geo/fix/nanhai')('china', regions)
  const [{ name, geometries }] = regions
  const rings = geometries.map((part) => part.exterior)
  const [xs, ys] = [rings.flat().map((point) => point[0]), rings.flat().map((point) => point[1])]
  const [left, top] = [Math.min(...xs), Math.max(...ys)]
  const scale = INSET.width / (Math.max(...xs) - left)
  // Degrees of longitude are shorter there than those of latitude, as the frame was drawn for a plain map.
  const height = (top - Math.min(...ys)) * scale / 0.75
  const place = ([x, y]) => [Math.round(map.width - INSET.width - INSET.gap + (x - left) * scale), Math.round(map.height - height - INSET.gap + (top - y) * scale / 0.75)]
  const d = pathOf(rings.map((ring) => gridded(ring.map(place))).filter((ring) => ring.length > 2))
  const [x, y] = place([(left + Math.max(...xs)) / 2, top])
  return { ...map, features: [...map.features, { code: '', name, en: english.get(''), x, y: y - 12, d }] }
}

const made = {
  china: withSouthSea(shapes('china', read('china.json'), albers(25, 47, 105))),
  guangdong: shapes('guangdong', read('province/guangdong.json'), albers(21, 25, 113.5)),
}
// Which areas a map has is asked before the map itself is fetched.
made.names = Object.fromEntries(Object.entries(made).map(([name, map]) =>
  [name, map.features.filter((one) => one.code).map(({ code, name: area }) => [code, area])]))

mkdirSync(OUT, { recursive: true })
for (const [name, content] of Object.entries(made)) {
  const file = new URL(`${name}.json`, OUT)
  const text = `${JSON.stringify(content)}\n`
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}
