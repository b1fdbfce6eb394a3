import { createApp } from 'vue'
import App from './App.vue'
import { i18n, language, setLanguage } from './i18n'
import { loadCommon } from './lib/common'
import { inPlace, isTyping, keepTyped, watchComposing } from './lib/handover'
import { bringPages, router } from './router'
import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'

// The node serves each page readable. The application takes its place once it has what every page needs, and not before,
// so that what was being read is not replaced by grey bars; a slow node is not waited for longer than this. A page in the other
// language is not what the reader asked for, and is not kept.
const PATIENCE_MS = 3000

async function start(): Promise<void> {
  const isReadable = document.querySelector('#app > main') !== null && document.documentElement.lang.startsWith(language())
  watchComposing()
  setLanguage(language())
  const common = loadCommon()
  const app = createApp(App).use(i18n).use(router)
  if (isReadable) {
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    await Promise.race([late, Promise.allSettled([common, router.isReady()])])
  }
  // Who is typing has a page that does all he needs: it stays until the one that replaces it has its box.
  if (isTyping()) await router.isReady().catch(() => undefined)
  await keepTyped()
  await inPlace(() => app.mount('#app'))
  await router.isReady()
  setTimeout(bringPages, 1000)
}
void start()
