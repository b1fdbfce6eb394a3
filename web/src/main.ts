import { createApp } from 'vue'
import App from './App.vue'
import { i18n, language, setLanguage } from './i18n'
import { loadCommon } from './lib/common'
import { settled } from './lib/load'
import { takePlace, watchWriting } from './lib/place'
import { bringPages, router } from './router'
import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'

// The node serves each page readable. The application is drawn aside and takes its place once it shows what this page is for, and not
// before, so that what was being read is replaced at once and by the whole, not by grey bars that then move; a slow node is not waited
// for longer than this. A page in the other language is not what the reader asked for: nothing is waited for.
const PATIENCE_MS = 3000

async function start(): Promise<void> {
  const patience = document.documentElement.lang.startsWith(language()) ? PATIENCE_MS : 0
  setLanguage(language())
  const common = loadCommon()
  const app = createApp(App).use(i18n).use(router)
  const served = document.getElementById('app') as HTMLElement
  if (!served.querySelector(':scope > main')) {
    app.mount(served)
    await router.isReady()
  } else {
    const late = new Promise((resolve) => setTimeout(resolve, patience))
    const written = watchWriting(served)
    // Without the page's own script there is only a frame: then what was served stays.
    if (!(await router.isReady().then(() => true, () => false))) return
    const aside = document.createElement('div')
    aside.className = 'aside-until-ready'
    served.after(aside) // within the page, so that charts find their width
    app.mount(aside)
    await Promise.race([late, common.then(() => settled())])
    await written()
    takePlace(served, aside)
  }
  setTimeout(bringPages, 1000)
}
void start()
