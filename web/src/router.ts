import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { language, setLanguage } from './i18n'
import { takeNewPage } from './lib/later'
import { settled } from './lib/load'
import { cameBack, noteTravel, watchTravel } from './lib/travel'

watchTravel()

const pages = {
  home: () => import('./pages/HomePage.vue'),
  results: () => import('./pages/ResultsPage.vue'),
  record: () => import('./pages/RecordPage.vue'),
  types: () => import('./pages/TypesPage.vue'),
  help: () => import('./pages/HelpPage.vue'),
  glossary: () => import('./pages/GlossaryPage.vue'),
  identifiers: () => import('./pages/IdentifiersPage.vue'),
  missing: () => import('./pages/MissingPage.vue'),
  topic: () => import('./pages/TopicPage.vue'),
  compare: () => import('./pages/ComparePage.vue'),
  advanced: () => import('./pages/AdvancedPage.vue'),
}

/** What programs take: fetched when asked for. */
const take = {
  data: () => import('./take/DataPage.vue'),
  api: () => import('./take/ApiPage.vue'),
}

/** The pages of indexes, with their charts: fetched when the first of them is. */
const measure = {
  overview: () => import('./pages/OverviewPage.vue'),
  overviewEmbed: () => import('./pages/OverviewEmbedPage.vue'),
  indexes: () => import('./pages/IndexesPage.vue'),
  ranking: () => import('./pages/RankingPage.vue'),
  unit: () => import('./pages/UnitPage.vue'),
  indicator: () => import('./pages/IndicatorPage.vue'),
  method: () => import('./pages/MethodPage.vue'),
  workshop: () => import('./pages/WorkshopPage.vue'),
  observations: () => import('./pages/ObservationsPage.vue'),
  embed: () => import('./pages/EmbedPage.vue'),
}

const butLanguage = ({ query }: RouteLocationNormalized) => JSON.stringify({ ...query, lang: '' })

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: pages.home },
    { path: '/search', name: 'results', component: pages.results },
    { path: '/records/:type/:id', name: 'record', component: pages.record },
    { path: '/topics/:facet/:value', name: 'topic', component: pages.topic },
    { path: '/compare', name: 'compare', component: pages.compare },
    { path: '/advanced', name: 'advanced', component: pages.advanced },
    { path: '/types', name: 'types', component: pages.types },
    { path: '/overview', name: 'overview', component: measure.overview },
    { path: '/indexes', name: 'indexes', component: measure.indexes },
    { path: '/indexes/:index', name: 'ranking', component: measure.ranking },
    { path: '/indexes/:index/units/:unit', name: 'unit', component: measure.unit },
    { path: '/indexes/:index/indicators/:code', name: 'indicator', component: measure.indicator },
    { path: '/indexes/:index/method', name: 'method', component: measure.method },
    { path: '/indexes/:index/workshop', name: 'workshop', component: measure.workshop },
    { path: '/observations', name: 'observations', component: measure.observations },
    // Charts for pages elsewhere: without the shell.
    { path: '/embed/overview/:chart', name: 'overview-embed', component: measure.overviewEmbed, meta: { bare: true } },
    { path: '/embed/:index/:chart/:subject?', name: 'embed', component: measure.embed, meta: { bare: true } },
    { path: '/data', name: 'data', component: take.data },
    { path: '/api', name: 'api', component: take.api },
    { path: '/help', name: 'help', component: pages.help },
    { path: '/glossary', name: 'glossary', component: pages.glossary },
    { path: '/identifiers', name: 'identifiers', component: pages.identifiers },
    { path: '/:rest(.*)*', name: 'missing', component: pages.missing },
  ],
  async scrollBehavior(to, from, saved) {
    if (saved) {
      await settled()
      return saved
    }
    // The application takes the place of a page that is being read.
    if (from.matched.length === 0 && !to.hash) return false
    if (to.hash) {
      await settled()
      return document.getElementById(to.hash.slice(1)) ? { el: to.hash, top: 72 } : {}
    }
    // A tab of the same record, another choice on the same page of an index: the reader stays where he is.
    const stays = to.path === from.path && (butLanguage(to) === butLanguage(from) || ['record', 'compare', 'advanced', 'glossary', 'identifiers'].includes(String(to.name)) || String(to.name) in measure) && to.query.page === from.query.page
    return stays ? {} : { top: 0 }
  },
})

router.beforeEach((to: RouteLocationNormalized) => {
  noteTravel()
  // An address of before names the language of before: going back is no choice of one.
  const lang = to.query.lang
  if ((lang === 'zh' || lang === 'en') && !cameBack()) setLanguage(lang)
})

// What the node wrote into the head is of the page it served: search engines and "share" must not take it for another's.
router.afterEach((to, from) => {
  if ((to.query.lang === 'zh' || to.query.lang === 'en') && to.query.lang !== language()) {
    setTimeout(() => void router.replace({ query: { ...router.currentRoute.value.query, lang: language() }, hash: router.currentRoute.value.hash }), 0)
  }
  if (from.matched.length === 0 || to.path === from.path) return
  for (const one of document.querySelectorAll('head [data-served]')) one.remove()
})

/** Brings the other pages in while nothing else happens: together they are smaller than a picture. */
export function bringPages(): void {
  for (const page of Object.values(pages)) page().catch(() => undefined)
}

router.onError((_error: unknown, to) => takeNewPage(to.fullPath))
