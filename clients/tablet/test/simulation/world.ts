/** A world of a few tablets and a server, everything in it decided by a seed. */
import type { Asked, Problem, Said } from '@/engine/answers'
import { DAY } from '@/engine/moments'
import type { End } from '@/engine/syncing'
import type { Answer, Transport } from '@/net/transport'
import { absorb, MustFork, prepare, refuse } from '@/replica/exchange'
import { fork } from '@/replica/mending'
import { Sync } from '@/replica/sync'
import { MemoryDisk } from '@/store/memory/store'
import type { Store } from '@/store/port'
import type { Mutant } from './mutants'
import { Random } from './random'
import { HOUSE, MALL, Server, STREAMS, ZONES } from './server'
import { Crash, Tablet } from './tablet'

const SITES = [HOUSE, MALL]
const USERS = ['01900000-0000-7000-8000-00000000aaaa', '01900000-0000-7000-8000-00000000bbbb']

/** A request under way between a tab and the server, and its answer once it was served. */
interface Letter {
  readonly tablet: Tablet
  readonly store: Store
  readonly asked: Asked
  answer: Answer<Said> | null
}

export class World {
  readonly server = new Server()
  readonly tablets: Tablet[] = []
  /** op → who made it, where, in which entity's record. */
  readonly typed = new Map<string, { user: string; site: string }>()
  private readonly random: Random
  private readonly letters: Letter[] = []
  private backup: unknown = null
  private now = Date.UTC(2026, 10, 22, 1)
  /** Whether network and processes may fail. */
  private rough = true

  constructor(
    seed: number,
    private readonly mutant: Mutant = {},
  ) {
    this.random = new Random(seed)
  }

  /** Three engines: two tabs of one tablet, and a tablet of somebody else. */
  async found(): Promise<void> {
    for (const user of USERS) {
      this.server.grants.set(user, new Set(STREAMS.filter(() => this.random.happens(0.8))))
      this.tablets.push(await this.tablet(user, new MemoryDisk()))
    }
    for (let n = 0; n < 6; n++) this.deskWrites()
  }

  async live(moves: number): Promise<void> {
    for (let n = 0; n < moves; n++) {
      this.now += this.random.below(600_000)
      await this.move()
    }
  }

  /** Lets everything come to rest: the network is good, nothing is held. */
  async rest(): Promise<void> {
    this.rough = false
    this.letters.length = 0
    this.server.off.clear()
    this.server.most = 500
    for (let turn = 0; turn < 3; turn++) {
      for (const tablet of this.tablets) await this.syncUntilDone(tablet)
      this.server.sweep()
    }
  }

  /** A day later everybody sends his sums. */
  async nextDay(): Promise<void> {
    this.now += 2 * DAY
    for (const tablet of this.tablets) await this.syncUntilDone(tablet)
  }

  private async move(): Promise<void> {
    const chance = this.random.next()
    const tablet = this.random.pick(this.tablets)
    if (chance < 0.25) await this.type(tablet)
    else if (chance < 0.45) await this.round(tablet)
    else if (chance < 0.6) await this.post(tablet)
    else if (chance < 0.8) await this.deliver()
    else if (chance < 0.88) this.deskWrites()
    else if (chance < 0.92) this.changeRights()
    else if (chance < 0.95) this.changeRules()
    else if (chance < 0.97) this.backup = this.server.backup()
    else if (chance < 0.98 && this.backup) this.server.restore(this.backup)
    else if (chance < 0.985 && this.tablets.length < 4) await this.clone(tablet)
    else if (chance < 0.99) this.now += DAY
    else if (chance < 0.995) tablet.skew = (this.random.next() - 0.5) * 2 * DAY
    else await this.handIn(tablet)
  }

  private async tablet(user: string, disk: MemoryDisk): Promise<Tablet> {
    const tablet = new Tablet(user, disk, this.random, () => this.now, this.mutant.store)
    await this.logIn(tablet)
    return tablet
  }

  private async logIn(tablet: Tablet): Promise<void> {
    await fork(tablet.tab(), this.server.enter(tablet.user))
    await tablet.tab().write((at) => at.setMeta({ user: tablet.user, manifest_hash: 'm1' }))
  }

  private async type(tablet: Tablet): Promise<void> {
    const site = this.random.pick(SITES)
    const entity = this.random.pick(['ticket', 'note'])
    const seen = await tablet.sees(site)
    const deeds = Array.from({ length: this.random.happens(0.2) ? 3 : 1 }, () => {
      const record = seen.length && this.random.happens(0.6) ? this.random.pick(seen) : null
      const place = record ?? { site, entity, id: tablet.newId() }
      const kind = record
        ? this.random.happens(0.15)
          ? ('delete' as const)
          : ('update' as const)
        : ('create' as const)
      return { kind, place, set: kind === 'delete' ? {} : this.values() }
    })
    for (const row of await tablet.type(deeds)) this.typed.set(row.op, { user: tablet.user, site })
  }

  private values(): Record<string, unknown> {
    const title = `t${this.random.below(50)}`
    if (this.random.happens(0.3)) return { title }
    return { title, zone: this.random.pick(ZONES), urgent: this.random.happens(0.3) }
  }

  private deskWrites(): void {
    const site = this.random.pick(SITES)
    const known = this.server.ids(site, 'ticket')
    const id = known.length && this.random.happens(0.5) ? this.random.pick(known) : this.newId()
    this.server.write(
      site,
      'ticket',
      id,
      known.includes(id) && this.random.happens(0.2) ? null : this.values(),
    )
  }

  private newId(): string {
    return `0190dddd-0000-7000-8000-${String(this.random.below(1e12)).padStart(12, '0')}`
  }

  private changeRights(): void {
    const granted = this.server.grants.get(this.random.pick(USERS))
    const stream = this.random.pick(STREAMS)
    if (granted?.has(stream)) granted.delete(stream)
    else granted?.add(stream)
  }

  private changeRules(): void {
    if (this.random.happens(0.4)) this.server.most = this.random.pick([500, 3, 1])
    else if (this.server.off.has('note')) this.server.off.clear()
    else this.server.off.add('note')
    if (this.random.happens(0.5)) this.server.sweep()
  }

  private async clone(tablet: Tablet): Promise<void> {
    const twin = new Tablet(tablet.user, tablet.disk.copy(), this.random, () => this.now, this.mutant.store)
    tablet.copied = twin.copied = true
    this.tablets.push(twin)
  }

  /** A tab asks; the answer may come much later, or behind that to another tab. */
  private async post(tablet: Tablet): Promise<void> {
    const store = tablet.tab()
    try {
      this.letters.push({ tablet, store, asked: await prepare(store, tablet.around()), answer: null })
    } catch (error) {
      if (!(error instanceof MustFork)) throw error
      await this.logIn(tablet)
    }
  }

  /** A letter reaches the server, for the first time or again; or its answer reaches the tab; or it is lost. */
  private async deliver(): Promise<void> {
    if (!this.letters.length) return
    const letter = this.random.pick(this.letters)
    const chance = this.random.next()
    if (chance < 0.5 || !letter.answer) letter.answer = this.served(letter.asked)
    if (chance > 0.3) this.letters.splice(this.letters.indexOf(letter), 1)
    if (chance > 0.4) await this.take(letter)
  }

  private async take({ tablet, store, asked, answer }: Letter): Promise<void> {
    if (!answer) return
    const taken =
      'problem' in answer
        ? refuse(store, asked, answer.problem)
        : absorb(store, asked, this.heard(answer.said), tablet.now)
    await taken.catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error // the tab that asked is no more
    })
  }

  private served(asked: Asked): Answer<Said> {
    return this.server.sync(structuredClone(asked.request), this.now, asked.opsOnly)
  }

  private heard(said: Said): Said {
    return this.mutant.said ? this.mutant.said(said) : said
  }

  /** A whole round by the driver; its process may die at any commit. */
  private async round(tablet: Tablet): Promise<End> {
    const dies = this.rough && this.random.happens(0.4)
    const store = tablet.tab(dies ? this.random.below(12) : Number.POSITIVE_INFINITY)
    const failed = (error: unknown): void => {
      if (!(error instanceof Crash)) throw error
    }
    const end = await new Sync(store, this.road(tablet, store), tablet.around, { failed }).round().catch(dead)
    if (end.kind === 'log in' && end.fork) await this.logIn(tablet)
    return end
  }

  private async handIn(tablet: Tablet): Promise<void> {
    const store = tablet.tab()
    const end = await new Sync(store, this.road(tablet, store, true), tablet.around).handIn()
    if (end.kind === 'log in' && end.fork) await this.logIn(tablet)
  }

  private async syncUntilDone(tablet: Tablet): Promise<void> {
    for (let tries = 0; tries < 12; tries++) {
      const end = await this.round(tablet)
      const unsent = await tablet.tab().read((at) => at.countOps(['waiting', 'sent']))
      if (end.kind === 'done' && !unsent) return
      if (end.kind === 'refused') throw new Error(`refused: ${end.problem.code}`)
    }
    throw new Error('a tablet does not come to rest')
  }

  /** The network as it is at the moment. */
  private road(tablet: Tablet, store: Store, opsOnly = false): Transport {
    const sync = async (request: Asked['request']): Promise<Answer<Said>> => {
      const asked = { request: structuredClone(request), turn: 0, opsOnly }
      const fate = this.rough ? this.random.next() : 1
      if (fate < 0.1) throw new Error('lost on the way there')
      if (fate < 0.15) return { problem: busy }
      if (fate < 0.2) this.letters.push({ tablet, store, asked, answer: null })
      const first = this.served(asked)
      if (fate < 0.3) throw new Error('lost on the way back')
      const answer = fate < 0.4 ? this.served(asked) : first
      return 'said' in answer ? { said: this.heard(answer.said) } : answer
    }
    return { sync, manifest: async () => ({ said: null }) }
  }
}

const busy: Problem = { status: 503, code: 'busy', retryAfter: 2000 }

function dead(error: unknown): End {
  if (error instanceof Crash) return { kind: 'failed' }
  throw error
}
