/** What must be said for as long as it holds, the worst first (tablet.md §1.1, §2.7; protocol §3.4). */
import { span } from '@/i18n/formats'
import { t } from '@/i18n/i18n'
import type { Device, Status } from '@/runtime/port/tablet'
import type { IconName } from '@/ui/kit/icons'

export interface Notice {
  id: string
  tone: 'info' | 'warn' | 'bad'
  icon: IconName
  text: string
  to?: { path: string; label: string }
}

const DAY = 86_400_000
/** Two days before Safari would delete what lies here. */
const TOO_OLD = 5 * DAY
const CLOCK = 600_000
const WEIGHT = { bad: 0, warn: 1, info: 2 }

export function noticesOf(device: Device, status: Status | undefined, now: number): Notice[] {
  const notices: Notice[] = []
  const add = (
    id: string,
    tone: Notice['tone'],
    icon: IconName,
    text: string,
    path = '',
    label = '',
  ): void => {
    notices.push({ id, tone, icon, text, ...(path ? { to: { path, label } } : {}) })
  }
  if (!device.secure) add('secure', 'bad', 'lock', t('shell.notice.secure'))
  if (status?.kind === 'login')
    add('login', 'warn', 'lock', t('shell.notice.login'), '/login', t('shell.notice.login.do'))
  const age = status?.oldest == null ? 0 : now - status.oldest
  if (age > DAY) {
    const text = t('shell.notice.old', { age: span(age) })
    add('old', age > TOO_OLD ? 'bad' : 'warn', 'clock', text, '/queue', t('shell.notice.look'))
  }
  if (status?.room === 'full')
    add('room', 'bad', 'photo', t('shell.notice.full'), '/settings', t('shell.notice.look'))
  if (status?.room === 'low')
    add('room', 'warn', 'photo', t('shell.notice.low'), '/settings', t('shell.notice.look'))
  if (Math.abs(device.offset) > CLOCK)
    add('clock', 'warn', 'clock', t('shell.notice.clock', { by: span(device.offset) }))
  if (device.secure && device.persisted === false) {
    add(
      'persisted',
      'warn',
      'warning',
      t('shell.notice.persisted'),
      '/install',
      t('shell.notice.persisted.do'),
    )
  }
  return notices.sort((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone])
}
