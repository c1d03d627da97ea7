/**
 * The tablet, apart from anybody's data: its people, its lock, and rounds of sync by the one tab that leads
 * (tablet.md §2.4). The engine's worker makes one and gives it a `Workplace`, its replicas.
 */
import type { Http } from '@/net/http'
import { type DeviceStore, type Snapshot, settingsOf } from './device'
import { type Channel, Leader, type Locks } from './leader'
import { type About, LogIns, type Replicas } from './login'
import type { PageNews } from './messages'
import { People } from './people'
import { type Exchange, Round } from './round'
import { Rounds, type Timers, type Why } from './rounds'
import { Wipe, type Wiped } from './wipe'

export type Workplace = Replicas & Exchange & Wiped

/** What the tab that leads tells the others while it syncs. */
export interface Progress {
  readonly online: boolean
  /** A round is under way. */
  readonly running: boolean
  /** Ops and files sent of those to be sent in this round; records read in a first sync. */
  readonly sending: { readonly done: number; readonly all: number } | null
  readonly read: number
}

export interface Surroundings {
  readonly http: Pick<Http, 'call'>
  readonly about: About
  readonly timers: Timers
  readonly channel: Channel
  readonly locks: Locks | undefined
}

export interface Listener {
  /** People, lock or settings have changed, here or in another tab. */
  device(now: Snapshot): void
  progress(now: Progress): void
  /** This tab leads: it listens for pokes from now on. */
  leads(): void
}

const IDLE_CHECK = 10_000

export class Tablet {
  readonly people: People
  readonly logIns: LogIns
  readonly wipe: Wipe
  private readonly rounds: Rounds
  private readonly leader: Leader<Why, Progress>
  private now: Progress = { online: true, running: false, sending: null, read: 0 }

  constructor(
    readonly device: DeviceStore,
    workplace: Workplace,
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {
    const clock = (): number => around.timers.now()
    this.people = new People(device, clock)
    this.wipe = new Wipe(device, workplace)
    this.logIns = new LogIns(device, this.people, around.http, workplace, this.wipe, around.about)
    const round = new Round(device, this.people, this.logIns, workplace, this.wipe)
    this.rounds = new Rounds(async (wanted) => {
      this.progress({ running: true })
      const end = await round.run(wanted.has('user'))
      this.progress({ running: false, sending: null, online: end.kind !== 'failed' })
      return end
    }, around.timers)
    this.leader = new Leader(
      around.channel,
      {
        lead: () => {
          this.rounds.start()
          listener.leads()
        },
        wanted: (why) => this.rounds.wish(why),
        told: (progress) => this.hear(progress),
      },
      around.locks,
    )
    let stands = ''
    device.watch((now) => {
      listener.device(now)
      // Whoever comes next sees what the one before has left unsent.
      const before = stands
      stands = `${now.shift.user} ${now.shift.locked}`
      if (stands !== before) void round.count()
    })
    this.watchIdle()
  }

  get progressed(): Progress {
    return this.now
  }

  get leading(): boolean {
    return this.leader.leading
  }

  /** Have a round of sync, here or in the tab that leads. */
  wish(why: Why): void {
    this.leader.wish(why)
  }

  /** Tell all tabs how a round goes. */
  progress(news: Partial<Progress>): void {
    this.hear({ ...this.now, ...news })
    this.leader.tell(this.now)
  }

  /** What a page has seen. */
  async page(news: PageNews): Promise<void> {
    if (news.visible) {
      await this.people.expire()
      this.wish('visible')
    }
    if (news.touched) await this.people.touch()
  }

  async set(name: 'wifiOnly' | 'lockAfterMinutes', value: boolean | number): Promise<void> {
    await this.device.change(() => ({ card: settingsOf(name, value) }))
    await this.people.touch()
  }

  private hear(progress: Progress): void {
    this.now = progress
    this.listener.progress(progress)
  }

  private watchIdle(): void {
    this.around.timers.after(IDLE_CHECK, () => {
      void this.people.expire()
      this.watchIdle()
    })
  }
}
