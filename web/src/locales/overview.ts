// The words of the overview, which come with it.
import { i18n } from '../i18n'
import en from './overview.en.json'
import zh from './overview.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
