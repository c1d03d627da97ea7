/** The page: starts the worker, attends to what only a page can do, and shows the app. */
import { shallowRef } from 'vue'
import { connect } from '@/runtime/client'
import { attend } from '@/runtime/page'
import { makeApp } from './app'
import { BROWSER } from './shell/browser'

const worker = new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module' })
const port = connect(worker)
const page = attend(port, () => (install.value = page.installer.state))
const install = shallowRef(page.installer.state)

void makeApp(port).then((app) => {
  app.provide(BROWSER, { ...page, install }).mount('#app')
  void page.updates.start()
})

// What support and benchmarks read off a running app: figures, no data.
Object.assign(window, { wuye: { measure: () => port.call('measure') } })
