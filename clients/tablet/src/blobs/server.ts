/** The server's side of attachments, as uploads and downloads see it (protocol §6). */
import type { Http } from '@/net/http'
import { thrownOf } from '@/net/thrown'

/** Of many files: those stored, and how many bytes of others this person has brought. */
export interface Inventory {
  readonly stored: ReadonlySet<string>
  readonly offsets: ReadonlyMap<string, number>
}

/** How far an upload is: bytes that the server holds, and whether it has verified and stored them all. */
export interface Standing {
  readonly offset: number
  readonly complete: boolean
}

export interface Chunk {
  readonly first: number
  readonly size: number
  readonly data: ArrayBuffer
}

/**
 * Rejects with an error that bears `code`, `offline` or a problem's, and the problem's parameters as `extra`. A push
 * token may do all but `get`, a dead one only `put`.
 */
export interface BlobServer {
  look(sha256s: readonly string[]): Promise<Inventory>
  /** Append a chunk; one that is there already changes nothing. */
  put(sha256: string, chunk: Chunk): Promise<Standing>
  /** The bytes, or null where they are not there or not this person's to see. */
  get(sha256: string): Promise<{ bytes: ArrayBuffer; type: string } | null>
}

/** ms that a chunk or a photo may take on a slow line. */
const PATIENCE = 120_000

/** Attachments over HTTP, with somebody's token. */
export function blobsOver(http: Pick<Http, 'call'>, token: string): BlobServer {
  return {
    async look(sha256s) {
      const reply = await http.call('POST', '/blobs/inventory', { token, body: { sha256: sha256s } })
      const said = (await reply.json()) as { stored: string[]; offsets: Record<string, number> }
      return { stored: new Set(said.stored), offsets: new Map(Object.entries(said.offsets)) }
    },
    async put(sha256, { first, size, data }) {
      const headers = {
        'Content-Range': `bytes ${first}-${first + data.byteLength - 1}/${size}`,
        'Content-Type': 'application/octet-stream',
      }
      const reply = await http.call('PUT', `/blobs/${sha256}`, {
        token,
        body: data,
        headers,
        timeout: PATIENCE,
      })
      return {
        offset: Number(reply.header('Upload-Offset')),
        complete: reply.header('Upload-Complete') === '?1',
      }
    },
    async get(sha256) {
      try {
        const reply = await http.call('GET', `/blobs/${sha256}`, { token, timeout: PATIENCE })
        return { bytes: await reply.bytes(), type: reply.header('Content-Type') ?? '' }
      } catch (thrown) {
        if (thrownOf(thrown).code === 'not_found') return null
        throw thrown
      }
    },
  }
}
