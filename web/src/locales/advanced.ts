// The words of the page that puts queries together.
import { i18n } from '../i18n'
import en from './advanced.en.json'
import zh from './advanced.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
