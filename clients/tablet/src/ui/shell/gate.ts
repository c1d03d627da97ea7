/** Who may see which screen: pure, so that it can be proven. */
import type { Device } from '@/runtime/port/tablet'

/** `open`: for anybody. `lock`: for whoever has closed his lock. Absent: for whoever is logged in. */
export type Gate = 'open' | 'lock'

/** Where somebody is led instead of `path`, or null if he may go there. */
export function ledTo(device: Device, gate: Gate | undefined, path: string): string | null {
  if (gate === 'open') return null
  const next = path === '/' || gate === 'lock' ? '' : `?to=${encodeURIComponent(path)}`
  if (device.current === null) return `/login${next}`
  if (device.locked) return gate === 'lock' ? null : `/lock${next}`
  return gate === 'lock' ? wantedBefore(path) : null
}

/** Where somebody was going when he was led to log-in or lock. */
export function wantedBefore(path: string): string {
  const to = new URLSearchParams(path.split('?')[1]).get('to')
  return to?.startsWith('/') ? to : '/'
}
