// TypeScript of web/src in Node, compiled in memory by what builds the page.
import { createRequire } from 'node:module'

const fromWeb = createRequire(new URL('../../../web/package.json', import.meta.url))
const { build } = createRequire(fromWeb.resolve('vite'))('esbuild')

/** A module of web/src as it is, with what it imports. */
export async function load(path) {
  const entry = new URL(`../../../web/src/${path}`, import.meta.url).pathname
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, write: false, format: 'esm', logLevel: 'silent',
    // What a module asks of its window while it is read.
    banner: { js: 'globalThis.location ??= { search: "", origin: "http://page" }; globalThis.document ??= { documentElement: {} };' },
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}
