/** What is being entered, and what becomes an op of it. */
import type { Flaw, Place, Values } from './values'

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

export interface BlobValue {
  sha256: string
  name?: string
  type: string
  size: number
  at: string
  role?: string
}
