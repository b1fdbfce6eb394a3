// What the workshop says: shares, and what a change of weights or method did to the ranking.
import { i18n, inWords } from '../i18n'
import { number } from '../lib/format'
import { shareText } from '../lib/release'
import { effective, isChanged, sharesOf, type Choices, type Published } from './choices'

/** A rank of an interval with at most one decimal; of the 12 digits that a release writes, as every page does. */
export function rankText(rank: number): string {
  return number(Math.round(Number((rank * 10).toPrecision(12))) / 10)
}

const CHANGES_SAID = 3

function nodeName(base: Published, node: number): string {
  return inWords(base.tree.nodes[node]!.label as never) || base.tree.codes[node]!
}

export function stepName(step: 'impute' | 'treat' | 'normalise' | 'mean', key: string | null): string {
  const { t } = i18n.global
  if (key === null) return t(`workshop.${step}Key.none`)
  return key === '' ? t('workshop.other') : t(`workshop.${step}Key.${key}`)
}

/** What was changed, the greatest first: "研发能力权重由 25% 升至 40%". */
export function changesInWords(base: Published, choices: Choices): string {
  const { t } = i18n.global, { tree } = base, said: string[] = []
  const now = sharesOf(tree, effective(base, choices).weights), before = sharesOf(tree, base.weight)
  const moves = Object.keys(choices.weights).flatMap((group) => {
    const kids = tree.children[tree.byCode.get(group)!]!.filter((kid) => !choices.off.includes(tree.codes[kid]!))
    if (kids.length === 0) return []
    return kids.reduce((most, kid) => (Math.abs(now[kid]! - before[kid]!) > Math.abs(now[most]! - before[most]!) + 1e-9 ? kid : most), kids[0]!)
  }).sort((a, b) => Math.abs(now[b]! - before[b]!) - Math.abs(now[a]! - before[a]!))
  for (const node of moves) {
    const key = now[node]! > before[node]! ? 'workshop.said.up' : 'workshop.said.down'
    said.push(t(key, { name: nodeName(base, node), from: shareText(before[node]!), to: shareText(now[node]!) }))
  }
  if (choices.off.length) said.push(t('workshop.said.off', { names: choices.off.map((code) => nodeName(base, tree.byCode.get(code)!)).join(t('workshop.and')) }))
  const step = (name: 'impute' | 'treat' | 'normalise') => {
    if (choices[name]) said.push(t('workshop.said.step', { step: t(`workshop.step.${name}`), from: stepName(name, base.key[name]), to: stepName(name, choices[name]) }))
  }
  step('impute')
  step('treat')
  step('normalise')
  for (const level of ['low', 'high'] as const) {
    if (choices[level]) said.push(t('workshop.said.step', { step: t(`workshop.step.${tree.levels > 2 ? level : 'mean'}`), from: stepName('mean', base.key[level]), to: stepName('mean', choices[level]) }))
  }
  const more = said.length - CHANGES_SAID
  return said.slice(0, CHANGES_SAID).join(t('workshop.then')) + (more > 0 ? t('workshop.said.more', { num: more }) : '')
}

export interface Standing { name: string; rank: number; before: number }

/** A unit of the ranking; the interval is NaN where there are no draws yet. */
export interface Line extends Standing { row: number; code: string; score: number; low: number; median: number; high: number }

const FIRST = 3

function firstOf(list: Standing[], of: 'rank' | 'before'): string[] {
  return list.filter((one) => one[of] > 0 && one[of] <= FIRST).sort((a, b) => a[of] - b[of] || (a.name < b.name ? -1 : 1)).map((one) => one.name)
}

/** What it did: "12 个单位名次变动，最大的是示例甲镇（升 6 位）；前三名不变；平均变动 1.8 位". */
export function effectInWords(list: Standing[]): string {
  const { t } = i18n.global
  const ranked = list.filter((one) => one.rank > 0 && one.before > 0), by = (one: Standing) => one.before - one.rank
  const moved = ranked.filter((one) => by(one) !== 0)
  const said: string[] = []
  if (moved.length === 0) said.push(t('workshop.said.none'))
  else {
    const largest = moved.reduce((most, one) => (Math.abs(by(one)) > Math.abs(by(most)) ? one : most))
    said.push(t('workshop.said.moved', {
      num: moved.length, name: largest.name, by: t(by(largest) > 0 ? 'workshop.said.upBy' : 'workshop.said.downBy', { num: Math.abs(by(largest)) }),
    }, moved.length))
    const before = firstOf(list, 'before'), now = firstOf(list, 'rank')
    if (list.length > FIRST) {
      said.push(before.join('\n') === now.join('\n') ? t('workshop.said.firstSame') : t('workshop.said.firstNow', { names: now.join(t('workshop.and')) }))
    }
    const sum = ranked.reduce((all, one) => all + Math.abs(by(one)), 0)
    said.push(t('workshop.said.mean', { num: (sum / ranked.length).toFixed(1) }))
  }
  const lost = list.filter((one) => one.before > 0 && one.rank === 0).length, won = list.filter((one) => one.before === 0 && one.rank > 0).length
  if (lost) said.push(t('workshop.said.lost', { num: lost }, lost))
  if (won) said.push(t('workshop.said.won', { num: won }, won))
  return said.join(t('workshop.then'))
}

export function sentence(base: Published, choices: Choices, list: Standing[]): string {
  const { t } = i18n.global
  if (!isChanged(choices)) return t('workshop.said.unchanged')
  const whole = t('workshop.said.whole', { changes: changesInWords(base, choices), effect: effectInWords(list) })
  return whole.charAt(0).toUpperCase() + whole.slice(1)
}
