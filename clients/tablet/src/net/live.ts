import type { Http } from './http'

/** What a stream needs of the world. */
export interface Around {
  pause(ms: number): Promise<void>
  /** 0 … 1. */
  chance(): number
  /** Ends the stream when it falls silent for some ms: calls back unless cancelled. */
  after(ms: number, call: () => void): () => void
}

/** The server says every 15 s that it lives; a line that is silent for three times that is dead. */
const SILENCE = 45_000
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 60_000

/**
 * Listens for pokes over a streaming fetch (protocol §2), and again after each break, ever more rarely while it fails.
 * `poked` is called on every (re)connect too: what happened meanwhile is unknown. Returns what ends it.
 */
export function listen(
  http: Http,
  token: () => string | null,
  poked: () => void,
  around: Around,
): () => void {
  const over = new AbortController()
  const live = async (): Promise<void> => {
    for (let failures = 0; !over.signal.aborted; failures++) {
      const heard = await connect(http, token(), poked, around, over.signal).catch(() => false)
      if (heard) failures = 0
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures)
      if (!over.signal.aborted) await around.pause(wait * (0.5 + around.chance() / 2))
    }
  }
  void live()
  return () => over.abort()
}

/** Reads one stream to its end; tells whether it ever said anything. */
async function connect(
  http: Http,
  token: string | null,
  poked: () => void,
  around: Around,
  over: AbortSignal,
): Promise<boolean> {
  if (token === null) return false
  const line = new AbortController()
  const hangUp = (): void => line.abort()
  over.addEventListener('abort', hangUp)
  let cancel = around.after(SILENCE, hangUp)
  let heard = false
  try {
    const response = await http.open(
      'GET',
      '/live',
      { token, headers: { Accept: 'text/event-stream' } },
      line.signal,
    )
    if (!response.ok || !response.body) return false
    poked()
    heard = true
    const reader = response.body.getReader()
    const pokes = new Pokes()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      cancel()
      cancel = around.after(SILENCE, hangUp)
      if (pokes.feed(part.value)) poked()
    }
  } catch {
    // A line that breaks is nothing to tell of: it is opened again.
  } finally {
    cancel()
    over.removeEventListener('abort', hangUp)
  }
  return heard
}

/** Finds `poke` events in a stream of bytes, however it is cut. */
export class Pokes {
  private readonly decoder = new TextDecoder()
  private rest = ''

  /** Tells whether a poke was completed by these bytes. */
  feed(bytes: Uint8Array): boolean {
    const events = (this.rest + this.decoder.decode(bytes, { stream: true })).split(/\r?\n\r?\n/)
    this.rest = events.pop() ?? ''
    return events.some((event) => /^event: ?poke\r?$/m.test(event))
  }
}
