/** The keyboard of the office: `/` search, `j` `k`, `Enter`, `n` new, `Esc` (tablet.md §3.2.9). */
import { onBeforeUnmount, onMounted } from 'vue'

type Keys = Record<string, (event: KeyboardEvent) => void>

const layers: Keys[] = []

/** What of a key press the decision needs. */
export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
  defaultPrevented: boolean
}

/** The key that a press means as a command; null while somebody writes, composes or uses the browser's own keys. */
export function commandOf(press: Press, writing: boolean): string | null {
  if (press.defaultPrevented || press.isComposing || press.ctrlKey || press.metaKey || press.altKey)
    return null
  return writing && press.key !== 'Escape' ? null : press.key
}

function isWriting(element: Element | null): boolean {
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))
  )
}

/** The newest screen that knows a key hears it; nobody does while a dialog is open. */
export function hearKeys(event: KeyboardEvent): void {
  if (document.querySelector('dialog[open]')) return
  const command = commandOf(event, isWriting(document.activeElement))
  const heard = command === null ? undefined : layers.findLast((keys) => command in keys)
  if (heard && command !== null) {
    event.preventDefault()
    heard[command]?.(event)
  }
}

/** Keys that this screen understands while it is shown. */
export function useKeys(keys: Keys): void {
  onMounted(() => layers.push(keys))
  onBeforeUnmount(() => layers.splice(layers.indexOf(keys), 1))
}
