/**
 * The worker's end of the port: answers watches at once and again when what they rest on has changed.
 *
 * Changes that come together make one answer, a watch has one evaluation under way at a time, and an answer like the
 * last one is not sent.
 */
import type { By, FromPage, FromWorker, PageNews, Wire } from '@/runtime/messages'
import type { Commands, Watched } from '@/runtime/port'
import type { PortError } from '@/runtime/port/values'

/** What may have changed besides records: `person` concerns everything, `time` passes every minute. */
export type Part =
  | 'person'
  | 'manifest'
  | 'language'
  | 'device'
  | 'status'
  | 'ops'
  | 'drafts'
  | 'blobs'
  | 'lines'
  | 'time'

/** A change: entities whose records changed, and other parts. */
export interface News {
  entities?: Iterable<string>
  parts?: Iterable<Part>
}

export interface Heard {
  entities: ReadonlySet<string>
  parts: ReadonlySet<Part>
}

export interface Question<W extends keyof Watched> {
  /** `noted` is kept as long as the watch: what has been noted once for whoever watches. */
  answer(ask: Watched[W]['ask'], noted: Set<string>): Promise<Watched[W]['answer']> | Watched[W]['answer']
  concerns(ask: Watched[W]['ask'], heard: Heard): boolean
}

export type Questions = { [W in keyof Watched]: Question<W> }
type Result<C extends keyof Commands> = ReturnType<Commands[C]>
export type Orders = {
  [C in keyof Commands]: (...args: Parameters<Commands[C]>) => Promise<Result<C>> | Result<C>
}

export interface Host {
  questions: Questions
  orders(by: By): Orders
  /** An error as the page shall get it. */
  words(error: unknown): Promise<PortError>
  page(news: PageNews): void
}

/** What is watched may delay what was ordered by no more than this, ms. */
const PATIENCE = 500

/** Serves one page; the function returned spreads news. */
export function serve(
  wire: Wire<FromWorker, FromPage>,
  host: Host,
  wait = (): number => 16,
): (news: News) => void {
  const watches = new Map<number, Watch>()
  let entities = new Set<string>()
  let parts = new Set<Part>()
  let due: ReturnType<typeof setTimeout> | null = null
  let told = 0

  wire.onmessage = ({ data }) => {
    if (data.kind === 'watch') {
      const watch = new Watch(
        data.id,
        data.what,
        host.questions[data.what] as Question<never>,
        data.ask as never,
        wire,
        host,
      )
      watches.set(data.id, watch)
      void watch.answer()
    } else if (data.kind === 'stop') {
      watches.get(data.id)?.stop()
      watches.delete(data.id)
    } else if (data.kind === 'call') {
      void obey(data)
    } else {
      host.page(data.news)
    }
  }

  async function obey({ id, command, args, by }: FromPage & { kind: 'call' }): Promise<void> {
    const before = told
    try {
      const order = host.orders(by)[command] as (...args: unknown[]) => unknown
      const result = await order(...args)
      // Whoever ordered it finds what he watches already changed by it.
      if (told !== before) await Promise.race([spread(), Promise.all([standing(), pause(PATIENCE)])])
      wire.postMessage({ kind: 'done', id, result })
    } catch (error) {
      wire.postMessage({ kind: 'failed', id, error: await host.words(error) })
    }
  }

  function spread(): Promise<unknown> {
    const heard = { entities, parts }
    entities = new Set()
    parts = new Set()
    if (due) clearTimeout(due)
    due = null
    return Promise.all([...watches.values()].map((watch) => watch.hear(heard)))
  }

  /** The page knows who stands in front of it, however long that takes: what it orders next is ordered by him. */
  function standing(): Promise<unknown> {
    return Promise.all([...watches.values()].map((watch) => watch.what === 'device' && watch.running))
  }

  return (news) => {
    for (const entity of news.entities ?? []) entities.add(entity)
    for (const part of news.parts ?? []) parts.add(part)
    told += 1
    due ??= setTimeout(spread, wait())
  }
}

class Watch {
  private readonly noted = new Set<string>()
  running: Promise<void> | null = null
  private again = false
  private stopped = false
  private last: string | undefined

  constructor(
    private readonly id: number,
    readonly what: keyof Watched,
    private readonly question: Question<never>,
    private readonly ask: never,
    private readonly wire: Wire<FromWorker, FromPage>,
    private readonly host: Host,
  ) {}

  /** Settles when the answer is the one of now. */
  async hear(heard: Heard): Promise<void> {
    if (heard.parts.has('person') || this.question.concerns(this.ask, heard)) await this.answer()
    else await this.running
  }

  stop(): void {
    this.stopped = true
  }

  answer(): Promise<void> {
    this.again = true
    this.running ??= this.run()
    return this.running
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false
      try {
        const answer: unknown = await this.question.answer(this.ask, this.noted)
        const now = JSON.stringify(answer)
        if (!this.stopped && now !== this.last) this.wire.postMessage({ kind: 'told', id: this.id, answer })
        this.last = now
      } catch (error) {
        const words = await this.host.words(error)
        if (!this.stopped) this.wire.postMessage({ kind: 'failed', id: this.id, error: words })
      }
    }
    // In the same breath as the last look at `again`: nobody's wish may fall between.
    this.running = null
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
