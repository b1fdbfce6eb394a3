// Fails the build when a page weighs more than it may. Reads the manifest of the finished build, follows
// the imports of the entry and of each page, and adds up gzip sizes; the one style sheet is of every page. What a page asks for later, such as
// maps, the arithmetic of an index and its worker, does not hold up its first view and is not counted.
import { readFileSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const named = (...names) => names.map((name) => `src/pages/${name}Page.vue`)
const VIEWS = [
  { limits: { js: 110, css: 16 }, pages: named('Home', 'Results', 'Record', 'Types', 'Help', 'Glossary', 'Identifiers', 'Topic', 'Compare', 'Advanced') },
  { limits: { js: 115, css: 16 }, pages: named('Indexes', 'Ranking', 'Unit', 'Indicator', 'Method', 'Workshop', 'Observations', 'Embed') },
  { limits: { js: 120, css: 16 }, pages: named('Overview', 'OverviewEmbed') },
]

function filesOf(key, seen = new Set(), files = new Set()) {
  const chunk = manifest[key]
  if (!chunk && seen.size === 0) throw new Error(`${key} is not in the build`)
  if (!chunk || seen.has(key)) return files
  seen.add(key)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) filesOf(next, seen, files)
  return files
}

const gz = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000
let failed = false
for (const { limits, page } of VIEWS.flatMap(({ limits, pages }) => pages.map((page) => ({ limits, page })))) {
  const files = new Set([manifest['style.css'].file, ...filesOf('index.html'), ...filesOf(page)])
  const sum = { js: 0, css: 0 }
  for (const file of files) {
    const kind = file.endsWith('.css') ? 'css' : 'js'
    sum[kind] += gz(file)
  }
  for (const [kind, limit] of Object.entries(limits)) {
    const over = sum[kind] > limit
    failed ||= over
    console.log(`${page}: ${kind} ${sum[kind].toFixed(1)} kB gz (limit ${limit})${over ? '  TOO LARGE' : ''}`)
  }
}
// The manifest was for this sum only; dist holds what the node serves.
rmSync(new URL('.vite', dist), { recursive: true })
if (failed) {
  console.error('A page is over its limit: load the heavy part by import() in its own page.')
  process.exit(1)
}
