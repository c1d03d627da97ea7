/** What a replica keeps of the server's state and of its own log. */
import type { Result } from '@/protocol/wire'
import type { Made } from './ops'
import type { Body, Place, RecordKey } from './places'

/** A record. `doc` is the server's (null: it has none, the user made it here); `view` what is seen while ops lie over it. */
export interface Stored extends Place {
  readonly seq: number
  readonly doc: Body | null
  /** Absent: nothing lies over `doc`. Null: the user deleted it. */
  readonly view?: Body | null
  readonly members: readonly Member[]
}

/** What a user sees of a record. */
export const seenOf = (record: Stored): Body | null => (record.view === undefined ? record.doc : record.view)

/** A record lies in a bucket: checksum `h` of the row there, and the bucket's generation when it was sent. */
export type Member = readonly [bucket: number, h: number, gen: number]

/** A bucket held. `first`: being read; `again`: reset, being read anew; `full`. `gen` counts resets (protocol §3.5). */
export interface Bucket {
  readonly id: number
  readonly name: string
  readonly gen: number
  readonly state: 'first' | 'again' | 'full'
}

/** `waiting` (never sent) and `sent` (no answer yet) are the outbox; `held`; then decided. */
export type OpState = 'waiting' | 'sent' | 'held' | 'applied' | 'merged' | 'rejected'

/** An op with what has become of it; it stays for `keep_days` after its decision (protocol §3.8). */
export interface OpRow {
  /** Order of making on this replica, whatever the site. */
  readonly i: number
  readonly replica: string
  readonly site: string
  readonly n: number
  readonly op: string
  readonly body: Made
  /** Bytes of its JSON. */
  readonly size: number
  readonly state: OpState
  readonly record: RecordKey
  /** The record that it lies over, null once the server's rows say it themselves. */
  readonly over: RecordKey | null
  /** ms since 1970. */
  readonly made: number
  readonly decided: number | null
  readonly result: Result | null
}

/** A replica's log at a site: the next number, the highest ever sent, the highest that the server has, the gap filled last. */
export interface Log {
  readonly replica: string
  readonly site: string
  readonly next: number
  readonly sent: number
  readonly acked: number
  readonly mended: number | null
}

/** A row that a restored server no longer has (protocol §3.8). */
export interface Salvaged {
  readonly record: RecordKey
  readonly seq: number
  readonly doc: Body
  readonly buckets: readonly string[]
  readonly found: number
}
