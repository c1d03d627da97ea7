/** Attachments of a field (protocol §6): which are photos, which is drawn over which, which are still on their way. */
import type { BlobValue } from '@/runtime/port/entry'
import type { Upload } from '@/runtime/port/waiting'

const OVER = 'annotated:'
const THUMB = 'thumb:'

/** The role of a copy with drawings on it; the original stays. */
export function annotated(original: BlobValue): string {
  return OVER + (originalOf(original) ?? original.sha256)
}

/** The hash of the photo that this one is a drawn-on copy of. */
export function originalOf(blob: BlobValue): string | null {
  return blob.role?.startsWith(OVER) ? blob.role.slice(OVER.length) : null
}

/** A thumbnail, which travels with its photo. */
export function isThumb({ role }: BlobValue): boolean {
  return role?.startsWith(THUMB) ?? false
}

/** The small picture of a photo if the list has one, else the photo itself. */
export function smallOf(blobs: readonly BlobValue[], photo: BlobValue): BlobValue {
  return blobs.find(({ role }) => role === THUMB + photo.sha256) ?? photo
}

/** What people attached: without the thumbnails that travel with it. */
export function attached(blobs: readonly BlobValue[]): BlobValue[] {
  return blobs.filter((blob) => !isThumb(blob))
}

/** How many count against a field's limit: drawings and thumbnails stand for others. */
export function countOf(blobs: readonly BlobValue[]): number {
  return attached(blobs).filter((blob) => !originalOf(blob)).length
}

/** What to show: a photo gives way to its newest drawn-on copy, which stands in its place. */
export function faces(blobs: readonly BlobValue[]): BlobValue[] {
  const newest = new Map<string, BlobValue>()
  for (const blob of blobs) {
    const original = originalOf(blob)
    if (original) newest.set(original, blob)
  }
  const held = new Set(blobs.map(({ sha256 }) => sha256))
  const shown = attached(blobs).map((blob) => {
    const original = originalOf(blob)
    return original && held.has(original) ? null : (newest.get(original ?? blob.sha256) ?? blob)
  })
  return [...new Set(shown.filter((blob) => blob !== null))]
}

/** The list without one that is shown: drawings and thumbnails go with their photo. */
export function without(blobs: readonly BlobValue[], face: BlobValue): BlobValue[] {
  const root = originalOf(face) ?? face.sha256
  const gone = new Set(
    blobs.filter((blob) => blob.sha256 === root || originalOf(blob) === root).map(({ sha256 }) => sha256),
  )
  return blobs.filter((blob) => !gone.has(blob.sha256) && !gone.has(blob.role?.replace(THUMB, '') ?? ''))
}

/** The list with one more; the same bytes twice are one. */
export function withBlob(blobs: readonly BlobValue[], blob: BlobValue): BlobValue[] {
  return blobs.some(({ sha256 }) => sha256 === blob.sha256) ? [...blobs] : [...blobs, blob]
}

/** How many of them the server holds; what is not among this tablet's uploads is not waited for here. */
export function storedOf(blobs: readonly BlobValue[], uploads: readonly Upload[]): number {
  const waiting = new Set(uploads.filter(({ state }) => state !== 'stored').map(({ sha256 }) => sha256))
  return blobs.filter(({ sha256 }) => !waiting.has(sha256)).length
}

export function isPhoto(blob: BlobValue): boolean {
  return blob.type.startsWith('image/')
}

export function isSound(blob: BlobValue): boolean {
  return blob.type.startsWith('audio/')
}

/** Reads what a record holds, each content once; what is no attachment is left out. */
export function blobsIn(value: unknown): BlobValue[] {
  const list: unknown[] = Array.isArray(value) ? value : []
  const blobs = list.filter(
    (one): one is BlobValue => typeof (one as Partial<BlobValue> | null)?.sha256 === 'string',
  )
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()]
}
