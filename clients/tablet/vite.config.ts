import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { budget } from './build/budget.ts'
import { lean } from './build/lean.ts'
import { precache } from './build/precache.ts'
import { version } from './package.json'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [lean(), vue(), precache(), budget()],
  resolve: {
    alias: [
      { find: '@', replacement: here('./src') },
      // Without its message compiler: our texts need none (src/i18n/message.ts).
      { find: /^vue-i18n$/, replacement: 'vue-i18n/dist/vue-i18n.runtime.mjs' },
      // Without the developer tools.
      { find: /^vue-router$/, replacement: 'vue-router/dist/vue-router.esm-browser.prod.js' },
      // For the browsers that we build for, not for older ones.
      { find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.min.mjs' },
    ],
  },
  define: {
    __APP_VERSION__: JSON.stringify(version),
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
    __VUE_I18N_FULL_INSTALL__: 'false',
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
  worker: { format: 'es' },
  build: {
    outDir: here('../../core/wuye/tablet'),
    emptyOutDir: true,
    // The oldest browsers that we support (tablet.md §0): WebKit of iPadOS 16.4 and its coevals.
    target: ['safari16.4', 'chrome109', 'firefox115'],
    assetsInlineLimit: 0,
    // `budget` says what is too large.
    chunkSizeWarningLimit: 1_000,
    rollupOptions: {
      input: { index: here('./index.html'), sw: here('./src/sw/sw.ts') },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
})
