/**
 * The one road between pages and worker (tablet.md §5): what pages may ask, watch and command.
 *
 * A page never touches the database, the network or the engine. Whatever it gets is ready to be shown: titles and
 * values are already words of the chosen language, moments are in the site's zone, rights have been applied.
 */
import type { Manifest } from '@/protocol/manifest'

export type Lang = 'zh-Hant' | 'zh-Hans' | 'ru' | 'en'
export type Values = Readonly<Record<string, unknown>>
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad'

/** What can be watched: question and answer. The worker answers at once and again whenever the answer changes. */
export interface Watched {
  device: { ask: Record<string, never>; answer: Device }
  status: { ask: Record<string, never>; answer: Status }
  manifest: { ask: Record<string, never>; answer: Manifest | null }
  list: { ask: ListQuery; answer: ListAnswer }
  record: { ask: Place & { screen?: string; reason?: string }; answer: RecordPage | null }
  queue: { ask: Record<string, never>; answer: Queue }
  reviews: { ask: { scope: 'mine' | 'site'; settled?: boolean }; answer: ReviewCard[] }
  search: { ask: { text: string; entities?: string[]; limit?: number }; answer: SearchAnswer }
  drafts: { ask: Record<string, never>; answer: DraftNote[] }
  uploads: { ask: { record?: Place }; answer: Upload[] }
}

/** What can be commanded: arguments and result. A command that fails rejects with a `PortError`. */
export interface Commands {
  // The person in front of the tablet
  speak(lang: Lang): void
  login(ask: { username: string; password?: string; code?: string; newPassword?: string }): LoggedIn
  setPin(pin: string | null): void
  unlock(ask: { replica: string; pin: string }): void
  lock(): void
  logout(): void
  forgetPerson(replica: string): void
  enrol(ticket: string): { people: Person[] }
  setDeviceName(name: string): void
  setSetting(name: 'wifiOnly' | 'lockAfterMinutes', value: boolean | number): void
  // Work
  check(entry: Entry): Checked
  commit(ask: { steps: Step[]; draft?: string }): Committed
  saveDraft(draft: Draft): void
  readDraft(key: string): Draft | null
  dropDraft(key: string): void
  resolve(ask: { site: string; review: string; ops?: string[]; set?: Values }): Committed
  undo(op: string): void
  history(place: Place): HistoryLine[]
  choices(ask: ChoiceQuery): Choice[]
  look(ask: { entity: string; site: string; ids: string[]; screen: string; reason?: string }): void
  sheet(ask: Place & { form: string }): Sheet
  // Attachments (protocol §6)
  attach(ask: { file: Blob; name?: string; role?: string; at?: string }): BlobValue
  blob(ask: { sha256: string; thumb?: boolean }): Blob | null
  // Sync
  syncNow(): void
  exportUnsent(): Blob
  importUnsent(file: Blob): { ops: number; blobs: number }
  /** The server's online-only calls (audit, fleet, reports …); path below `/api/v1`. Rejects `offline`. */
  http(ask: { method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; path: string; body?: unknown }): HttpAnswer
  // Development and proof
  measure(): Measures
}

export interface Place {
  site: string
  entity: string
  id: string
}

/** `code` is a problem's stable code, `offline`, or `flaws` (then `flaws` says where); `text` is ready to be shown. */
export interface PortError {
  code: string
  text: string
  flaws?: Flaw[]
  /** Parameters of the problem, such as `min` of `weak_password` or `wait` in seconds. */
  extra?: Values
}

/** A field (dotted for rows, `''` for the whole entry) and what to tell who entered it. */
export interface Flaw {
  field: string
  code: string
  text: string
}

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

export interface ListQuery {
  entity: string
  /** Site ids; absent: all of the user's. */
  sites?: string[]
  where?: Record<string, Wanted>
  /** Only records: due and late; with an open deadline; with unsent ops; that wait for a person. */
  flags?: ('late' | 'due' | 'unsent' | 'needs')[]
  search?: string
  /** Fields, `-` for downwards; `due` sorts by the nearest open deadline. Absent: the manifest's sort. */
  sort?: string[]
  group?: string
  /** Fields wanted as cells; absent: the manifest's columns. */
  columns?: string[]
  offset?: number
  limit?: number
}

/** A value, several possible ones, a span (`first` ≤ value < `end`), or the user himself. */
export type Wanted =
  | string
  | number
  | boolean
  | null
  | (string | number)[]
  | { first?: string | number; end?: string | number }
  | { me: true }

export interface ListAnswer {
  total: number
  rows: ListRow[]
  /** Counts by the group's value, in the order of its choices. */
  groups?: { value: string | null; label: string; count: number }[]
}

export interface ListRow extends Place {
  title: string
  /** Field → words. */
  cells: Record<string, string>
  /** Field → value as it is, for whoever sorts or links. */
  values: Record<string, unknown>
  state: StateChip | null
  due: Due | null
  unsent: boolean
  needs: boolean
  photos: Stored | null
  thumb: string | null
}

export interface StateChip {
  value: string
  label: string
  tone: Tone
}

/** The nearest open deadline. `at` is ms since 1970; `text` a moment on the site's wall clock. */
export interface Due {
  label: string
  at: number
  text: string
  late: boolean
}

/** `2 of 5 photos` (protocol §6). */
export interface Stored {
  stored: number
  all: number
}

export interface RecordPage extends Place {
  title: string
  values: Values
  words: Record<string, string>
  /** Names of fields whose `when` holds. */
  shown: string[]
  state: StateChip | null
  acts: ActOffer[]
  mayUpdate: boolean
  mayDelete: boolean
  deadlines: (Due & { done: boolean })[]
  related: Related[]
  /** Forms that may be printed of this record. */
  prints: { id: string; label: string }[]
  /** Plain sentences of what lies unsent on it. */
  unsent: string[]
  review: string | null
  photos: Stored | null
  seq: number | null
  /** False: somebody else's removal or loss of access took it away while it was open. */
  here: boolean
}

/** An act that this person may do to the record in its present state. The first is the primary one. */
export interface ActOffer {
  act: string
  label: string
  to: StateChip
  form: string[]
  needs: string[]
  confirm: string | null
  reason: boolean
  online: boolean
  /** Done at one tap; the form only when something is lacking. */
  quick: boolean
  destructive: boolean
}

export interface Related {
  entity: string
  field: string
  label: string
  total: number
  rows: ListRow[]
  mayCreate: boolean
}

/** What is being entered, to be judged while typing. */
export interface Entry {
  kind: 'create' | 'update' | 'act'
  site: string
  entity: string
  id?: string
  act?: string
  args?: Values
  values: Values
}

export interface Checked {
  /** Fields whose `when` holds. */
  shown: string[]
  /** Fields that must be filled, as things stand. */
  required: string[]
  /** The entry with defaults and derived fields. */
  derived: Values
  /** Derived and reference values in words. */
  words: Record<string, string>
  flaws: Flaw[]
}

/** One op; those of one commit apply together (a group, protocol §3.1). `id` of a create may be chosen by the page. */
export type Step =
  | { kind: 'create'; site: string; entity: string; id?: string; values: Values }
  | { kind: 'update'; site: string; entity: string; id: string; values: Values }
  | { kind: 'act'; site: string; entity: string; id: string; act: string; args?: Values; values?: Values }
  | { kind: 'delete'; site: string; entity: string; id: string }

export interface Committed {
  records: Place[]
  ops: string[]
}

/** A form that is not finished. `key` is `<entity>/<record id>` or `<entity>/new/<random>`; acts add `/<act>`. */
export interface Draft {
  key: string
  place: Place
  kind: 'create' | 'update' | 'act'
  act?: string
  values: Values
  saved: number
}

export interface DraftNote {
  key: string
  place: Place
  kind: Draft['kind']
  act?: string
  title: string
  saved: number
}

export interface Queue {
  /** Unsent and undecided first, then what was decided lately; grouped by record, newest record first. */
  groups: QueueGroup[]
  uploads: Upload[]
}

export interface QueueGroup extends Place {
  title: string
  ops: QueueOp[]
}

export interface QueueOp {
  op: string
  at: number
  text: string
  state: 'kept' | 'sending' | 'sent' | 'changed' | 'held' | 'needs'
  /** Why it was not applied as asked, in words. */
  why: string | null
  mayUndo: boolean
}

export interface Upload {
  sha256: string
  name: string
  /** Media type. */
  type: string
  size: number
  sent: number
  state: 'kept' | 'sending' | 'stored' | 'refused'
  why: string | null
  /** It is itself the thumbnail of another. */
  thumb: boolean
}

/** One review item: what was asked and what stands, field by field (tablet.md §3.2.4). */
export interface ReviewCard {
  site: string
  review: string
  subject: Place
  title: string
  author: string
  mine: boolean
  maySettle: boolean
  items: ReviewItem[]
}

export interface ReviewItem {
  op: string
  status: string
  /** Why, in words. */
  why: string
  at: number
  settled: { by: string; at: number } | null
  fields: {
    name: string
    label: string
    mine: string
    theirs: string
    mineValue: unknown
    theirsValue: unknown
    by: string
    at: number | null
  }[]
}

export interface SearchAnswer {
  hits: (ListRow & { entityLabel: string })[]
  total: number
  /** False while the lines of this replica are still being read. */
  complete: boolean
}

export interface ChoiceQuery {
  /** The entity referred to. */
  entity: string
  site: string
  text?: string
  limit?: number
  /** Narrow by values already chosen, such as units of the building; `id` asks for the titles of these records. */
  where?: Record<string, Wanted>
}

export interface Choice {
  id: string
  site: string
  title: string
  note: string
}

export interface HistoryLine {
  at: number
  text: string
  who: string
  /** Not yet at the server. */
  unsent: boolean
}

export interface BlobValue {
  sha256: string
  name?: string
  type: string
  size: number
  at: string
  role?: string
}

export interface LoggedIn {
  person: Person
  /** The password was right but must be changed; nothing else happened. */
  passwordExpired: boolean
}

export interface HttpAnswer {
  status: number
  body: unknown
}

/** A form composed for paper, the same shapes as on the server (core/wuye/prints/page.py). */
export interface Sheet {
  language: Lang
  company: string
  site: string
  title: string
  number: string
  printed: string
  paper: 'A4' | 'A5' | 'card'
  landscape: boolean
  /** Names of its copies: the form once for each, each on a sheet of its own. */
  parts: string[]
  blocks: SheetBlock[]
}

export type SheetBlock =
  | { kind: 'facts'; label: string; columns: number; facts: { label: string; text: string; long: boolean }[] }
  | { kind: 'grid'; label: string; heads: string[]; rows: string[][]; blank: number; numbers: number[] }
  /** Running words; null is a gap for the pen. */
  | { kind: 'words'; parts: (string | null)[] }
  | { kind: 'texts'; label: string; texts: { language: string; name: string; text: string }[] }
  | { kind: 'signatures'; places: { label: string; signer: string; at: string; sha256: string | null }[] }
  | { kind: 'photos'; label: string; sha256: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'figures'; label: string; table: ChartTable | null; rows: boolean }
  | { kind: 'group'; label: string; title: string; blocks: SheetBlock[] }

/** A report's table with its charts (core/wuye/model/report.py): `heads` and `texts` in words, `cells` as they are. */
export interface ChartTable {
  columns: string[]
  heads: string[]
  cells: unknown[][]
  texts: string[][]
  charts: ChartSpec[]
}

export type ChartSpec =
  | {
      type: 'plot'
      title: string
      x: string
      series: ChartSeries[]
      flags?: string
      numeric?: boolean
      touching?: boolean
    }
  | {
      type: 'gantt'
      title: string
      label: string
      start: string
      end: string
      done_start?: string
      done_end?: string
    }
  | {
      type: 'tree'
      title: string
      id: string
      parent: string
      label: string
      fishbone?: boolean
      flags?: string
    }

export interface ChartSeries {
  column: string
  shape?: 'bars' | 'line' | 'points'
  second?: boolean
  dashed?: boolean
  tone?: 'info' | 'good' | 'warn' | 'bad'
}

export interface Measures {
  records: number
  ops: number
  firstSyncMs: number | null
  applyMs: number[]
  searchMs: number[]
  commitMs: number[]
}

/** What pages hold: `watch` answers until `stop` is called. */
export interface Port {
  watch<W extends keyof Watched>(
    what: W,
    ask: Watched[W]['ask'],
    tell: (answer: Watched[W]['answer']) => void,
  ): () => void
  call<C extends keyof Commands>(
    command: C,
    ...args: Parameters<Commands[C]>
  ): Promise<ReturnType<Commands[C]>>
  /**
   * `call` for whoever stands here at this moment. Once somebody else does, his data are out of its reach
   * (`person_changed`); a draft still goes to the one who typed it.
   */
  mine(): Port['call']
}
