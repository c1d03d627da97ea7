/** What only a page can find out or do, told to the worker and done for it (tablet.md §1.1, §2.3). */
import type { PagePort } from './client'
import { Installer, persist, persisted } from './install'
import { Updates } from './updating'

/** How often a touch is told: far more often than a lock closes. */
const TOUCHES = 20_000

export interface Page {
  readonly installer: Installer
  readonly updates: Updates
  /** Ask that data be kept, after a tap; null: the browser does not say. */
  persist(): Promise<boolean | null>
}

/** Attend to the page from now on; `changed` hears that the answer of `installer.state` may be another one. */
export function attend(port: PagePort, changed: () => void = () => {}): Page {
  const installer = new Installer(() => {
    port.tell({ installed: installer.state.installed })
    changed()
  })
  const updates = new Updates((appWaiting) => port.tell({ appWaiting }))
  port.tell({ installed: installer.state.installed, visible: document.visibilityState === 'visible' })
  void persisted().then((kept) => port.tell({ persisted: kept }))
  document.addEventListener('visibilitychange', () =>
    port.tell({ visible: document.visibilityState === 'visible' }),
  )
  watchTouches(() => port.tell({ touched: true }))
  port.watch('status', {}, ({ sending }) => updates.busy(sending !== null))
  let erased = false
  port.watch('device', {}, ({ wiped }) => {
    if (wiped && !erased) void erase()
    if (!wiped && erased) void updates.register()
    erased = wiped
  })
  return {
    installer,
    updates,
    async persist() {
      const kept = await persist()
      port.tell({ persisted: kept })
      return kept
    },
  }
}

function watchTouches(tell: () => void): void {
  let told = 0
  const touched = (): void => {
    if (Date.now() - told < TOUCHES) return
    told = Date.now()
    tell()
  }
  for (const kind of ['pointerdown', 'keydown', 'wheel']) addEventListener(kind, touched, { passive: true })
}

/** The rest of a wipe (protocol §5): the app's own files and whatever a page could have kept. */
async function erase(): Promise<void> {
  localStorage.clear()
  sessionStorage.clear()
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? []
  await Promise.all(registrations.map((one) => one.unregister()))
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)))
}
