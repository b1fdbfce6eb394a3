// Beside whom a unit is seen: all, its group, those near it in rank, or those that were chosen. The unit itself is among
// "all" and "group", as in docs/index-method.md.
import { ranked, rowOf, rowsOf, type Release } from '../lib/release'

export const PEERS = ['all', 'group', 'near', 'chosen'] as const
export type PeerKind = typeof PEERS[number]
const NEAR = 5

export function peerRows(release: Release, unit: string, period: number, kind: PeerKind, chosen: string[]): number[] {
  const row = rowOf(release, unit, period)
  const all = rowsOf(release, period)
  const group = row === undefined ? undefined : release.data.units[row][3]
  if (kind === 'group' && group) return all.filter((one) => release.data.units[one][3] === group)
  if (kind === 'near' && row !== undefined) {
    const order = ranked(release, period)
    const at = order.indexOf(row)
    return at < 0 ? all : order.slice(Math.max(0, at - NEAR), at + NEAR + 1).filter((one) => one !== row)
  }
  if (kind === 'chosen') {
    const rows = chosen.flatMap((code) => rowOf(release, code, period) ?? [])
    if (rows.length) return rows
  }
  return all
}
