// The words of what pages gather, which come with the first of them; those of charts with them.
import { i18n } from '../i18n'
import './measure'
import en from './gather.en.json'
import zh from './gather.zh.json'

i18n.global.mergeLocaleMessage('zh', zh)
i18n.global.mergeLocaleMessage('en', en)
