// The words of what is taken away: references, calls of the API, the data page. They come with the first of these.
import { i18n } from '../i18n'
import en from '../locales/take.en.json'
import zh from '../locales/take.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
