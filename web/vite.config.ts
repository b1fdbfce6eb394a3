import { defineConfig } from 'vite'
import vue from '@vitejs/plugin-vue'

// The page is served by the node itself under a strict content security policy: no inline script,
// no inline style, nothing from elsewhere. Hence no inlined assets and no module preload polyfill.
export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    // One style sheet, in the head: what is served before the application starts is drawn once and with all of its rules.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  // `npx vite` shows the page while it is written, over the API of a running node.
  server: { proxy: { '/api': process.env.XIETONG_URL ?? 'http://127.0.0.1:8080' } },
})
