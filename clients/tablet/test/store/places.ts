import type { Made } from '@/engine/ops'
import { type Body, keyOf, type Place } from '@/engine/places'
import type { OpRow, Shape, Stored } from '@/store/port'

export const HOUSE = '01900000-0000-7000-8000-000000000001'
export const MALL = '01900000-0000-7000-8000-000000000002'
export const REPLICA = '01900000-0000-7000-8000-0000000000aa'

/** The `number`-th id of a world. */
export const idOf = (number: number): string => `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`

export const at = (number: number, entity = 'ticket', site = HOUSE): Place => ({
  site,
  entity,
  id: idOf(number),
})

export const stored = (place: Place, doc: Body | null, more: Partial<Stored> = {}): Stored => ({
  ...place,
  seq: 1,
  doc,
  members: [],
  ...more,
})

let made = 0

export function op(place: Place, kind: Made['kind'], set: Body = {}, more: Partial<Made> = {}): Made {
  made += 1
  const { site, entity, id: record } = place
  return {
    op: idOf(900_000 + made),
    site,
    entity,
    record,
    kind,
    at: '2026-11-22T01:02:03.004Z',
    v: 1,
    set,
    ...more,
  }
}

/** Records are seen with their fields written over; lists are by title. */
export const SHAPE: Shape = {
  lay(_entity, doc, ops) {
    let seen = doc
    for (const { kind, set } of ops) {
      if (kind === 'delete') seen = null
      else if (seen || kind === 'create') seen = { ...seen, ...set }
    }
    return seen
  },
}

export const keysOf = (ops: readonly OpRow[]): string[] => ops.map((row) => row.op)
export { keyOf }
