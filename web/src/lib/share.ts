// Passing an address on: by what the browser shares with, or else by the clipboard.
import { nextTick, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { language } from '../i18n'
import { copyText } from './copy'

/** share() says in `said` what became of it; path is that of the page, without the language. */
export function useShare(): { said: Ref<string>; share: (title: string, path: string) => Promise<void> } {
  const { t } = useI18n()
  const said = ref('')
  async function share(title: string, path: string): Promise<void> {
    const url = location.origin + path + (language() === 'en' ? `${path.includes('?') ? '&' : '?'}lang=en` : '')
    said.value = ''
    if (navigator.share) {
      await navigator.share({ title, url }).catch(() => undefined) // the reader may think better of it
      return
    }
    const copied = await copyText(url)
    await nextTick()
    said.value = copied === 'copied' ? t('record.copied') : t('record.notCopied', { url })
  }
  return { said, share }
}
