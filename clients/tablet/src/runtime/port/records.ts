/** Records as pages show them: lists, one record, search, what a reference may name. */
import type { Place, Tone, Values } from './values'

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

/** An act that this person may do to the record in its present state. */
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
  /** The one to offer first; there may be none. */
  primary: boolean
}

export interface Related {
  entity: string
  field: string
  label: string
  total: number
  rows: ListRow[]
  mayCreate: boolean
}

export interface HistoryLine {
  at: number
  text: string
  who: string
  /** `unsent`: not yet at the server; `partly`, `refused`: asked for, but not done so (protocol §3.2). */
  outcome: 'done' | 'unsent' | 'held' | 'partly' | 'refused'
  /** Why it was not done as asked, in words; empty where it was. */
  why: string
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
  /** The field that must name the site at hand, or the organisation's (`Field.among`). */
  among?: string | undefined
  /** Narrow by values already chosen, such as units of the building; `id` asks for the titles of these records. */
  where?: Record<string, Wanted>
}

export interface Choice {
  id: string
  site: string
  title: string
  note: string
}
