/**
 * One replica's database, as everybody else sees it (tablet.md §5). Two adapters keep to it: Dexie and memory.
 *
 *     const records = await store.read((at) => at.stretch(prefix('ticket', site), 100))
 *     await store.write(async (at) => { await at.append(ops, now); await at.dropDraft(key) })
 *
 * A transaction covers everything, is strict (on disk when `write` returns) and all or nothing. Inside one, await
 * nothing but its own methods: IndexedDB commits a transaction that idles. What a user sees of a record (`view`) is
 * brought up to date by `write` itself before it commits.
 */
import type { Made } from '@/engine/ops'
import type { Body, Place, RecordKey, Span } from '@/engine/places'
import type { Bucket, Log, OpRow, OpState, Salvaged, Stored } from '@/engine/rows'
import type { Manifest } from '@/protocol/manifest'

export type { Bucket, Log, Member, OpRow, OpState, Salvaged, Stored } from '@/engine/rows'
export { seenOf } from '@/engine/rows'

export interface Store {
  /** `wuye:<server>:<replica>`. */
  readonly name: string
  /** Erased, here or by another tab: it answers no more, and whoever needs it again opens it anew. */
  readonly erased: boolean
  read<T>(work: (at: Reading) => Promise<T>): Promise<T>
  write<T>(work: (at: Writing) => Promise<T>): Promise<T>
  /** Says how records are seen from now on; until then they are kept as the server sent them. */
  shape(shape: Shape): void
  /** Called after every commit, of this tab or another one; returns what ends it. */
  changed(tell: (change: Changed) => void): () => void
  /** Finds out whether the connection is alive and opens it anew if not (tablet.md §1.2). */
  probe(): Promise<void>
  /** Forgets everything, the database itself included (protocol §5). */
  erase(): Promise<void>
  close(): void
}

/** How records are seen: given by the engine, from the manifest. */
export interface Shape {
  /** The record after the user's own ops, oldest first; null when there is (then) none. */
  lay(entity: string, doc: Body | null, ops: readonly Made[]): Body | null
}

/** What a commit touched. */
export interface Changed {
  readonly kinds: readonly Kind[]
  readonly entities: readonly string[]
  readonly records: readonly RecordKey[]
  /** What is seen of records from now on, null: nothing, as far as that has changed; null if another tab did it. */
  readonly seen: ReadonlyMap<RecordKey, Body | null> | null
  /** The number under which these are noted, see `Touched`; null without any. */
  readonly touched: number | null
  /** False: another tab did it. */
  readonly here: boolean
}

export type Kind = 'records' | 'ops' | 'logs' | 'buckets' | 'meta' | 'drafts' | 'blobs' | 'lines' | 'salvage'

/** A form that is not finished (tablet.md §2.3). */
export interface Draft {
  readonly key: string
  readonly place: Place
  readonly kind: 'create' | 'update' | 'act'
  readonly act?: string
  readonly values: Body
  readonly saved: number
}

/** A photo or file on its way (protocol §6); its bytes lie apart, so that lists stay light. */
export interface Blob {
  readonly sha256: string
  readonly state: 'kept' | 'sending' | 'stored' | 'refused'
  readonly name: string
  readonly type: string
  readonly size: number
  /** Bytes that the server has. */
  readonly offset: number
  /** Records that refer to it; empty while only a draft does: then it stays here. */
  readonly refs: readonly RecordKey[]
  /** `thumb:<sha256>` of what it is a thumbnail of, or what the field said. */
  readonly role: string | null
  readonly made: number
  /** A problem's code. */
  readonly why: string | null
}

/**
 * Some records of an entity's roll (`replica/roll.ts`): folded search lines (tablet.md §0) packed as one UTF-8 text, the
 * records in order (empty where there is none), and what lists filter and sort them by.
 */
export interface Lines {
  readonly entity: string
  readonly chunk: number
  readonly text: Uint8Array<ArrayBuffer>
  readonly records: readonly RecordKey[]
  readonly columns: Readonly<Record<string, LinesColumn>>
}

/** Records of an entity of which one commit changed what is seen: noted until whoever derives something has kept it. */
export interface Touched {
  readonly entity: string
  readonly n: number
  readonly records: readonly RecordKey[]
}

/** One field of these records: numbers, or codes of the values that occur. */
export type LinesColumn =
  | { readonly numbers: Float64Array<ArrayBuffer> }
  | { readonly values: readonly unknown[]; readonly codes: Uint32Array<ArrayBuffer> }

/** What is kept under a name. */
export interface Meta {
  replica: string
  user: string
  username: string
  /** The server's origin. */
  url: string
  /** Part of device numbers (`T07B`). */
  short: string
  manifest: Manifest
  manifest_hash: string
  manifest_tag: string
  keep_days: number
  cursor: string
  epoch: string
  /** Requests made; the turn of the one absorbed last. */
  turn: number
  taken: number
  /** Everything that there is has been read. */
  whole: boolean
  /** When sums were sent, an answer came, old ops were forgotten (ms). */
  have_at: number
  heard: number
  tidied: number
  /** When the first sync began; when everything was read for the first time; how long that took (ms). */
  began: number
  first_at: number
  first_ms: number
  /** The server's clock minus ours, ms. */
  offset: number
  /** How often a push was halved. */
  shrink: number
  /** This database was found to be a clone: it needs another replica id. */
  fork: boolean
  /** Sites where buckets were dropped since everything was read. */
  dropped: readonly string[]
  /** The epoch has changed: what is not sent again is salvage. */
  salvaging: boolean
  /** A number counted on, such as the order of ops; use `count`. */
  [counter: `count.${string}`]: number
  /** What a part of the app remembers for this replica. */
  [own: `own.${string}`]: unknown
}

export interface Reading {
  record(place: Place): Promise<Stored | undefined>
  /** In the order asked for; undefined where there is none. */
  records(keys: readonly RecordKey[]): Promise<(Stored | undefined)[]>
  /** The first records of a span of record keys: for whoever goes through all of them in short transactions. */
  stretch(span: Span, limit: number): Promise<Stored[]>

  op(id: string): Promise<OpRow | undefined>
  /** In the order in which they were made. */
  opsIn(states: readonly OpState[]): Promise<OpRow[]>
  countOps(states: readonly OpState[]): Promise<number>
  /** All that are kept of a record. */
  opsOf(place: Place): Promise<OpRow[]>
  /** Those that lie over a record, over records of an entity (at a site), over anything. */
  opsOver(what?: Place | { readonly entity: string; readonly site?: string }): Promise<OpRow[]>
  /** Those of a log from number `n` on. */
  opsFrom(replica: string, site: string, n: number): Promise<OpRow[]>
  logs(replica: string): Promise<Log[]>

  buckets(): Promise<Bucket[]>
  meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined>
  /** Several at once. */
  metas<K extends keyof Meta>(...keys: readonly K[]): Promise<{ [N in K]?: Meta[N] }>
  draft(key: string): Promise<Draft | undefined>
  drafts(): Promise<Draft[]>
  blob(sha256: string): Promise<Blob | undefined>
  blobs(states?: readonly Blob['state'][]): Promise<Blob[]>
  /** The bytes of a blob, or of its thumbnail. */
  bytes(sha256: string, part?: 'whole' | 'thumb'): Promise<ArrayBuffer | undefined>
  lines(entity: string): Promise<Lines[]>
  touched(entity: string): Promise<Touched[]>
  salvaged(): Promise<Salvaged[]>
}

export interface Writing extends Reading {
  /** Lays own ops over their records anew: under another manifest they may look otherwise. */
  layAnew(): Promise<void>
  putRecords(records: readonly Stored[]): Promise<void>
  forgetRecords(keys: readonly RecordKey[]): Promise<void>
  /** Writes ops at the end of their logs, numbers them, lays them over their records (protocol §3.1). */
  append(ops: readonly Made[], made: number): Promise<OpRow[]>
  putOps(ops: readonly OpRow[]): Promise<void>
  forgetOps(ops: readonly OpRow[]): Promise<void>
  putLogs(logs: readonly Log[]): Promise<void>
  forgetLogs(logs: readonly Log[]): Promise<void>
  putBuckets(buckets: readonly Bucket[]): Promise<void>
  forgetBuckets(ids: readonly number[]): Promise<void>
  /** Undefined forgets. */
  setMeta(values: { readonly [K in keyof Meta]?: Meta[K] | undefined }): Promise<void>
  /** Counts one further and returns the number, from 1. */
  next(counter: string): Promise<number>
  putDraft(draft: Draft): Promise<void>
  dropDraft(key: string): Promise<void>
  /** `bytes` and `thumb` absent: what is there stays. */
  putBlob(blob: Blob, bytes?: ArrayBuffer, thumb?: ArrayBuffer): Promise<void>
  forgetBlob(sha256: string): Promise<void>
  putLines(lines: readonly Lines[]): Promise<void>
  forgetLines(entity: string): Promise<void>
  forgetTouched(entity: string, numbers: readonly number[]): Promise<void>
  putSalvaged(rows: readonly Salvaged[]): Promise<void>
  forgetSalvaged(keys: readonly RecordKey[]): Promise<void>
}
