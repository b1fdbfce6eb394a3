// The newest changes of records, as home and the data page list them.
import type { ChangeItem } from '../api/types'
import { i18n } from '../i18n'

/** The newest change of each record that is still here; changes of other things have no page to lead to. */
export function newestOf(items: ChangeItem[], most: number): ChangeItem[] {
  const found = new Map<string, ChangeItem>()
  for (const item of [...items].sort((a, b) => b.seq - a.seq)) {
    if ((item.room ?? 'catalog') === 'catalog' && item.subject.includes('/') && !found.has(item.subject)) found.set(item.subject, item)
  }
  return [...found.values()].filter((item) => item.action !== 'delete').slice(0, most)
}

export function actionLabel(action: string): string {
  const { t, te } = i18n.global
  return te(`action.${action}`) ? t(`action.${action}`) : action
}
