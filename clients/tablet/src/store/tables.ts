/** What an adapter must offer: plain tables with ordered keys. Everything else is built on them. */
import type { Body, RecordKey } from '@/engine/places'
import type { Leaf } from './leaves'
import type { Blob, Bucket, Draft, Lines, Log, Member, OpRow, Salvaged, Touched } from './port'

export type Key = string | number | readonly (string | number)[]

/** `first` ≤ key < `end`; an absent side is open. */
export interface Range {
  readonly first?: Key
  readonly end?: Key
}

export interface Page {
  readonly reverse?: boolean
  readonly offset?: number
  readonly limit?: number
}

export interface Table<Row> {
  get(keys: readonly Key[]): Promise<(Row | undefined)[]>
  /** Rows by primary key (`index` null) or by an index, in its order. */
  scan(index: string | null, range?: Range, page?: Page): Promise<Row[]>
  /** Primary keys, in the order of an index. */
  keys(index: string, range?: Range, page?: Page): Promise<string[]>
  count(index: string | null, range?: Range): Promise<number>
  put(rows: readonly Row[]): Promise<void>
  delete(keys: readonly Key[]): Promise<void>
}

/** A record as it is kept: its place is in its key. */
export interface RecordRow {
  readonly k: RecordKey
  readonly seq: number
  readonly doc: Body | null
  readonly view?: Body | null
  readonly members: readonly Member[]
}

export interface Rows {
  leaves: Leaf
  ops: OpRow
  logs: Log
  buckets: Bucket
  meta: { readonly k: string; readonly v: unknown }
  drafts: Draft
  blobs: Blob
  bytes: { readonly sha256: string; readonly part: 'whole' | 'thumb'; readonly data: ArrayBuffer }
  lines: Lines
  touched: Touched
  salvage: Salvaged
}

export type Tables = { readonly [T in keyof Rows]: Table<Rows[T]> }

/**
 * Keys and indexes as they are now, in Dexie's words: `&` unique, `[a+b]` compound. Entities come and go without a
 * migration (tablet.md §5); how a database came here is told by `dexie/versions.ts`.
 */
export const SCHEMA: { readonly [T in keyof Rows]: string } = {
  leaves: 'k, at',
  ops: 'i, &op, [replica+site+n], record, over, state',
  logs: '[replica+site]',
  buckets: 'id',
  meta: 'k',
  drafts: 'key',
  blobs: 'sha256, state',
  bytes: '[sha256+part]',
  lines: '[entity+chunk]',
  touched: '[entity+n]',
  salvage: 'record',
}

export const TABLES = Object.keys(SCHEMA) as (keyof Rows)[]

/** The range of one key alone. */
export const only = (key: string): Range => ({ first: key, end: `${key}\u0000` })
