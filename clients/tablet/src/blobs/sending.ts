import { thrownOf } from '@/net/thrown'
import type { BlobServer, Chunk, Standing } from './server'

/** Bytes of a chunk: seconds of a bad connection, and what a kill costs at most. */
export const CHUNK = 256 * 1024
/** Answers in a row that brought an upload no further, before it is left for later. */
const PATIENCE = 5

/** The server takes bytes and comes no further; later it may. */
export class Stalled extends Error {
  readonly code = 'stalled'
}

/**
 * Send one file, from wherever an earlier try came to, until the server has verified and stored it (protocol §6). `told`
 * hears of every step. Rejects with what ended it: nothing is lost then, the next call goes on.
 */
export async function send(
  sha256: string,
  bytes: ArrayBuffer,
  from: number,
  server: BlobServer,
  told: (offset: number) => Promise<void>,
  step = CHUNK,
): Promise<void> {
  const size = bytes.byteLength
  let offset = from < size ? from : 0
  let stuck = 0
  while (true) {
    const chunk = { first: offset, size, data: bytes.slice(offset, offset + step) }
    const { offset: now, complete } = await put(sha256, chunk, server)
    if (complete) return
    stuck = now > offset ? 0 : stuck + 1
    if (stuck > PATIENCE || now >= size) throw new Stalled(sha256)
    offset = now
    await told(offset)
  }
}

async function put(sha256: string, chunk: Chunk, server: BlobServer): Promise<Standing> {
  try {
    return await server.put(sha256, chunk)
  } catch (thrown) {
    const { code, extra } = thrownOf(thrown)
    // Another device of this person sends it too, or the server lost its part: it says where to go on.
    if (code === 'wrong_offset' && typeof extra.offset === 'number')
      return { offset: extra.offset, complete: false }
    throw thrown
  }
}
