// Writes dist/heads.txt: for each route of the application the elements that let a browser fetch the page's own scripts together with
// the first one, one line each, "/records/{type}/{id}<TAB><link ...>". The node puts them into the head of the page as it serves it
// (src/portal/page.c). Reads src/router.ts and the manifest of the finished build.
import { readFileSync, writeFileSync } from 'node:fs'

const web = new URL('..', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('dist/.vite/manifest.json', web), 'utf8'))
const router = readFileSync(new URL('src/router.ts', web), 'utf8')

/** "pages.types" → "src/pages/TypesPage.vue" */
const modules = new Map()
for (const [, group, body] of router.matchAll(/^const (\w+) = \{\n([^]*?)^\}/gm)) {
  for (const [, name, file] of body.matchAll(/(\w+): \(\) => import\('\.\/([^']+)'\)/g)) modules.set(`${group}.${name}`, `src/${file}`)
}

function filesOf(key, files = new Set(), seen = new Set()) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`heads: ${key} is not in the build`)
  if (seen.has(key)) return files
  seen.add(key)
  files.add(chunk.file)
  for (const next of chunk.imports ?? []) filesOf(next, files, seen)
  return files
}

const entry = filesOf('index.html')
const lines = []
for (const [, path, component] of router.matchAll(/\{ path: '(\/[^']*)', name: '[\w-]+', component: ([\w.]+)/g)) {
  if (path.includes('*')) continue // no address of its own
  const page = modules.get(component)
  if (!page) throw new Error(`heads: no page is known for ${component} of ${path}`)
  const links = [...filesOf(page)].filter((file) => !entry.has(file))
    .map((file) => `<link rel="modulepreload" crossorigin href="/${file}">`)
  lines.push(`${path.replace(/:(\w+)\??/g, '{$1}')}\t${links.join('')}\n`)
}
if (lines.length === 0) throw new Error('heads: no routes found in src/router.ts')
writeFileSync(new URL('dist/heads.txt', web), lines.join(''))
