/** What the sync pill says: computed from what waits, never from the last success (tablet.md §3.2.2). */
import { amount, moment, span } from '@/i18n/formats'
import { t } from '@/i18n/i18n'
import type { Status } from '@/runtime/port/tablet'
import type { Tone } from '@/runtime/port/values'
import type { IconName } from '@/ui/kit/icons'

export interface Pill {
  tone: Tone
  icon: IconName
  /** For narrow screens: a number or a moment. */
  short: string
  text: string
  /** The screen that says more. */
  to: string
}

export function pillOf(status: Status, now: number, zone?: string): Pill {
  const waiting = status.unsent + status.photos
  const last = status.lastSync === null ? '' : moment(status.lastSync, zone, now)
  switch (status.kind) {
    case 'needs':
      return {
        tone: 'warn',
        icon: 'warning',
        short: String(status.needs + status.refused),
        text: t('shell.pill.needs', {}, status.needs + status.refused),
        to: status.needs ? '/review' : '/queue',
      }
    case 'full':
      return {
        tone: 'bad',
        icon: 'warning',
        short: t('shell.pill.full.short'),
        text: t('shell.pill.full'),
        to: '/queue',
      }
    case 'login':
      return {
        tone: 'warn',
        icon: 'lock',
        short: String(waiting),
        text: waiting ? t('shell.pill.login.waiting', {}, waiting) : t('shell.pill.login'),
        to: '/login',
      }
    case 'first': {
      const read = amount(status.first?.read ?? 0)
      return {
        tone: 'info',
        icon: 'download',
        short: read,
        text: t('shell.pill.first', { read }),
        to: '/queue',
      }
    }
    case 'sending': {
      const { done, all } = status.sending ?? { done: 0, all: waiting }
      return {
        tone: 'info',
        icon: 'send',
        short: `${done}/${all}`,
        text: t('shell.pill.sending', { done, all }),
        to: '/queue',
      }
    }
    case 'offline': {
      if (!waiting)
        return {
          tone: 'neutral',
          icon: 'offline',
          short: '',
          text: t('shell.pill.offline.sent', { last }),
          to: '/queue',
        }
      const age = status.oldest === null ? '' : span(now - status.oldest)
      return {
        tone: 'warn',
        icon: 'offline',
        short: String(waiting),
        text: age ? t('shell.pill.offline.aged', { age }, waiting) : t('shell.pill.offline', {}, waiting),
        to: '/queue',
      }
    }
    case 'sent':
      if (waiting)
        return {
          tone: 'info',
          icon: 'send',
          short: String(waiting),
          text: t('shell.pill.kept', {}, waiting),
          to: '/queue',
        }
      return {
        tone: 'good',
        icon: 'sent',
        short: last,
        text: last ? t('shell.pill.sent', { last }) : t('shell.pill.sent.never'),
        to: '/queue',
      }
  }
}
