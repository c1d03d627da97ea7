/** Photos and files on this tablet: kept before anybody sees them, fetched when somebody wants to (protocol §6). */
import type { BlobValue } from '@/runtime/port/entry'
import type { Blob as Kept, Reading, Store } from '@/store/port'
import { type Darkroom, type Sizes, sha256Of, Unfit } from './photo'
import { isThumb, type Named, shasIn, thumbOf } from './refs'
import type { BlobServer } from './server'

/** Bytes of what others hold too that may stay here to be seen offline. */
const ROOM = 200 * 1024 * 1024
/** ms after which a file that no form and no record names any more is let go. */
const LOOSE = 7 * 86_400_000

export interface Incoming {
  readonly file: Blob
  readonly name?: string
  readonly role?: string
  /** When it was taken, RFC 3339. */
  readonly at?: string
}

/** The manifest's limits, as far as files are concerned. */
export interface Limits extends Sizes {
  readonly bytes: number
}

/** Read the limits of a manifest, with the server's own defaults where it names none. */
export function limitsOf(limits: Readonly<Record<string, unknown>>): Limits {
  const number = (name: string, otherwise: number): number => {
    const value = limits[name]
    return typeof value === 'number' ? value : otherwise
  }
  return {
    side: number('photo_side', 1600),
    thumbSide: number('photo_thumb_side', 320),
    quality: number('photo_quality', 80) / 100,
    bytes: number('blob_bytes', 20 << 20),
  }
}

/** Keep a photo (redrawn, with its thumbnail) or another file; what a field says of it. On disk when it returns. */
export async function keep(
  store: Store,
  darkroom: Darkroom,
  { file, name = '', role, at }: Incoming,
  limits: Limits,
  now: number,
): Promise<BlobValue> {
  const drawn = isPhoto(file, role) ? await darkroom.develop(file, limits) : null
  const bytes = drawn ? drawn.photo.bytes : await file.arrayBuffer()
  if (!bytes.byteLength) throw new Unfit('unreadable_image')
  if (bytes.byteLength > limits.bytes) throw new Unfit('too_large', Math.floor(limits.bytes / 1_048_576))
  const sha256 = drawn ? drawn.photo.sha256 : await sha256Of(bytes)
  const type = drawn ? 'image/jpeg' : file.type || 'application/octet-stream'
  await store.write(async (tx) => {
    const row = { state: 'kept', name, offset: 0, refs: [], made: now, why: null } as const
    const put = async (blob: Kept, data: ArrayBuffer): Promise<void> => {
      // The same bytes once more: they may be on their way or there already.
      if (!(await tx.bytes(blob.sha256))) await tx.putBlob(blob, data)
    }
    await put({ ...row, sha256, type, size: bytes.byteLength, role: role ?? null }, bytes)
    if (drawn) {
      const { sha256: thumb, bytes: data } = drawn.thumb
      await put({ ...row, sha256: thumb, type, size: data.byteLength, role: thumbOf(sha256) }, data)
    }
  })
  const moment = at ?? new Date(now).toISOString()
  return {
    sha256,
    type,
    size: bytes.byteLength,
    at: moment,
    ...(name ? { name } : {}),
    ...(role ? { role } : {}),
  }
}

/** The bytes of a file, or of its thumbnail if there is one here; fetched and kept if they are not. */
export async function open(
  store: Store,
  server: BlobServer | null,
  sha256: string,
  thumb: boolean,
  now: number,
): Promise<Blob | null> {
  const here = await store.read(async (at) => {
    const small = thumb ? (await thumbsOf(at, [sha256])).get(sha256) : undefined
    for (const sha of small ? [small.sha256, sha256] : [sha256]) {
      const bytes = await at.bytes(sha)
      if (bytes) return new Blob([bytes], { type: (await at.blob(sha))?.type ?? '' })
    }
    return null
  })
  if (here || !server) return here
  const got = await server.get(sha256)
  if (!got || (await sha256Of(got.bytes)) !== sha256) return null
  const { bytes, type } = got
  const size = bytes.byteLength
  const row = {
    sha256,
    size,
    type,
    state: 'stored',
    name: '',
    offset: size,
    refs: [],
    role: null,
    why: null,
  } as const
  await store.write((at) => at.putBlob({ ...row, made: now }, bytes))
  return new Blob([bytes], { type })
}

/** The thumbnails kept here of some files, as fields name them. */
export async function thumbsOf(
  at: Reading,
  sha256s: Iterable<string>,
): Promise<Map<string, Named & BlobValue>> {
  const wanted = new Map([...sha256s].map((sha) => [thumbOf(sha), sha]))
  const found = new Map<string, Named & BlobValue>()
  for (const { role, sha256, type, size, made } of await at.blobs()) {
    const of = role === null ? undefined : wanted.get(role)
    if (of && role) found.set(of, { sha256, type, size, at: new Date(made).toISOString(), role })
  }
  return found
}

/**
 * Make room: what the server holds, oldest first, thumbnails last, and files whose form was thrown away. What is unsent
 * or refused stays.
 */
export async function tidy(store: Store, server: BlobServer, now: number, room = ROOM): Promise<void> {
  const { blobs, drafted } = await store.read(async (at) => ({
    blobs: await at.blobs(),
    drafted: shasIn((await at.drafts()).map((draft) => draft.values)),
  }))
  const wanted = (blob: Kept): boolean =>
    drafted.has(blob.sha256) || [...drafted].some((sha) => blob.role === thumbOf(sha))
  const loose = blobs.filter((blob) => blob.state === 'kept' && !blob.refs.length && now - blob.made > LOOSE)
  await forget(
    store,
    loose.filter((blob) => !wanted(blob)),
  )
  const surplus = tooMuch(
    blobs.filter((blob) => blob.state === 'stored'),
    room,
  )
  if (!surplus.length) return
  // Not on our own word: only what the server says it holds may go (protocol §6).
  const { stored } = await server.look(surplus.slice(0, 500).map((blob) => blob.sha256))
  await forget(
    store,
    surplus.filter((blob) => stored.has(blob.sha256)),
  )
}

/** Which of these must go for the others to fit. */
export function tooMuch(blobs: readonly Kept[], room: number): Kept[] {
  let left = room
  return [...blobs]
    .sort((a, b) => Number(isThumb(b.role)) - Number(isThumb(a.role)) || b.made - a.made)
    .filter((blob) => {
      left -= blob.size
      return left < 0
    })
}

async function forget(store: Store, blobs: readonly Kept[]): Promise<void> {
  if (!blobs.length) return
  await store.write(async (at) => {
    for (const { sha256, state, refs } of blobs) {
      const now = await at.blob(sha256)
      // It may have been named in between.
      if (now?.state === state && now.refs.length === refs.length) await at.forgetBlob(sha256)
    }
  })
}

/** A drawing is kept as it was drawn. */
function isPhoto(file: Blob, role: string | undefined): boolean {
  return file.type.startsWith('image/') && file.type !== 'image/svg+xml' && role !== 'signature'
}
