/**
 * One tab of this browser syncs; the others ask it to (tablet.md §2.4). Whoever holds the lock leads; when its tab
 * closes or dies the browser gives the lock to the next.
 */

/** The little of `navigator.locks` that is used. */
export interface Locks {
  request(name: string, options: { signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>
}

/** The little of a `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export interface Follower<Wish, Word> {
  /** This tab leads from now on. */
  lead(): void
  /** As leader: somebody wants something done. */
  wanted(wish: Wish): void
  /** As one of the others: the leader says something. */
  told(word: Word): void
}

type Message<Wish, Word> = { wish: Wish } | { word: Word }

export class Leader<Wish, Word> {
  private leads = false
  private readonly over = new AbortController()
  private release = (): void => {}

  constructor(
    private readonly channel: Channel,
    private readonly follower: Follower<Wish, Word>,
    locks: Locks | undefined,
  ) {
    channel.onmessage = ({ data }: MessageEvent<Message<Wish, Word>>) => {
      if ('word' in data) follower.told(data.word)
      else if (this.leads) follower.wanted(data.wish)
    }
    // Without locks every tab syncs: the store refuses answers to a request that another tab has overtaken.
    if (!locks) queueMicrotask(() => this.begin())
    else void locks.request('wuye:leader', { signal: this.over.signal }, () => this.hold()).catch(() => {})
  }

  get leading(): boolean {
    return this.leads
  }

  /** Have something done, here or by the tab that leads. */
  wish(wish: Wish): void {
    if (this.leads) this.follower.wanted(wish)
    else this.channel.postMessage({ wish } satisfies Message<Wish, Word>)
  }

  /** Tell the other tabs. */
  tell(word: Word): void {
    this.channel.postMessage({ word } satisfies Message<Wish, Word>)
  }

  /** Let another tab lead. */
  stop(): void {
    this.leads = false
    this.over.abort()
    this.release()
    this.channel.close()
  }

  private hold(): Promise<void> {
    const held = new Promise<void>((resolve) => {
      this.release = resolve
    })
    this.begin()
    return held
  }

  private begin(): void {
    if (this.over.signal.aborted) return
    this.leads = true
    this.follower.lead()
  }
}
