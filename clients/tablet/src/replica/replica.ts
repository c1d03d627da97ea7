/** One person's local database, opened for work in one language: everything that pages ask of it. */
import { Form } from '@/engine/entry'
import { Known } from '@/engine/manifest'
import type { Place } from '@/engine/places'
import type { Values } from '@/engine/values'
import type { Manifest } from '@/protocol/manifest'
import type { Checked, Entry } from '@/runtime/port/entry'
import type { Sheet } from '@/runtime/port/paper'
import { ready, searchLine } from '@/search/fold'
import type { Store } from '@/store/port'
import { Choosing } from './choosing'
import { dueAt } from './clocks'
import type { Ask, Histories } from './history'
import { Listing } from './listing'
import { Marks } from './marks'
import { Queues } from './queue'
import { RecordPages } from './recordpages'
import { Refusal } from './refusal'
import type { Reviews } from './reviews'
import { Rolls } from './rolls'
import { Rows } from './rows'
import { searched } from './searched'
import { Searching } from './searching'
import type { Speech } from './speech'
import { shapeOf, View } from './view'
import { Wording } from './wording'
import { Writer } from './writing'

/** What a replica needs of the tablet that it lies on. */
export interface Surroundings {
  /** This tablet's clock, ms; the server's is `offset` ahead of it. */
  now(): number
  offset(): number
  online(): boolean
  newId(): string
  /** Only one tab keeps what is derived. */
  mayKeep(): boolean
  /** Asks the server below `/api/v1`, as this person. */
  ask: Ask
  /** Tells that more can be searched now. */
  readMore(): void
}

export class Replica {
  readonly known: Known
  readonly view: View
  readonly rolls: Rolls
  readonly marks: Marks
  readonly writer: Writer

  private constructor(
    readonly store: Store,
    manifest: Manifest,
    short: string,
    around: Surroundings,
  ) {
    const known = new Known(manifest)
    const serverNow = (): number => around.now() + around.offset()
    this.known = known
    this.rolls = new Rolls({
      store,
      known,
      ready,
      entry: (place, values) => ({
        values,
        line: searchLine(searched(known.entity(place.entity), values)),
        due: dueAt(known, { ...place, values }),
      }),
      now: around.now,
      mayKeep: around.mayKeep,
    })
    store.shape(shapeOf(known, serverNow))
    this.view = new View(store, known, this.rolls, serverNow, around.online, around.now)
    this.marks = new Marks(this.view)
    this.writer = new Writer(store, this.view, { short, newId: around.newId })
  }

  /** Opens a database that somebody has been let in to; null until its manifest has been read. */
  static async open(store: Store, around: Surroundings): Promise<Replica | null> {
    const [manifest, short] = await store.read(
      async (at) => [await at.meta('manifest'), await at.meta('short')] as const,
    )
    return manifest ? new Replica(store, manifest, short ?? '', around) : null
  }

  async close(): Promise<void> {
    await this.rolls.keep()
    this.rolls.close()
    this.marks.close()
  }
}

/** A replica in one language. */
export class Told {
  readonly words: Wording
  readonly rows: Rows
  readonly listing: Listing
  readonly pages: RecordPages
  readonly queues: Queues
  readonly choosing: Choosing
  readonly searching: Searching

  constructor(
    readonly replica: Replica,
    speech: Speech,
    private readonly around: Pick<Surroundings, 'ask' | 'readMore'>,
  ) {
    const { view, marks } = replica
    this.words = Wording.over(view, speech)
    this.rows = new Rows(view, this.words, marks)
    this.listing = new Listing(view, this.rows)
    this.pages = new RecordPages(view, this.rows)
    this.queues = new Queues(view, this.words, marks)
    this.choosing = new Choosing(view, this.words)
    this.searching = new Searching(view, this.rows, around.readMore)
  }

  close(): void {
    this.words.close()
  }

  // What follows is not of every day: its code is read when it is needed.

  async reviews(): Promise<Reviews> {
    const { Reviews } = await import('./reviews')
    return new Reviews(this.replica.view, this.words)
  }

  async histories(): Promise<Histories> {
    const { Histories } = await import('./history')
    return new Histories(this.replica.view, this.words, this.around.ask)
  }

  /** How an entry stands while somebody types (tablet.md §2.3). */
  async check({ kind, site, entity, id = '', act, args, values }: Entry): Promise<Checked> {
    const { view, known } = this.replica
    const seen = kind === 'create' ? null : ((await view.get({ site, entity, id }))?.values ?? {})
    const form = new Form(view, known, site, entity, id)
    const judged = await form.check({
      kind,
      seen,
      values,
      ...(act ? { act } : {}),
      ...(args ? { args } : {}),
    })
    const words = await this.words.all({ site, entity, values: judged.derived })
    return {
      shown: [...judged.shown],
      required: [...judged.required],
      derived: judged.derived,
      words,
      flaws: judged.flaws.map((flaw) => this.words.wrong(flaw)),
    }
  }

  /** A form about a record, composed for paper. */
  async sheet(place: Place, form: string): Promise<Sheet> {
    const { view, known } = this.replica
    const seen = await view.get(place)
    const print = known.entity(place.entity)?.shape.prints?.find((each) => each.id === form)
    if (!seen || !print) throw new Refusal('not_here')
    const { words } = this
    const shown = [seen]
    const { compose } = await import('./sheet')
    const sheet = await compose(
      print,
      seen,
      {
        known,
        lang: words.language,
        get: async (other) => {
          const found = await view.get(other)
          if (found) shown.push(found)
          return found
        },
        below: async (site, entity, field, id) => {
          const found = await view.below(site, entity, field, id)
          shown.push(...found)
          return found
        },
        // Paper is read on another day: a moment always bears its date.
        value: async (site, _entity, field, value) =>
          field.type === 'datetime' && typeof value === 'string'
            ? words.dated(site, Date.parse(value))
            : words.valueOf(site, field, value),
        title: (other) => words.title(other),
        holds: (expression, other) => view.holds(expression, other),
        say: (key, params) => words.say(key, params),
      },
      words.dated(place.site, view.now()),
    )
    // Written down before anybody sees it (domain OWN-7).
    await this.replica.writer.look([...new Set(shown)], 'print', null)
    return sheet
  }

  /** The title of what a draft is about. */
  async titleOf(place: Place, values: Values): Promise<string> {
    const { view } = this.replica
    const seen = (await view.get(place)) ?? { ...place, values, seq: null }
    return this.words.title(seen)
  }
}
