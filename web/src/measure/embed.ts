// Where a chart stands alone: /embed/INDEX/CHART[/SUBJECT] with the release it shows, so that it does not change later.
import type { Measure } from '../lib/measure'
import { language } from '../i18n'

export const EMBEDDED = ['ranking', 'score', 'contributions', 'distribution', 'trend', 'map'] as const

export function embedOf(measure: Measure, chart: typeof EMBEDDED[number], subject = '', more: Record<string, string> = {}): string {
  const path = ['/embed', measure.index, chart, subject].filter(Boolean).map((one, i) => (i === 0 ? one : encodeURIComponent(one))).join('/')
  const query = new URLSearchParams({ release: measure.published.value?.release ?? measure.wanted.value, period: String(measure.period.value || ''), ...more, lang: language() })
  for (const [name, value] of [...query]) if (!value) query.delete(name)
  return `${path}?${query}`
}
