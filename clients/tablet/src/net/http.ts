import type { Problem } from '@/engine/answers'

/** No answer came: the server may have done the work all the same. */
export class Offline extends Error {
  readonly code = 'offline'
}

/** The server answers with a problem document (RFC 9457; protocol §2). `extra` are its further keys. */
export class Refused extends Error {
  readonly code: string
  constructor(
    readonly problem: Problem,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${problem.status} ${problem.code}`)
    this.code = problem.code
  }
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Ask {
  /** A value to be sent as JSON, or bytes as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly token?: string | null
  /** ms; over that it counts as offline. */
  readonly timeout?: number
}

export interface Reply {
  readonly status: number
  header(name: string): string | null
  /** Rejects with `Offline` when it is cut off or no JSON (a captive portal's page). */
  json(): Promise<unknown>
  bytes(): Promise<ArrayBuffer>
}

export const BASE = '/api/v1'
const TIMEOUT = 30_000
const GZIP_FROM = 1_024

/** Talks to one server. */
export class Http {
  constructor(
    /** Its origin; empty: the page's own. */
    private readonly origin: string,
    private readonly language: () => string,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** Returns an answer of 2xx or 304; `path` begins behind the base path. Rejects with `Offline` or `Refused`. */
  async call(method: Method, path: string, ask: Ask = {}): Promise<Reply> {
    const response = await this.open(method, path, ask, AbortSignal.timeout(ask.timeout ?? TIMEOUT))
    if (!response.ok && response.status !== 304) throw await refusalOf(response)
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      json: () => orOffline(response.json()),
      bytes: () => orOffline(response.arrayBuffer()),
    }
  }

  /** Opens a response whose body is read as it comes; `signal` ends it. */
  async open(method: Method, path: string, ask: Ask, signal: AbortSignal): Promise<Response> {
    const headers = new Headers({ 'Accept-Language': this.language(), ...ask.headers })
    if (ask.token) headers.set('Authorization', `Bearer ${ask.token}`)
    const body = await packed(ask.body, headers)
    const init: RequestInit = {
      method,
      headers,
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    }
    return orOffline(this.fetcher(this.origin + BASE + path, body === undefined ? init : { ...init, body }))
  }
}

async function packed(body: unknown, headers: Headers): Promise<BodyInit | undefined> {
  if (body === undefined || body instanceof ArrayBuffer) return body
  headers.set('Content-Type', 'application/json')
  const plain = new TextEncoder().encode(JSON.stringify(body))
  if (plain.byteLength < GZIP_FROM || typeof CompressionStream === 'undefined') return plain
  headers.set('Content-Encoding', 'gzip')
  // Whole, not as a stream: not every browser can send one.
  return new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

/** Returns the problem that an answer tells, or what can be told without its document. */
export async function refusalOf(response: Response): Promise<Refused> {
  const said: unknown = await response.json().catch(() => null)
  const known = said !== null && typeof said === 'object' ? (said as Record<string, unknown>) : {}
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const wait = Number.isFinite(seconds) ? { retryAfter: seconds * 1000 } : {}
  const code = typeof known['code'] === 'string' ? known['code'] : ''
  return new Refused({ ...known, code, status: response.status, ...wait }, known)
}

async function orOffline<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw new Offline(String(error), { cause: error })
  }
}
