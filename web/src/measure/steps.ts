// The steps of a recipe in words, each with its formula as docs/index-method.md has it. What a release says is all there is to it:
// another recipe reads otherwise without a change here.
import { i18n } from '../i18n'
import { inWords } from '../i18n'
import { listed } from '../lib/measure'
import { nodeLabel, percentText, treeOf, type Factor, type Release, type Step } from '../lib/release'

export interface StepWords { name: string; text: string; formulas: string[] }

const NORMALISE: Record<string, string> = {
  minmax: 'y = lo + (x − min) / (max − min) · (hi − lo)',
  z: 'y = lo + hi · (x − mean) / sd',
  rank: 'y = #{x′ < x} + 1',
  percentile: 'y = (rank − 1) / (n − 1)',
  borda: 'y = rank − 1',
  'distance-max': 'y = 1 − (max − x) / (max − min)',
  'fraction-max': 'y = x / max',
  reference: 'y = 1 − (ref − x) / (ref − min)',
  scaled: 'y = (x − lo) / (hi − lo) · 100',
  goalposts: 'y = lo′ + clamp((x − lo) / (hi − lo), 0, 1) · (hi′ − lo′)',
  target: 'y = (x − min) / (target − min)',
  'base-year': 'y = x / x₀ · 100',
}
const MEANS: Record<string, string> = {
  arithmetic: 'y = Σ w·x / Σ w',
  geometric: 'y = exp(Σ w·ln x / Σ w)',
  harmonic: 'y = Σ w / Σ (w / x)',
  power: 'y = (Σ w·xᵖ / Σ w)^(1/p)',
  copeland: 'y = #{e > ½} − #{e < ½}',
}

const { t, te } = i18n.global
const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise)
const num = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise)
/** A word of the recipe in the reader's language; as it is where it is not known. */
const word = (group: string, name: string) => (te(`recipe.${group}.${name}`) ? t(`recipe.${group}.${name}`) : name)

const MAKERS: Record<string, (step: Step, release: Release) => StepWords> = {
  screen(step) {
    const nonZero = num(step.non_zero, 0)
    return { name: t('recipe.screen.name'), text: t(nonZero > 0 ? 'recipe.screen.both' : 'recipe.screen.present', { share: percentText(num(step.present, 0)), other: percentText(nonZero) }), formulas: [] }
  },
  denominate(step, release) {
    const with_ = [...treeOf(release).nodes.values()].filter((node) => node.denominator)
    const columns = new Map((release.definition.columns ?? []).map((one) => [one.code, inWords(one.label) || one.code]))
    const names = with_.map((node) => t('recipe.denominate.by', { node: inWords(node.label) || node.code, column: columns.get(node.denominator!) ?? nodeLabel(release, node.denominator!) }))
    return { name: t('recipe.denominate.name'), text: names.length ? t('recipe.denominate.text', { names: listed(names, 12) }) : t('recipe.denominate.none'), formulas: names.length === 0 ? [] : [num(step.scale, 1) === 1 ? 'x := x / d' : `x := x / d · ${num(step.scale, 1)}`] }
  },
  impute(step) {
    return { name: t('recipe.impute.name'), text: word('impute', text(step.method, 'mean')), formulas: [] }
  },
  treat(step) {
    const [skew, kurtosis] = [num(step.skew, 2) || 2, num(step.kurtosis, 3.5) || 3.5]
    return {
      name: t('recipe.treat.name'), text: t(step.log === false ? 'recipe.treat.noLog' : 'recipe.treat.text', { points: num(step.points, 5) }),
      formulas: [`|skew| < ${skew} ∨ kurtosis < ${kurtosis}`, 'skew = m₃ / m₂^1.5 · √(n(n−1)) / (n−2)', 'kurtosis = (n−1) / ((n−2)(n−3)) · ((n+1)(m₄ / m₂² − 3) + 6)', ...(step.log === false ? [] : ['x := ln(x − min + 0.01 · (max − min))'])],
    }
  },
  normalise(step) {
    const method = text(step.method, 'minmax')
    const over = text(step.over, 'period')
    const range = typeof step.lo === 'number' && typeof step.hi === 'number' ? `lo = ${step.lo}, hi = ${step.hi}` : ''
    return {
      name: t('recipe.normalise.name'), text: t('recipe.normalise.text', { method: word('normalise', method), over: over === 'base' ? t('recipe.over.base', { period: num(step.base, 0) }) : word('over', over) }),
      formulas: ['x := x · direction', NORMALISE[method] ?? method, range].filter(Boolean),
    }
  },
  aggregate(step, release) {
    const levels = Array.isArray(step.by_level) ? step.by_level.filter((one): one is string => typeof one === 'string') : ['arithmetic']
    const names = levels.map((one) => word('mean', one))
    const present = num(step.present, 0)
    const weigh = text((release.definition.recipe as unknown as Record<string, unknown>).weigh ?? step.weigh, '')
    return {
      name: t('recipe.aggregate.name'),
      text: [t(names.length > 1 ? 'recipe.aggregate.levels' : 'recipe.aggregate.text', { means: names.join(t('recipe.aggregate.then')) }), weigh === 'principal' ? t('recipe.aggregate.principal') : '',
        present > 0 ? t('recipe.aggregate.present', { share: percentText(present) }) : ''].filter(Boolean).join(' '),
      formulas: [...new Set(levels.map((one) => MEANS[one] ?? one))],
    }
  },
}

export function stepWords(release: Release, step: Step): StepWords {
  return MAKERS[step.step]?.(step, release) ?? { name: step.step, text: '', formulas: [JSON.stringify(step)] }
}

/** One choice of a factor, short. */
function choiceWords(release: Release, choice: Step | null): string {
  if (choice === null) return t('recipe.factor.without')
  if (!choice.step) return Object.entries(choice).map(([code, weight]) => `${code} ${String(weight)}`).join(t('value.then'))
  if (choice.step === 'treat') return t('recipe.factor.points', { num: num(choice.points, 5) })
  if (choice.step === 'normalise') return word('normalise', text(choice.method, 'minmax'))
  if (choice.step === 'impute') return word('impute', text(choice.method, 'mean')).replace(/[。.]$/, '')
  if (choice.step === 'aggregate') return (Array.isArray(choice.by_level) ? choice.by_level : ['arithmetic']).map((one) => word('mean', String(one))).join(t('value.then'))
  return stepWords(release, choice).text
}

export function factorWords(release: Release, factor: Factor): { name: string; text: string } {
  const choices = (factor.choices ?? []).map((one) => choiceWords(release, one))
  const amount = percentText(num(factor.amount, 0))
  const texts: Record<string, string> = {
    step: choices.join(t('recipe.factor.or')), weights: t('recipe.factor.weights', { num: choices.length }), noise: t('recipe.factor.noise', { amount }),
    exclude: t('recipe.factor.exclude'), error: t('recipe.factor.error', { amount }),
  }
  return { name: word('factorName', factor.name.replaceAll(' ', '-')) === factor.name.replaceAll(' ', '-') ? factor.name : word('factorName', factor.name.replaceAll(' ', '-')), text: texts[factor.factor] ?? factor.factor }
}
