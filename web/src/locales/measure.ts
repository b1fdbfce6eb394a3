// The words of the index pages, which come with the first of them.
import { i18n } from '../i18n'
import en from './measure.en.json'
import zh from './measure.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
