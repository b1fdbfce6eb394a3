// Which map an index has, and where its units are on it. Nothing here knows an index: a unit is of an area when its code is, or
// begins with, the area's code (GB/T 2260), when its name is the area's, or when the area stands in brackets behind its name.
import names from '../shapes/names.json'
import { rowsOf, type Release } from '../lib/release'

export type MapName = 'china' | 'guangdong'
export interface Shape { code: string; name: string; en: string; x: number; y: number; d: string }
export interface Shapes { name: string; width: number; height: number; features: Shape[] }

const LOADERS: Record<MapName, () => Promise<unknown>> = {
  china: () => import('../shapes/china.json').then((one) => one.default),
  guangdong: () => import('../shapes/guangdong.json').then((one) => one.default),
}

export async function loadShapes(name: MapName): Promise<Shapes> {
  return (await LOADERS[name]()) as Shapes
}

/** Without the word for what kind of area it is: 广东省, 广东 and 广西壮族自治区, 广西 are the same. */
function bare(name: string): string {
  return name.replace(/(?:维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$/u, '')
}

const AREAS = names as unknown as Record<MapName, Array<[string, string]>>
// The digits that matter: two of a province, four of a prefecture.
const prefixOf = (code: string) => code.replace(/(00)+$/, '')

function finder(map: MapName): (code: string, name: string) => string {
  const areas = AREAS[map]
  const byName = new Map(areas.map(([code, name]) => [bare(name), code]))
  return (code, name) => {
    if (/^\d{6,12}$/.test(code)) {
      const found = areas.find(([area]) => code.startsWith(prefixOf(area)))
      if (found) return found[0]
    }
    const inBrackets = /[（(]([^（）()]+)[）)]\s*$/u.exec(name)?.[1] ?? ''
    return byName.get(bare(name.trim())) ?? byName.get(bare(inBrackets.trim())) ?? ''
  }
}

const MAPS: MapName[] = ['guangdong', 'china']
const ENOUGH = 0.8

/** The map on which at least four in five units of the period are, or null. */
export function shapesFor(release: Release, period: number): MapName | null {
  const rows = rowsOf(release, period)
  if (rows.length === 0) return null
  return MAPS.find((map) => {
    const find = finder(map)
    const found = rows.filter((row) => find(release.data.units[row][0], release.data.units[row][1]) !== '')
    return found.length >= rows.length * ENOUGH
  }) ?? null
}

/** area -> rows of the period in it; "" holds those that are nowhere on the map. */
export function rowsByArea(release: Release, map: MapName, rows: number[]): Map<string, number[]> {
  const find = finder(map)
  const out = new Map<string, number[]>()
  for (const row of rows) {
    const [code, name] = release.data.units[row]
    const area = find(code, name)
    out.set(area, [...(out.get(area) ?? []), row])
  }
  return out
}

/** The map that has most of these codes, of which it must have most; null: there is none. */
export function mapOf(codes: string[]): MapName | null {
  return MAPS.find((map) => {
    const known = new Set(AREAS[map].map(([code]) => code))
    return codes.length > 0 && codes.filter((code) => known.has(code)).length >= codes.length * ENOUGH
  }) ?? null
}

/** 广州 for 广州市, where there is little room. Counties keep their word: 新会区 is no 新会. */
export function shortArea(label: string): string {
  return label.length > 2 ? label.replace(/市$/u, '') : label
}

/** The first map that has several of these codes; null: there is none. */
export function mapWith(codes: string[]): MapName | null {
  return MAPS.find((map) => AREAS[map].filter(([code]) => code && codes.includes(code)).length > 1) ?? null
}
