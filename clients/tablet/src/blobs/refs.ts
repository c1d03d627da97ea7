/** Which files values name: anything with a `sha256`, at any depth (protocol §6, §7). */
import type { Made } from '@/engine/ops'
import { keyOf, type RecordKey } from '@/engine/places'
import type { Reading, Writing } from '@/store/port'

const SHA = /^[0-9a-f]{64}$/
const THUMB = 'thumb:'

/** A file as a field names it; other keys are its own affair. */
export interface Named {
  readonly sha256: string
  readonly role?: string
}

/** The role of the thumbnail of a file. */
export const thumbOf = (sha256: string): string => THUMB + sha256

export function isThumb(role: string | null | undefined): boolean {
  return role?.startsWith(THUMB) ?? false
}

export function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && 'sha256' in value && SHA.test(String(value.sha256))
}

/** The hashes of all files in a value. */
export function shasIn(value: unknown, found = new Set<string>()): Set<string> {
  if (isNamed(value)) found.add(value.sha256)
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) shasIn(inner, found)
  return found
}

/**
 * Lets files that waited for their form go to the server: they belong to records now. In the transaction that writes
 * the ops.
 */
export async function refer(at: Writing, ops: readonly Made[]): Promise<void> {
  for (const [sha256, records] of recordsOf(ops)) {
    const blob = await at.blob(sha256)
    if (!blob) continue
    const refs = [...new Set([...blob.refs, ...records])]
    if (refs.length > blob.refs.length) await at.putBlob({ ...blob, refs })
  }
}

/** Files of this tablet that an op names though nobody has noted it: whatever wrote the op, they must leave. */
export async function referred(at: Reading): Promise<readonly Made[]> {
  const loose = (await at.blobs(['kept', 'sending'])).filter((blob) => !blob.refs.length)
  if (!loose.length) return []
  const shas = new Set(loose.map((blob) => blob.sha256))
  const rows = await at.opsIn(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected'])
  return rows
    .map((row) => row.body)
    .filter((op) => [...shasIn([op.set, op.args])].some((sha) => shas.has(sha)))
}

/** A list of files with the thumbnails that belong to it: those of files in it, no others; anything else as it is. */
export function accompany(value: unknown, thumbs: ReadonlyMap<string, Named>): unknown {
  if (Array.isArray(value)) {
    if (!value.length || !value.every(isNamed)) return value.map((inner) => accompany(inner, thumbs))
    const own = value.filter((one) => !isThumb(one.role))
    return own.flatMap((one) => {
      const role = thumbOf(one.sha256)
      const thumb = value.find((other) => other.role === role) ?? thumbs.get(one.sha256)
      return thumb ? [one, thumb] : [one]
    })
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, accompany(inner, thumbs)]))
}

function recordsOf(ops: readonly Made[]): Map<string, Set<RecordKey>> {
  const found = new Map<string, Set<RecordKey>>()
  for (const op of ops) {
    const key = keyOf({ site: op.site, entity: op.entity, id: op.record })
    for (const sha of shasIn([op.set, op.args])) found.set(sha, (found.get(sha) ?? new Set()).add(key))
  }
  return found
}
