import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Http, Offline, Refused } from '@/net/http'
import { transportOver } from '@/net/transport'

interface Call {
  readonly url: string
  readonly init: RequestInit
}

/** A client whose fetch answers as told. */
function client(answer: () => Response | Promise<Response>): { http: Http; calls: Call[] } {
  const calls: Call[] = []
  const fetcher: typeof fetch = async (url, init = {}) => {
    calls.push({ url: String(url), init })
    return answer()
  }
  return { http: new Http('https://wuye.test', () => 'zh-Hant', fetcher), calls }
}

const json = (body: unknown, init: ResponseInit = {}): Response => new Response(JSON.stringify(body), init)
const problem = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  json(body, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } })

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('protocol §2: transport', () => {
  it('bears token and language; small bodies are plain, larger ones gzip', async () => {
    const { http, calls } = client(() => json({ ok: true }))
    const large = { note: '漏水'.repeat(1000) }
    expect(await (await http.call('POST', '/sync', { body: { a: 1 }, token: 't' })).json()).toEqual({
      ok: true,
    })
    await http.call('POST', '/sync', { body: large })
    const [small, big] = calls.map(({ init }) => ({
      headers: new Headers(init.headers),
      body: init.body as BodyInit,
    }))
    expect(calls[0]?.url).toBe('https://wuye.test/api/v1/sync')
    expect(small?.headers.get('Authorization')).toBe('Bearer t')
    expect(small?.headers.get('Accept-Language')).toBe('zh-Hant')
    expect(await new Response(small?.body).json()).toEqual({ a: 1 })
    expect(small?.headers.has('Content-Encoding')).toBe(false)
    expect(big?.headers.get('Content-Encoding')).toBe('gzip')
    const packed = await new Response(big?.body).arrayBuffer()
    expect(JSON.parse(gunzipSync(Buffer.from(packed)).toString())).toEqual(large)
  })

  it('bytes are sent as they are', async () => {
    const { http, calls } = client(() => json({}))
    const bytes = new Uint8Array([1, 2, 3]).buffer
    await http.call('PUT', '/blobs/ab', { body: bytes, headers: { 'Content-Range': 'bytes 0-2/3' } })
    expect(calls[0]?.init.body).toBe(bytes)
    expect(new Headers(calls[0]?.init.headers).get('Content-Range')).toBe('bytes 0-2/3')
  })

  it('a problem document becomes an error with its code, its further keys and Retry-After in ms', async () => {
    const { http } = client(() =>
      problem(409, { code: 'log_gap', site: 's', expected: 4 }, { 'Retry-After': '7' }),
    )
    const error = await thrown(http.call('POST', '/sync'))
    expect(error).toBeInstanceOf(Refused)
    expect(error).toMatchObject({
      code: 'log_gap',
      problem: { status: 409, site: 's', expected: 4, retryAfter: 7000 },
    })
  })

  it('an error without a document is told by its status', async () => {
    const { http } = client(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    expect(await thrown(http.call('GET', '/manifest'))).toMatchObject({ problem: { status: 502, code: '' } })
  })

  it('no network, a cut answer and a captive portal’s page count as offline', async () => {
    const dead = client(() => Promise.reject(new TypeError('fetch failed')))
    expect(await thrown(dead.http.call('GET', '/manifest'))).toBeInstanceOf(Offline)
    const portal = client(() => new Response('<html>please log in</html>'))
    const reply = await portal.http.call('GET', '/manifest')
    expect(await thrown(reply.json())).toMatchObject({ code: 'offline' })
  })
})

describe('protocol §3, §7: a replica’s transport', () => {
  it('asks with the token of the moment; answers and problems come back, silence rejects', async () => {
    const answers = [json({ acked: {}, results: [] }), problem(401, { code: 'unauthorized' })]
    const { http, calls } = client(() => answers.shift() ?? Promise.reject(new TypeError('down')))
    const tokens = ['a', 'b', 'c']
    const transport = transportOver(http, () => tokens.shift() ?? null)
    const request = { protocol: 1, replica: 'r' }
    expect(await transport.sync(request)).toEqual({ said: { acked: {}, results: [] } })
    expect(await transport.sync(request)).toMatchObject({ problem: { status: 401, code: 'unauthorized' } })
    expect(await thrown(transport.sync(request))).toBeInstanceOf(Offline)
    expect(calls.map(({ init }) => new Headers(init.headers).get('Authorization'))).toEqual([
      'Bearer a',
      'Bearer b',
      'Bearer c',
    ])
  })

  it('the manifest is read only when it has changed', async () => {
    const answers = [json({ hash: 'm1' }, { headers: { ETag: '"m1"' } }), new Response(null, { status: 304 })]
    const { http, calls } = client(() => answers.shift() ?? json({}))
    const transport = transportOver(http, () => 't')
    expect(await transport.manifest(null)).toEqual({ said: { manifest: { hash: 'm1' }, tag: '"m1"' } })
    expect(await transport.manifest('"m1"')).toEqual({ said: null })
    expect(new Headers(calls[1]?.init.headers).get('If-None-Match')).toBe('"m1"')
  })
})
