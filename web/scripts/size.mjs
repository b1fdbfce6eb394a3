// Fails the build when the first view weighs more than it may. Reads the manifest of the finished
// build, follows the imports of the entry and of the page that opens first, and adds up gzip sizes.
import { readFileSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMITS_KB = { js: 110, css: 16 }
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const FIRST_VIEWS = ['src/pages/HomePage.vue', 'src/pages/ResultsPage.vue', 'src/pages/RecordPage.vue']

function filesOf(key, seen = new Set(), files = new Set()) {
  const chunk = manifest[key]
  if (!chunk || seen.has(key)) return files
  seen.add(key)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) filesOf(next, seen, files)
  return files
}

const gz = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000
let failed = false
for (const page of FIRST_VIEWS) {
  const files = new Set([...filesOf('index.html'), ...filesOf(page)])
  const sum = { js: 0, css: 0 }
  for (const file of files) {
    const kind = file.endsWith('.css') ? 'css' : 'js'
    sum[kind] += gz(file)
  }
  for (const [kind, limit] of Object.entries(LIMITS_KB)) {
    const over = sum[kind] > limit
    failed ||= over
    console.log(`${page}: ${kind} ${sum[kind].toFixed(1)} kB gz (limit ${limit})${over ? '  TOO LARGE' : ''}`)
  }
}
// The manifest was for this sum only; dist holds what the node serves.
rmSync(new URL('.vite', dist), { recursive: true })
if (failed) {
  console.error('The first view is over its limit: load the heavy part by import() in its own page.')
  process.exit(1)
}
