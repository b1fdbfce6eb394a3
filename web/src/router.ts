import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { setLanguage } from './i18n'
import { settled } from './lib/load'
import { noteTravel, watchTravel } from './lib/travel'

watchTravel()

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: () => import('./pages/HomePage.vue') },
    { path: '/search', name: 'results', component: () => import('./pages/ResultsPage.vue') },
    { path: '/records/:type/:id', name: 'record', component: () => import('./pages/RecordPage.vue') },
    { path: '/types', name: 'types', component: () => import('./pages/TypesPage.vue') },
    { path: '/help', name: 'help', component: () => import('./pages/HelpPage.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue') },
  ],
  async scrollBehavior(to, from, saved) {
    if (saved) {
      await settled()
      return saved
    }
    if (to.hash) {
      await settled()
      return document.getElementById(to.hash.slice(1)) ? { el: to.hash, top: 72 } : {}
    }
    // A tab of the same page opens where the reader is.
    const sameRecord = to.name === 'record' && to.path === from.path
    return sameRecord ? {} : { top: 0 }
  },
})

router.beforeEach((to: RouteLocationNormalized) => {
  noteTravel()
  const lang = to.query.lang
  if (lang === 'zh' || lang === 'en') setLanguage(lang)
})

// After an update of the node, parts of the old page are gone: take the new page instead of failing.
router.onError((error: unknown, to) => {
  if (/dynamically imported module|Importing a module script failed/i.test(String(error))) {
    location.assign(to.fullPath)
  }
})
