/** Lets the bundler see what a library needs of Vue, so that the rest of Vue is left out. */
import type { Plugin } from 'vite'

/** vue-i18n takes the whole namespace for one function that it thinks may be absent. */
const WHOLE = "import * as Vue from 'vue';"
const ONE =
  "import { getCurrentInstance as vueInstance } from 'vue';\nconst Vue = { getCurrentInstance: vueInstance };"

export function lean(): Plugin {
  return {
    name: 'wuye-lean',
    enforce: 'pre',
    transform: {
      filter: { id: /vue-i18n\.runtime\.mjs$/ },
      handler(code) {
        if (!code.includes(WHOLE))
          this.error('vue-i18n no longer takes the whole of Vue: remove build/lean.ts')
        return code.replace(WHOLE, ONE)
      },
    },
  }
}
