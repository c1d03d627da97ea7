/**
 * Who works here now and what he works with: his replica in his language. Follows log-ins, locks, new manifests and
 * the chosen language; everything that changes is told as news.
 */
import type { Replica, Surroundings, Told } from '@/replica/replica'
import { Speech } from '@/replica/speech'
import type { Lang } from '@/runtime/port/values'
import type { Changed, Kind, Store } from '@/store/port'
import { Denied } from './denied'
import type { Known, Snapshot } from './device'
import type { By } from './messages'
import type { News, Part } from './serving'

const PARTS: Partial<Record<Kind, Part>> = {
  ops: 'ops',
  drafts: 'drafts',
  blobs: 'blobs',
  meta: 'status',
  lines: 'lines',
}

/** After the first list, before the first search: what searching looks through is read so long after an opening, ms. */
const WARM = 1_000

/** What is open while somebody is logged in and his lock is. */
interface Open {
  readonly person: Known
  readonly store: Store
  /** Null until his manifest has been read. */
  readonly replica: Replica | null
  readonly told: Told | null
  readonly end: () => void
}

export class Desk {
  #open: Promise<Open | null> = Promise.resolve(null)
  #speech: Promise<Speech>
  #now: Told | null = null

  constructor(
    private readonly storeOf: (who: Known) => Promise<Store>,
    private readonly around: Surroundings,
    private readonly tell: (news: News) => void,
    lang: Lang,
  ) {
    this.#speech = Speech.load(lang)
  }

  speech(): Promise<Speech> {
    return this.#speech
  }

  async speak(lang: Lang): Promise<void> {
    if ((await this.#speech).lang === lang) return
    this.#speech = Speech.load(lang)
    await this.#again((open) => open)
    this.tell({ parts: ['person'] })
  }

  /** Whoever stands here now, according to the device. */
  async seat({ people, shift }: Snapshot): Promise<void> {
    const person = shift.locked ? undefined : people.find((one) => one.user === shift.user)
    const now = await this.#open.catch(() => null)
    if (now?.person.user !== person?.user) await this.#again(() => person ?? null)
    else if (now && person && now.person.short !== person.short) await this.#again(() => person)
    this.tell({ parts: ['device', 'status'] })
  }

  /** Somebody's manifest has changed. */
  async renew(user: string): Promise<void> {
    const now = await this.#open
    if (now?.person.user === user) await this.#again((open) => open)
  }

  /** This tab leads from now on: what is derived is kept by it. */
  async lead(): Promise<void> {
    ;(await this.#open)?.replica?.rolls.claim()
  }

  async store(by?: By): Promise<Store | null> {
    return (await this.#seated(by))?.store ?? null
  }

  async told(by?: By): Promise<Told | null> {
    return (await this.#seated(by))?.told ?? null
  }

  /** Somebody's database, whether he stands here or not. */
  storeFor(who: Known): Promise<Store> {
    return this.storeOf(who)
  }

  /** Between the end of a database and the news that nobody sits here any more, nobody does. */
  async #seated(by?: By): Promise<Open | null> {
    const open = await this.#open
    if (!open || open.store.erased) return null
    // A tab that slept through a change of person still shows the one before.
    if (by !== undefined && by !== open.person.replica) throw new Denied('person_changed')
    return open
  }

  /** What is open at this moment. */
  get now(): Told | null {
    return this.#now
  }

  /** The tab that leads may have read another manifest. */
  async #follow(user: string, store: Store): Promise<void> {
    const hash = await store.read((at) => at.meta('manifest_hash'))
    const known = (await this.#open)?.replica?.known.manifest.hash
    if (hash !== undefined && hash !== known) await this.renew(user)
  }

  /** Opens anew, after whatever is being opened; `who` may be the same person. */
  #again(who: (now: Known | null) => Known | null): Promise<unknown> {
    const before = this.#open
    this.#open = before
      .catch(() => null)
      .then(async (now) => {
        const person = who(now?.person ?? null)
        now?.end()
        // What a database no longer takes, for it was erased, can be worked out again or is of use to nobody.
        await now?.replica?.close().catch(() => {})
        const open = person && (await this.#opened(person))
        this.#now = open?.told ?? null
        return open
      })
      .finally(() => this.tell({ parts: ['person'] }))
    return this.#open
  }

  async #opened(person: Known): Promise<Open> {
    // Nobody sees records before he is logged in: their code is not part of what a first visit loads.
    const [store, { Replica, Told }] = await Promise.all([this.storeOf(person), import('@/replica/replica')])
    const replica = await Replica.open(store, this.around)
    const told = replica && new Told(replica, await this.#speech, this.around)
    const stop = store.changed((change) => {
      this.tell(newsOf(change))
      if (!change.here && change.kinds.includes('meta')) void this.#follow(person.user, store)
    })
    // A database that is closed by then reads nothing more.
    const warm = setTimeout(() => void told?.searching.warm().catch(() => {}), WARM)
    const end = (): void => {
      clearTimeout(warm)
      stop()
      told?.close()
    }
    return { person, store, replica, told, end }
  }
}

function newsOf({ kinds, entities }: Changed): News {
  return { entities, parts: kinds.flatMap((kind) => PARTS[kind] ?? []) }
}
