/**
 * The one road between pages and worker (tablet.md §5): what pages may ask, watch and command.
 *
 * A page never touches the database, the network or the engine. Whatever it gets is ready to be shown: titles and
 * values are already words of the chosen language, moments are in the site's zone, rights have been applied.
 */
import type { Manifest } from '@/protocol/manifest'
import type { BlobValue, Checked, Committed, Draft, DraftNote, Entry, Step } from './port/entry'
import type { Sheet } from './port/paper'
import type {
  Choice,
  ChoiceQuery,
  HistoryLine,
  ListAnswer,
  ListQuery,
  RecordPage,
  SearchAnswer,
} from './port/records'
import type { Device, HttpAnswer, LoggedIn, Measures, Person, Status } from './port/tablet'
import type { Lang, Place, Values } from './port/values'
import type { Queue, ReviewCard, Upload } from './port/waiting'

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
  /** For an author who may not settle: out of his sight, or back; nobody else is told. */
  putAway(ask: { site: string; review: string; items: string[]; away: boolean }): void
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
