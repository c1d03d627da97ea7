/** A tablet on the bench: its database in memory, a server that answers what it is told, replicas that only count. */
import 'fake-indexeddb/auto'
import type { End as SyncEnd } from '@/engine/syncing'
import type { Http, Reply } from '@/net/http'
import type { EnrolledPerson, LoggedIn } from '@/protocol/wire'
import { DeviceStore, type Known } from '@/runtime/device'
import { LogIns } from '@/runtime/login'
import { People } from '@/runtime/people'
import { Round } from '@/runtime/round'
import type { Workplace } from '@/runtime/tablet'
import { Wipe } from '@/runtime/wipe'

export class Fault extends Error {
  constructor(
    readonly code: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly problem: { retryAfter?: number } = {},
  ) {
    super(code)
  }
}

export interface Call {
  method: string
  path: string
  token: string | null
  body: Record<string, unknown>
}

/** Answers by method and path; what it has no answer for is out of reach. */
export class FakeHttp implements Pick<Http, 'call'> {
  readonly calls: Call[] = []
  answers: Record<string, (call: Call) => unknown> = {}

  async call(
    method: string,
    path: string,
    ask: { token?: string | null; body?: unknown } = {},
  ): Promise<Reply> {
    const call = { method, path, token: ask.token ?? null, body: (ask.body ?? {}) as Record<string, unknown> }
    this.calls.push(call)
    const answer = this.answers[`${method} ${path}`]
    if (!answer) throw new Fault('offline')
    const said = answer(call)
    if (said instanceof Error) throw said
    return { status: 200, header: () => null, json: async () => said, bytes: async () => new ArrayBuffer(0) }
  }
}

export class FakeReplicas implements Workplace {
  readonly did: string[] = []
  readonly work = new Map<string, { ops: number; photos: number }>()
  readonly forks = new Set<string>()
  ends: SyncEnd[] = []
  fillFails = false
  uploads: (boolean | Error)[] = []

  async admit(who: Known): Promise<void> {
    this.did.push(`admit ${who.username} ${who.replica} ${who.short}`)
  }
  async mustFork(who: Known): Promise<boolean> {
    return this.forks.has(who.user)
  }
  async fill(who: Known, token: string): Promise<void> {
    if (this.fillFails) throw new Fault('offline')
    this.did.push(`fill ${who.username} ${token}`)
  }
  async unsent(who: Known): Promise<{ ops: number; photos: number }> {
    return this.work.get(who.user) ?? { ops: 0, photos: 0 }
  }
  async erase(who: Known): Promise<void> {
    this.did.push(`erase ${who.username}`)
  }
  async sync(who: Known, token: string): Promise<SyncEnd> {
    this.did.push(`sync ${who.username} ${token}`)
    return this.sent(who)
  }
  async handIn(who: Known, token: string): Promise<SyncEnd> {
    this.did.push(`hand in ${who.username} ${token}`)
    return this.sent(who)
  }
  async offer(who: Known): Promise<boolean> {
    this.did.push(`offer ${who.username}`)
    return this.sent(who).kind === 'done'
  }
  async upload(who: Known, token: string, again: boolean): Promise<boolean> {
    this.did.push(`upload ${who.username} ${token}${again ? ' again' : ''}`)
    const fate = this.uploads.shift() ?? true
    if (fate instanceof Error) throw fate
    return fate
  }

  private sent(who: Known): SyncEnd {
    const end = this.ends.shift() ?? { kind: 'done' }
    const work = this.work.get(who.user)
    if (end.kind === 'done' && work) this.work.set(who.user, { ...work, ops: 0 })
    return end
  }
}

let benches = 0

/** Everything put together; a second `tab` shares the first one's database. */
export function bench(tab?: { name: string; replicas: FakeReplicas; http: FakeHttp }) {
  benches += 1
  const name = tab?.name ?? `wuye:devices-${benches}`
  const replicas = tab?.replicas ?? new FakeReplicas()
  const http = tab?.http ?? new FakeHttp()
  const clock = { now: 1_000_000 }
  const device = new DeviceStore(() => crypto.randomUUID(), name)
  const people = new People(device, () => clock.now)
  const wipe = new Wipe(device, replicas)
  const logIns = new LogIns(device, people, http, replicas, wipe, {
    host: 'wuye',
    platform: 'test',
    app: '1',
  })
  const round = new Round(device, people, logIns, replicas, wipe)
  return { name, replicas, http, clock, device, people, wipe, logIns, round }
}

let tokens = 0

/** What a server says to somebody who may come in. */
export function letIn(username: string, more: Partial<LoggedIn> = {}): LoggedIn {
  tokens += 1
  return {
    token: `token-${tokens}`,
    push_token: `push-${username}`,
    replica: `replica-${username}`,
    user: { id: `id-${username}`, username, name: username.toUpperCase() },
    expires: '2030-01-01T00:00:00.000Z',
    ...more,
  }
}

export const enrolled = (username: string, code: string): EnrolledPerson => ({ ...letIn(username), code })

/** The code of what a promise rejects with. */
export const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing refused',
    (error: { code?: unknown }) => error.code ?? error,
  )
