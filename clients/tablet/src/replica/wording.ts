/** The words of one replica in one language: the engine's, over a reader that asks the store for many names at once. */

import type { Flaw as Wrong } from '@/engine/flaws'
import type { Known } from '@/engine/manifest'
import { pick } from '@/engine/manifest'
import { keyOf, type Place, type RecordKey } from '@/engine/places'
import { sentenceOf } from '@/engine/sentences'
import { Words } from '@/engine/words'
import { inWords } from '@/i18n/recurrence'
import type { Text } from '@/protocol/manifest'
import type { Flaw, Lang } from '@/runtime/port/values'
import type { Changed, OpRow } from '@/store/port'
import type { Speech } from './speech'
import type { Seen, View } from './view'

/** Records remembered for their titles. */
const REMEMBERED = 20_000

export class Wording extends Words {
  readonly #end: () => void

  private constructor(
    private readonly names: Names,
    known: Known,
    readonly speech: Speech,
  ) {
    const { view } = names
    super(
      {
        read: (place) => names.read(place),
        say: (key, params, count) => speech.say(key, params, count),
        recurrence: (rule) => inWords(rule, (...said) => speech.say(...said), speech.lang),
        now: () => view.now(),
      },
      known,
      speech.lang,
    )
    this.#end = view.store.changed((change) => names.forget(change))
  }

  static over(view: View, speech: Speech): Wording {
    return new Wording(new Names(view), view.known, speech)
  }

  close(): void {
    this.#end()
  }

  get language(): Lang {
    return this.speech.lang
  }

  pick(text: Text | undefined): string {
    return pick(text, this.lang)
  }

  /** A person's name; of the server's own doings the app says so. */
  async person(user: unknown): Promise<string> {
    if (typeof user !== 'string' || !user) return ''
    return user.startsWith('plugin:') ? this.say('sentences.system') : this.named('', 'user', user)
  }

  /** The words of all that a record holds. */
  async all({
    site,
    entity,
    values,
  }: Pick<Seen, 'site' | 'entity' | 'values'>): Promise<Record<string, string>> {
    const said = Object.keys(values).map(
      async (name) => [name, await this.value(site, entity, name, values[name])] as const,
    )
    return Object.fromEntries(await Promise.all(said))
  }

  /** A moment on a site's wall clock. */
  moment(site: string, ms: number): string {
    return this.formats.moment(ms, this.known.zone(site), this.names.view.now())
  }

  /** The same with its date and year, whenever it is read. */
  dated(site: string, ms: number): string {
    return this.formats.moment(ms, this.known.zone(site), 0)
  }

  /** What is wrong with an entry, for whoever entered it. */
  wrong(flaw: Wrong): Flaw {
    return { field: flaw.field, code: flaw.key, text: this.flaw(flaw) }
  }

  deed(op: OpRow): Promise<string> {
    return sentenceOf(this, op.body)
  }

  /** Why an op was not applied as asked; null when it was, or is not decided. */
  why({ state, result }: OpRow): string | null {
    return state === 'applied' || !result?.code ? null : this.refusal(result.code, result.message, true)
  }
}

/** Records whose titles are wanted: those asked for in one turn are read together, and remembered until they change. */
class Names {
  readonly #known = new Map<RecordKey, Promise<Seen | null>>()
  #wanted: { key: RecordKey; tell: (seen: Seen | null) => void }[] = []

  constructor(readonly view: View) {}

  async read(place: Place): Promise<Seen['values'] | null> {
    const key = keyOf(place)
    let seen = this.#known.get(key)
    if (!seen) {
      if (this.#known.size > REMEMBERED) this.#known.clear()
      seen = new Promise((tell) => this.#want(key, tell))
      this.#known.set(key, seen)
    }
    return (await seen)?.values ?? null
  }

  forget({ records }: Changed): void {
    for (const key of records) this.#known.delete(key)
  }

  #want(key: RecordKey, tell: (seen: Seen | null) => void): void {
    if (!this.#wanted.length) queueMicrotask(() => void this.#fetch())
    this.#wanted.push({ key, tell })
  }

  async #fetch(): Promise<void> {
    const wanted = this.#wanted
    this.#wanted = []
    const found = await this.view.many(wanted.map(({ key }) => key)).catch(() => [])
    for (const [i, { tell }] of wanted.entries()) tell(found[i] ?? null)
  }
}
