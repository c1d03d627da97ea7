/** The unsent queue as a file: the last rope when log-in, server or device fail. The Python client reads it too. */
import { flaw, InvalidEntry } from '@/engine/flaws'
import { OUTBOX } from '@/engine/log'
import { toWire } from '@/engine/moments'
import type { Made } from '@/engine/ops'
import { keyOf } from '@/engine/places'
import { isObject } from '@/engine/values'
import type { Salvaged, Store, Blob as Upload } from '@/store/port'

const FORMAT = 'wuye-outbox-1'

/** A photo or file in such a file; `data` in base64. The Python client writes no more than the first four. */
type Carried = Pick<Upload, 'sha256' | 'type' | 'made'> &
  Partial<Pick<Upload, 'name' | 'refs' | 'role'>> & { readonly data: string }

interface Carrying {
  readonly format: typeof FORMAT
  readonly user: string
  readonly made_at: string
  /** They keep their `op`, so that none counts twice wherever it is sent from. */
  readonly ops: readonly Made[]
  readonly blobs?: readonly Carried[]
  /** What a restored server no longer has, for whoever looks into it (protocol §3.8). */
  readonly salvage?: readonly Salvaged[]
}

/** Everything that is unsent or unanswered; it stays here too. */
export async function carryOut(store: Store, now: number): Promise<Blob> {
  const carrying = await store.read(async (at): Promise<Carrying> => {
    const blobs: Carried[] = []
    for (const { sha256, type, made, name, refs, role } of await at.blobs(['kept', 'sending', 'refused'])) {
      const bytes = await at.bytes(sha256)
      if (bytes) blobs.push({ sha256, type, made, data: toBase64(bytes), name, refs, role })
    }
    const ops = (await at.opsIn(OUTBOX)).map((row) => row.body)
    const [user = '', salvage] = [await at.meta('user'), await at.salvaged()]
    return { format: FORMAT, user, made_at: toWire(now), ops, blobs, salvage }
  })
  return new Blob([JSON.stringify(carrying)], { type: 'application/json' })
}

/** Takes over ops and photos of the same person that are not here yet; tells how many. */
export async function carryIn(
  store: Store,
  file: Blob,
  now: number,
): Promise<{ ops: number; blobs: number }> {
  const { user, ops, blobs = [] } = read(await file.text())
  const uploads = await Promise.all(blobs.map((blob) => unpacked(blob, ops, now)))
  return store.write(async (at) => {
    if (user !== (await at.meta('user'))) throw new InvalidEntry([flaw('', 'foreign_export')])
    const fresh: Made[] = []
    for (const op of ops) if (!(await at.op(op.op))) fresh.push(op)
    if (fresh.length) await at.append(fresh, now)
    let taken = 0
    for (const { upload, bytes } of uploads) {
      if (await at.blob(upload.sha256)) continue
      await at.putBlob(upload, bytes)
      taken += 1
    }
    return { ops: fresh.length, blobs: taken }
  })
}

/** Checks that a file is what its name says. It belongs to the records whose ops name it. */
async function unpacked(
  { data, ...blob }: Carried,
  ops: readonly Made[],
  now: number,
): Promise<{ upload: Upload; bytes: ArrayBuffer }> {
  const { sha256, type, made = now, name = '', role = null } = blob
  const bytes = fromBase64(data)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hash !== sha256) throw new InvalidEntry([flaw('', 'bad_export')])
  const naming = ops.filter((op) => JSON.stringify(op).includes(sha256))
  const named = naming.map(({ site, entity, record }) => keyOf({ site, entity, id: record }))
  const refs = [...new Set([...(blob.refs ?? []), ...named])]
  const size = bytes.byteLength
  return {
    upload: { sha256, type, made, name, role, refs, size, state: 'kept', offset: 0, why: null },
    bytes,
  }
}

function read(text: string): Carrying {
  try {
    const carrying: unknown = JSON.parse(text)
    if (isObject(carrying) && carrying['format'] === FORMAT && isSound(carrying)) {
      return carrying as unknown as Carrying
    }
  } catch {
    // Told below: it is none of ours.
  }
  throw new InvalidEntry([flaw('', 'bad_export')])
}

/** Half a file helps nobody: it is refused as a whole, and the person told. */
function isSound({ ops, blobs = [] }: Readonly<Record<string, unknown>>): boolean {
  const has = (one: unknown, names: readonly string[]): boolean =>
    isObject(one) && names.every((name) => typeof one[name] === 'string' && one[name] !== '')
  return (
    Array.isArray(ops) &&
    ops.every((op) => has(op, ['op', 'site', 'entity', 'record', 'kind', 'at'])) &&
    Array.isArray(blobs) &&
    blobs.every((blob) => has(blob, ['sha256', 'type', 'data']))
  )
}

function toBase64(bytes: ArrayBuffer): string {
  let text = ''
  // `fromCharCode` takes only so many arguments.
  for (let at = 0; at < bytes.byteLength; at += 0x8000) {
    text += String.fromCharCode(...new Uint8Array(bytes.slice(at, at + 0x8000)))
  }
  return btoa(text)
}

function fromBase64(text: string): ArrayBuffer {
  let raw: string
  try {
    raw = atob(text)
  } catch {
    throw new InvalidEntry([flaw('', 'bad_export')])
  }
  const bytes = new Uint8Array(raw.length)
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at)
  return bytes.buffer
}
