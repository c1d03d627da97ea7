/** What the sync pill says: computed from the outbox and the photos, never from the last success (tablet.md §3.2). */
import type { Status } from '@/runtime/port/tablet'
import type { Store } from '@/store/port'

/** What the store says of unsent work. */
export interface Unsent {
  readonly ops: number
  readonly photos: number
  /** Files that the server will not take. */
  readonly refused: number
  readonly oldest: number | null
  readonly lastSync: number | null
  /** All that there is has been read once. */
  readonly filled: boolean
}

/** What is known beside the store. */
export interface Around {
  readonly online: boolean
  readonly login: boolean
  readonly sending: { done: number; all: number } | null
  readonly read: number
  readonly needs: number
  readonly appWaiting: boolean
  readonly room: Status['room']
}

export function unsentOf(store: Store): Promise<Unsent> {
  return store.read(async (at) => {
    const ops = await at.opsIn(['waiting', 'sent'])
    // Those of a form that is not saved yet are not on their way.
    const photos = (await at.blobs(['kept', 'sending'])).filter((blob) => blob.refs.length)
    const refused = (await at.blobs(['refused'])).filter((blob) => blob.refs.length)
    const whole = photos.filter((blob) => !blob.role?.startsWith('thumb:'))
    return {
      ops: ops.length,
      // A photo and its thumbnail are one photo to people.
      photos: whole.length || photos.length,
      refused: refused.length,
      oldest: [...ops, ...photos].reduce<number | null>(
        (least, { made }) => Math.min(least ?? made, made),
        null,
      ),
      lastSync: (await at.meta('heard')) ?? null,
      filled: (await at.meta('first_at')) !== undefined,
    }
  })
}

export function statusOf(unsent: Unsent, around: Around): Status {
  const { ops, photos, refused, oldest, lastSync, filled } = unsent
  const { online, sending, needs, appWaiting, room } = around
  return {
    kind: kindOf(unsent, around),
    unsent: ops,
    photos,
    refused,
    sending,
    oldest,
    lastSync,
    needs,
    online,
    first: filled ? null : { read: around.read },
    appWaiting,
    room,
  }
}

function kindOf({ ops, photos, refused, filled }: Unsent, around: Around): Status['kind'] {
  if (!filled) return around.login ? 'login' : 'first'
  if (around.login) return 'login'
  if (around.room === 'full') return 'full'
  const waits = ops + photos > 0
  if (waits) return around.online ? 'sending' : 'offline'
  if (around.needs + refused > 0) return 'needs'
  return around.online ? 'sent' : 'offline'
}
