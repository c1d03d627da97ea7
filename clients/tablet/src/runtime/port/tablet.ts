/** The tablet, who works on it, and how its sync stands. */

export interface Device {
  id: string
  name: string
  server: string
  /** False: no service worker, camera or crypto here; say so (tablet.md §2.7). */
  secure: boolean
  /** Null while unknown or not offered by the browser. */
  persisted: boolean | null
  quota: number | null
  usage: number | null
  /** Installed to the home screen, as far as the browser tells. */
  installed: boolean
  people: Person[]
  /** Replica of who is logged in here, and whether his lock is closed. */
  current: string | null
  locked: boolean
  wifiOnly: boolean
  lockAfterMinutes: number
  /** The server's clock minus ours, ms; over 600 000 asks to set the clock (protocol §3.4). */
  offset: number
  /** Set after a wipe was carried out here, until the next log-in. */
  wiped: boolean
}

/** Somebody who has worked on this tablet. */
export interface Person {
  replica: string
  user: string
  username: string
  name: string
  hasPin: boolean
  /** The PIN is a start code: choose another at this log-in. */
  mustSetPin: boolean
  /** The server no longer knows his log-in: his PIN shows what is here, but only password or code lets him sync. */
  ended: boolean
  /** All his data are here: he may log in without a network. */
  ready: boolean
  unsent: number
  photos: number
  lastSync: number | null
}

export interface LoggedIn {
  person: Person
  /** The password was right but must be changed; nothing else happened. */
  passwordExpired: boolean
}

/** What the sync pill says; computed from the outbox and the photos, never from the last success (tablet.md §3.2). */
export interface Status {
  kind: 'sent' | 'sending' | 'offline' | 'needs' | 'login' | 'full' | 'first'
  /** Ops and photos not yet at the server. */
  unsent: number
  photos: number
  /** Files that the server will not take: what to do is for the person. */
  refused: number
  sending: { done: number; all: number } | null
  /** ms since 1970 of the oldest unsent op, of the last completed sync. */
  oldest: number | null
  lastSync: number | null
  /** Review items that wait for this person. */
  needs: number
  online: boolean
  /** First sync: records read so far. */
  first: { read: number } | null
  /** A newer app waits to be taken (tablet.md §2.3). */
  appWaiting: boolean
  /** Stop taking photos: over 90 % of the quota; warn over 80 % (tablet.md §1.1). */
  room: 'ok' | 'low' | 'full'
}

export interface HttpAnswer {
  status: number
  body: unknown
}

export interface Measures {
  records: number
  ops: number
  firstSyncMs: number | null
  applyMs: number[]
  searchMs: number[]
  commitMs: number[]
}
