// The two languages. Chinese is the first; ?lang=en or ?lang=zh in any address chooses and is remembered.
import { createI18n } from 'vue-i18n'
import type { Label } from './api/types'
import { readSetting, writeSetting } from './lib/storage'
import en from './locales/en.json'
import zh from './locales/zh.json'

export type Language = 'zh' | 'en'

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? readSetting('lang')
  return asked === 'en' ? 'en' : 'zh'
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'zh',
  messages: { zh, en },
})

export function language(): Language {
  return i18n.global.locale.value as Language
}

export function setLanguage(lang: Language): void {
  i18n.global.locale.value = lang
  writeSetting('lang', lang)
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
}

/** A label of the region's data in the reader's language; Chinese where English is missing. */
export function inWords(label: Partial<Label> | undefined): string {
  return (language() === 'en' ? label?.en : label?.zh) || label?.zh || label?.en || ''
}
