// The words of the weights workshop, which come with it.
import { i18n } from '../i18n'
import en from './workshop.en.json'
import zh from './workshop.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
