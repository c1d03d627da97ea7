/** Drives rounds of sync for one replica: engine, store and server put together (protocol §3 – §5). */
import type { Asked, Problem, Said, Taken } from '@/engine/answers'
import { begin, type Course, type End, type Event, follow } from '@/engine/syncing'
import { thrownOf } from '@/net/thrown'
import type { Answer, Transport } from '@/net/transport'
import type { Manifest } from '@/protocol/manifest'
import type { Store } from '@/store/port'
import { type Around, absorb, ahead, MustFork, NotReady, prepare, refuse } from './exchange'

/** What a replica tells of itself, at the moment of asking. */
export type Circumstances = () => Around

export interface Watcher {
  /** An answer was taken in; how long that took. */
  took?(taken: Taken, ms: number): void
  /** A new manifest is in the store: records are seen otherwise from now on. */
  renewed?(manifest: Manifest): Promise<void> | void
  /** Sends the blobs that handed-in ops name, before a wipe (protocol §5). */
  offerBlobs?(): Promise<void>
  /** Something failed that is no fault of the network, such as a full disk. */
  failed?(error: unknown): void
}

export class Sync {
  /** The page behind the one that is being taken in, on its way already. */
  private next: { readonly asked: Asked; readonly answer: Promise<Answer<Said> | null> } | null = null

  constructor(
    private readonly store: Store,
    private readonly transport: Transport,
    private readonly circumstances: Circumstances,
    private readonly watcher: Watcher = {},
  ) {}

  /** Pushes and pulls until everything is sent and read. */
  async round(): Promise<End> {
    const known = await this.store.read((at) => at.meta('manifest_hash'))
    return this.run(begin(await this.unsent(), 'sync', known !== undefined))
  }

  /** Pushes only, with a transport whose token lets nothing be read: the work of somebody who is not logged in. */
  async handIn(): Promise<End> {
    return this.run(begin(await this.unsent(), 'hand in'))
  }

  /** Reads the manifest if it has changed; tells whether it has. */
  async fetchManifest(): Promise<boolean> {
    const tag = await this.store.read((at) => at.meta('manifest_tag'))
    const answer = await this.transport.manifest(tag ?? null)
    if ('problem' in answer) throw new RefusedManifest(answer.problem)
    if (!answer.said) return false
    const { manifest, tag: fresh } = answer.said
    const { keep_days: days } = manifest.limits
    await this.store.write((at) =>
      at.setMeta({
        manifest,
        manifest_hash: manifest.hash,
        manifest_tag: fresh ?? undefined,
        ...(typeof days === 'number' ? { keep_days: days } : {}),
      }),
    )
    await this.watcher.renewed?.(manifest)
    return true
  }

  private unsent(): Promise<number> {
    return this.store.read((at) => at.countOps(['waiting', 'sent']))
  }

  private async run(first: Course): Promise<End> {
    let course = first
    while (course.command.do !== 'end') course = follow(course, await this.carryOut(course.command.do))
    this.next = null
    return course.command.end
  }

  private async carryOut(command: Exclude<Course['command']['do'], 'end'>): Promise<Event> {
    try {
      switch (command) {
        case 'ask':
          return await this.ask(false)
        case 'hand in':
          return await this.ask(true)
        case 'fetch manifest':
          await this.fetchManifest()
          return { is: 'fetched' }
        case 'offer blobs':
          await this.watcher.offerBlobs?.()
          return { is: 'offered' }
        case 'erase':
          await this.store.erase()
          return { is: 'erased' }
      }
    } catch (error) {
      if (error instanceof MustFork) return { is: 'must log in', fork: true }
      if (error instanceof NotReady) return { is: 'must log in', fork: false }
      if (error instanceof RefusedManifest) return refusedManifest(error.problem)
      if (thrownOf(error).code !== 'offline') this.watcher.failed?.(error)
      return { is: 'offline' }
    }
  }

  private async ask(opsOnly: boolean): Promise<Event> {
    const { asked, answer } = await this.exchange(opsOnly)
    if (!answer) return { is: 'offline' }
    if ('problem' in answer)
      return { is: 'refused', problem: answer.problem, step: await refuse(this.store, asked, answer.problem) }
    this.next = await this.lookAhead(asked, answer.said)
    const began = this.circumstances().now
    const taken = await absorb(this.store, asked, answer.said, began)
    if (taken.as !== 'fresh') this.next = null
    this.watcher.took?.(taken, this.circumstances().now - began)
    return {
      is: 'taken',
      taken,
      known: await this.store.read(async (at) => (await at.meta('manifest_hash')) ?? null),
    }
  }

  private async exchange(opsOnly: boolean): Promise<{ asked: Asked; answer: Answer<Said> | null }> {
    const next = this.next
    this.next = null
    if (next && !opsOnly) return { asked: next.asked, answer: await next.answer }
    const asked = await prepare(this.store, this.circumstances(), opsOnly)
    return { asked, answer: await this.send(asked) }
  }

  /** Fetches the next page while this one is being taken in, unless there is something to send. */
  private async lookAhead(asked: Asked, said: Said): Promise<Sync['next']> {
    const further = ahead(asked, said, this.circumstances().now)
    if (!further || (await this.unsent())) return null
    return { asked: further, answer: this.send(further) }
  }

  /** Null: no answer came. */
  private send(asked: Asked): Promise<Answer<Said> | null> {
    return this.transport.sync(asked.request).catch(() => null)
  }
}

class RefusedManifest extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
  }
}

function refusedManifest(problem: Problem): Event {
  const step =
    problem.status === 401
      ? ({ do: 'log in' } as const)
      : ({ do: 'wait', ms: problem.retryAfter ?? 0 } as const)
  return { is: 'refused', problem, step }
}
