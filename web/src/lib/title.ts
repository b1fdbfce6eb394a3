// The title of the browser's window: what the page is, then whose it is.
import { watchEffect } from 'vue'
import { i18n } from '../i18n'
import { nodeName } from './common'

export function useTitle(title: () => string): void {
  watchEffect(() => {
    const house = nodeName.value || i18n.global.t('app.name')
    const page = title()
    document.title = page ? `${page} · ${house}` : house
  })
}
