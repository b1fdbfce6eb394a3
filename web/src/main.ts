import { createApp } from 'vue'
import App from './App.vue'
import { i18n, language, setLanguage } from './i18n'
import { loadCommon } from './lib/common'
import { bringPages, router } from './router'
import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'

setLanguage(language())
loadCommon()
createApp(App).use(i18n).use(router).mount('#app')
void router.isReady().then(() => setTimeout(bringPages, 1000))
