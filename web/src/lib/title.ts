// The title of the browser's window: what the page is, then whose it is.
import { watchEffect } from 'vue'
import { i18n } from '../i18n'
import { regionName } from './common'

export function useTitle(title: () => string): void {
  watchEffect(() => {
    const { t } = i18n.global
    const house = regionName.value ? t('app.of', { region: regionName.value }) : t('app.name')
    const page = title()
    document.title = page ? `${page} · ${house}` : house
  })
}
