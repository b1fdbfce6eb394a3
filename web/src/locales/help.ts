// The words of help: the tour, the glossary, identifiers. They come with the first of these pages.
import { i18n } from '../i18n'
import en from './help.en.json'
import zh from './help.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
