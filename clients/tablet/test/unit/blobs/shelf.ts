/** A server's shelf of attachments as protocol §6 has it, and a line to it that loses what it likes. */
import { createHash } from 'node:crypto'
import type { BlobServer, Chunk } from '@/blobs/server'

export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(code)
  }
}

export const shaOf = (bytes: ArrayBuffer | Uint8Array): string =>
  createHash('sha256').update(new Uint8Array(bytes)).digest('hex')

/** Bytes that differ from each other everywhere. */
export function bytesOf(size: number, seed = 1): ArrayBuffer {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let i = 0; i < size; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    bytes[i] = state >> 16
  }
  return bytes.buffer
}

export class Shelf implements BlobServer {
  readonly stored = new Map<string, Uint8Array>()
  readonly partial = new Map<string, Uint8Array>()
  /** Hashes of chunks in the order in which they were taken. */
  readonly taken: string[] = []
  refuse: string | null = null

  async look(sha256s: readonly string[]) {
    const offsets = new Map<string, number>()
    for (const sha of sha256s) {
      const part = this.partial.get(sha)
      if (part) offsets.set(sha, part.length)
    }
    return { stored: new Set(sha256s.filter((sha) => this.stored.has(sha))), offsets }
  }

  async put(sha256: string, { first, size, data }: Chunk) {
    if (this.refuse) throw new Problem(this.refuse)
    const done = this.stored.get(sha256)
    if (done) return { offset: done.length, complete: true }
    const part = this.partial.get(sha256) ?? new Uint8Array()
    if (first + data.byteLength <= part.length) return { offset: part.length, complete: false }
    if (first !== part.length) throw new Problem('wrong_offset', { offset: part.length })
    const whole = new Uint8Array(part.length + data.byteLength)
    whole.set(part)
    whole.set(new Uint8Array(data), part.length)
    this.taken.push(sha256)
    if (whole.length < size) {
      this.partial.set(sha256, whole)
      return { offset: whole.length, complete: false }
    }
    this.partial.delete(sha256)
    if (shaOf(whole) !== sha256) throw new Problem('hash_mismatch')
    this.stored.set(sha256, whole)
    return { offset: size, complete: true }
  }

  async get(sha256: string) {
    const bytes = this.stored.get(sha256)
    return bytes ? { bytes: new Uint8Array(bytes).buffer, type: 'image/jpeg' } : null
  }
}

/** Loses requests and answers as `fate` says: `ok`, `unsent` (never arrives), `unheard` (done, the answer is lost). */
export class Line implements BlobServer {
  constructor(
    private readonly shelf: BlobServer,
    private readonly fate: () => 'ok' | 'unsent' | 'unheard',
  ) {}

  look = (sha256s: readonly string[]) => this.carry(() => this.shelf.look(sha256s))
  put = (sha256: string, chunk: Chunk) => this.carry(() => this.shelf.put(sha256, chunk))
  get = (sha256: string) => this.carry(() => this.shelf.get(sha256))

  private async carry<T>(call: () => Promise<T>): Promise<T> {
    const fate = this.fate()
    if (fate === 'unsent') throw new Problem('offline')
    const answer = await call()
    if (fate === 'unheard') throw new Problem('offline')
    return answer
  }
}
