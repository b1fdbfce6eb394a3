// A TypeScript module of web/src as it is, compiled in memory: its plain functions are tested without a browser.
import { createRequire } from 'node:module'

const fromWeb = createRequire(new URL('../../../web/package.json', import.meta.url))
const { build } = createRequire(fromWeb.resolve('vite'))('esbuild')

export async function compiled(path) {
  const entry = new URL(`../../../web/src/${path}`, import.meta.url).pathname
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, write: false, format: 'esm', logLevel: 'silent',
    // What Vite defines, and what a module asks of its window while it is read.
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    banner: { js: 'globalThis.location ??= { search: "", origin: "http://page" }; globalThis.document ??= { documentElement: {} };' },
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}
