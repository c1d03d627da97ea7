/** What the frame says of the screen inside it. A screen calls `usePage` once in its set-up. */
import { onBeforeUnmount, reactive, watchEffect } from 'vue'

export interface Page {
  title: string
  /** Where the arrow at the top leads; absent: no arrow. */
  back?: string | undefined
  /** Something is being entered. */
  form?: boolean
  /** Without the frame: nobody is logged in, or paper is shown. */
  bare?: boolean
}

export const page = reactive<{ now: Page }>({ now: { title: '' } })
let holder: symbol | undefined

export function usePage(of: () => Page): void {
  const self = Symbol('page')
  holder = self
  watchEffect(() => {
    const next = of()
    if (holder === self) page.now = next
  })
  onBeforeUnmount(() => {
    if (holder === self) page.now = { title: '' }
  })
}
