// The words of the page that sets records side by side; those of its marks come with the first view.
import { i18n } from '../i18n'
import en from './compare.en.json'
import zh from './compare.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
