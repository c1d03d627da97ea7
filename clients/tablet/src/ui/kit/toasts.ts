/** Short notices that go by themselves; `Toasts.vue` shows them. */
import { shallowReactive } from 'vue'

export interface Toast {
  text: string
  tone?: 'neutral' | 'good' | 'bad'
  action?: { label: string; run: () => void }
}

export interface Shown extends Toast {
  id: number
}

const LASTS = 6_000
let last = 0

export const toasts = shallowReactive<Shown[]>([])

export function dismiss(id: number): void {
  const at = toasts.findIndex((shown) => shown.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

/** What went wrong stays until it is dismissed; whatever offers an action stays longer. */
export function toast(what: Toast): void {
  const id = ++last
  toasts.push({ ...what, id })
  if (toasts.length > 3) toasts.shift()
  if (what.tone !== 'bad') setTimeout(() => dismiss(id), what.action ? 2 * LASTS : LASTS)
}
