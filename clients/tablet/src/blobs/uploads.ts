/**
 * The queue of photos and files (protocol §6): texts before photos, thumbnails before originals, one at a time, chunk by
 * chunk, going on where a kill or a dead network left off.
 */
import { keyOf, type Place } from '@/engine/places'
import { isPassing, thrownOf } from '@/net/thrown'
import type { Upload } from '@/runtime/port/waiting'
import type { Blob, Store } from '@/store/port'
import { sha256Of } from './photo'
import { isThumb, refer, referred } from './refs'
import { send } from './sending'
import type { BlobServer } from './server'

/** How many files one inventory may ask about. */
const ASKED = 500

/** Why the server will never take a file as it is, and what a person is told; all else may pass. */
const FOR_GOOD: Readonly<Record<string, string>> = {
  too_large: 'too_large',
  blob_type: 'blob_type',
  damaged: 'hash_mismatch',
  invalid_request: 'refused',
  not_found: 'refused',
  forbidden: 'refused',
}

export interface Rules {
  /** Originals wait for Wi-Fi, thumbnails do not. */
  readonly onlyThumbs: boolean
  /** Try again what the server has refused: a person asked for it. */
  readonly again: boolean
}

/** What is to be sent, in order. Files that only a draft names stay here. */
export function queued(blobs: readonly Blob[], rules: Rules): Blob[] {
  const rank = (blob: Blob): number => (isThumb(blob.role) ? 0 : 1)
  return blobs
    .filter((blob) => blob.refs.length && (rules.again || blob.state !== 'refused'))
    .filter((blob) => !rules.onlyThumbs || isThumb(blob.role) || !blob.type.startsWith('image/'))
    .sort((a, b) => rank(a) - rank(b) || a.made - b.made)
}

/**
 * Send what waits. Ends early, with false, as soon as there are texts to be sent before more photos.
 * Rejects with what keeps it from going on (`offline`, `unauthorized`, `storage_full` …).
 */
export async function sendAll(store: Store, server: BlobServer, rules: Rules): Promise<boolean> {
  for (const { blob, from } of await outstanding(store, server, rules)) {
    if (await store.read((at) => at.countOps(['waiting']))) return false
    await sendOne(store, blob, from, server)
  }
  return true
}

/**
 * Offer, with a token that has ended, every file that it may still bring (protocol §5); what it may not is no reason to
 * stay. False: the server takes none now, but may later.
 */
export async function offerAll(store: Store, server: BlobServer): Promise<boolean> {
  try {
    for (const { blob, from } of await outstanding(store, server, { onlyThumbs: false, again: false }))
      await sendOne(store, blob, from, server).catch((thrown: unknown) => {
        if (isPassing(thrown)) throw thrown
      })
    return true
  } catch (thrown) {
    return !isPassing(thrown)
  }
}

/** What the server has not yet, and from where each goes on. */
async function outstanding(
  store: Store,
  server: BlobServer,
  rules: Rules,
): Promise<{ blob: Blob; from: number }[]> {
  const named = await store.read(referred)
  if (named.length) await store.write((at) => refer(at, named))
  const queue = queued(await store.read((at) => at.blobs(['kept', 'sending', 'refused'])), rules)
  const there = await look(queue, server)
  for (const { sha256, size } of queue.filter((blob) => there.stored.has(blob.sha256)))
    await note(store, sha256, { state: 'stored', offset: size, why: null })
  return queue
    .filter((blob) => !there.stored.has(blob.sha256))
    .map((blob) => ({ blob, from: there.offsets.get(blob.sha256) ?? blob.offset }))
}

/** What is on its way and how far; of a `record` also what has arrived. `why` is a code: `device.upload.<code>`. */
export async function uploads(store: Store, record?: Place): Promise<Upload[]> {
  const blobs = await store.read((at) => at.blobs(['kept', 'sending', 'refused', 'stored']))
  const wanted = blobs.filter((blob) =>
    record ? blob.refs.includes(keyOf(record)) : blob.refs.length && blob.state !== 'stored',
  )
  return wanted
    .sort((a, b) => b.made - a.made)
    .map(({ sha256, name, type, size, offset, state, why, role }) => ({
      sha256,
      name,
      type,
      size,
      sent: offset,
      state,
      why,
      thumb: isThumb(role),
    }))
}

async function sendOne(store: Store, blob: Blob, from: number, server: BlobServer): Promise<void> {
  const { sha256, size } = blob
  const bytes = await store.read((at) => at.bytes(sha256))
  if (!bytes) return note(store, sha256, { state: 'refused', why: 'lost' })
  await note(store, sha256, { state: 'sending', why: null })
  try {
    await send(sha256, bytes, from, server, (offset) => note(store, sha256, { offset }))
    await note(store, sha256, { state: 'stored', offset: size })
  } catch (thrown) {
    const { code } = thrownOf(thrown)
    const damaged = code === 'hash_mismatch' && (await sha256Of(bytes)) !== sha256
    const refused = FOR_GOOD[damaged ? 'damaged' : code]
    if (refused) return note(store, sha256, { state: 'refused', why: refused, offset: 0 })
    await note(store, sha256, { state: 'kept', why: code === 'storage_full' ? code : null })
    throw thrown
  }
}

/** Ask what has arrived already; a dead token may not ask, and starts from what is known here (protocol §5). */
async function look(queue: readonly Blob[], server: BlobServer): ReturnType<BlobServer['look']> {
  const stored = new Set<string>()
  const offsets = new Map<string, number>()
  for (let i = 0; i < queue.length; i += ASKED) {
    try {
      const some = await server.look(queue.slice(i, i + ASKED).map((blob) => blob.sha256))
      for (const sha of some.stored) stored.add(sha)
      for (const [sha, offset] of some.offsets) offsets.set(sha, offset)
    } catch (thrown) {
      if (!['unauthorized', 'device_revoked'].includes(thrownOf(thrown).code)) throw thrown
    }
  }
  return { stored, offsets }
}

async function note(store: Store, sha256: string, news: Partial<Blob>): Promise<void> {
  await store.write(async (at) => {
    const blob = await at.blob(sha256)
    if (blob) await at.putBlob({ ...blob, ...news })
  })
}
