/** What only the page can do: keep the data, install the app, take updates. Absent where nobody attends to it (tests). */
import { type InjectionKey, inject, type ShallowRef } from 'vue'
import type { Installer } from '@/runtime/install'
import type { Page } from '@/runtime/page'

export interface Browser extends Page {
  /** `installer.state`, reactive. */
  install: Readonly<ShallowRef<Installer['state']>>
}

export const BROWSER: InjectionKey<Browser> = Symbol('browser')

export function useBrowser(): Browser | null {
  return inject(BROWSER, null)
}
