import { createApp } from 'vue'
import App from './App.vue'
import { i18n, language, setLanguage } from './i18n'
import { loadCommon } from './lib/common'
import { bringPages, router } from './router'
import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'

// The node serves each page readable. The application takes its place once it has what every page needs, and not before,
// so that what was being read is not replaced by grey bars; a slow node is not waited for longer than this.
const PATIENCE_MS = 3000

async function start(): Promise<void> {
  setLanguage(language())
  const common = loadCommon()
  const app = createApp(App).use(i18n).use(router)
  if (document.querySelector('#app > main')) {
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    await Promise.race([late, Promise.allSettled([common, router.isReady()])])
  }
  app.mount('#app')
  await router.isReady()
  setTimeout(bringPages, 1000)
}
void start()
