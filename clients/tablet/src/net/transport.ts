import type { Asked, Problem, Said } from '@/engine/answers'
import type { Manifest } from '@/protocol/manifest'
import { type Http, Refused } from './http'

/** Carries one request to the server. Rejects when no answer came. */
export interface Transport {
  sync(request: Asked['request']): Promise<Answer<Said>>
  /** Null: it is still the one with this tag. */
  manifest(tag: string | null): Promise<Answer<{ manifest: Manifest; tag: string | null } | null>>
}

export type Answer<T> = { readonly said: T } | { readonly problem: Problem }

/** Sync of one replica over HTTP; `token` is asked for at each request (protocol §2). */
export function transportOver(http: Http, token: () => string | null): Transport {
  return {
    sync: (request) =>
      answered(
        async () =>
          (await (await http.call('POST', '/sync', { body: request, token: token() })).json()) as Said,
      ),
    manifest: (tag) =>
      answered(async () => {
        const headers = tag ? { 'If-None-Match': tag } : {}
        const reply = await http.call('GET', '/manifest', { headers, token: token() })
        return reply.status === 304
          ? null
          : { manifest: (await reply.json()) as Manifest, tag: reply.header('ETag') }
      }),
  }
}

async function answered<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { said: await call() }
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem }
    throw error
  }
}
