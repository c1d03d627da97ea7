/**
 * When to sync (tablet.md §2.4): at once when somebody or something asks, 5 s after the last op, else every 60 s; after a
 * failure ever more rarely, 2 s to 5 min, with jitter so that devices which failed together do not come back together.
 */

/** `start`, `online`, `visible`, `user` (he pressed *send now*) and `poke` ask for a round now, `op` for one soon. */
export type Why = 'start' | 'online' | 'visible' | 'user' | 'poke' | 'op'

/** How a round ended. `busy`: the server asked for `wait` ms; `failed`: no answer, or one that helps nobody. */
export type End = { kind: 'done' } | { kind: 'failed' } | { kind: 'busy'; wait: number }

export interface Pace {
  /** When the last round ended. */
  readonly ended: number | null
  readonly failures: number
  /** The server wants to be left alone until then. */
  readonly quiet: number
  /** For how long, when it said so, ms. */
  readonly patience: number
  /** Asked for, and not begun since. */
  readonly wanted: ReadonlySet<Why>
  readonly lastOp: number
  /** 0 … 1, thrown anew after each round. */
  readonly chance: number
}

export const FRESH: Pace = {
  ended: null,
  failures: 0,
  quiet: 0,
  patience: 0,
  wanted: new Set(),
  lastOp: 0,
  chance: 0,
}

const TICK = 60_000
const SETTLE = 5_000
/** Pokes come in swarms while many people work. */
const BREATH = 1_000
const FIRST_WAIT = 2_000
const LONGEST_WAIT = 300_000

/**
 * When the next round begins, ms; a moment that has passed means now. A clock that was put back must not stop the sync
 * until it is again as late as it was: what seems to lie ahead of `now` has happened now.
 */
export function nextAt(pace: Pace, now: number): number {
  const { failures, wanted, chance } = pace
  const ended = Math.min(pace.ended ?? 0, now)
  const lastOp = Math.min(pace.lastOp, now)
  const quiet = Math.min(pace.quiet, now + pace.patience)
  // Only a person may press a server that has asked for patience.
  if (wanted.has('user')) return 0
  if (wanted.has('start') || wanted.has('online') || wanted.has('visible')) return quiet
  if (failures) return Math.max(quiet, ended + backOff(failures, chance))
  if (wanted.has('poke')) return Math.max(quiet, ended + BREATH)
  const tick = ended + TICK
  return Math.max(quiet, wanted.has('op') ? Math.min(tick, lastOp + SETTLE) : tick)
}

/** Between half and the whole of a span that doubles. */
function backOff(failures: number, chance: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1)) * (0.5 + chance / 2)
}

export function asked(pace: Pace, why: Why, now: number): Pace {
  return { ...pace, wanted: new Set([...pace.wanted, why]), lastOp: why === 'op' ? now : pace.lastOp }
}

export function begun(pace: Pace): Pace {
  return { ...pace, wanted: new Set() }
}

export function finished(pace: Pace, end: End, now: number, chance: number): Pace {
  // Not all of the devices that were refused together come back at the same moment.
  const patience = end.kind === 'busy' ? end.wait * (1 + chance) : 0
  return {
    ...pace,
    ended: now,
    chance,
    failures: end.kind === 'failed' ? pace.failures + 1 : 0,
    quiet: patience && now + patience,
    patience,
  }
}

export interface Timers {
  now(): number
  chance(): number
  /** Call once after some ms; the function returned cancels. */
  after(ms: number, call: () => void): () => void
}

/** Runs rounds one at a time, from `start` to `stop`. */
export class Rounds {
  private pace = FRESH
  private going = false
  private running = false
  private cancel = (): void => {}

  constructor(
    private readonly round: (wanted: ReadonlySet<Why>) => Promise<End>,
    private readonly timers: Timers,
  ) {}

  start(): void {
    this.going = true
    this.wish('start')
  }

  stop(): void {
    this.going = false
    this.cancel()
  }

  wish(why: Why): void {
    this.pace = asked(this.pace, why, this.timers.now())
    this.plan()
  }

  private plan(): void {
    this.cancel()
    if (!this.going || this.running) return
    const now = this.timers.now()
    this.cancel = this.timers.after(Math.max(0, nextAt(this.pace, now) - now), () => void this.run())
  }

  private async run(): Promise<void> {
    this.running = true
    const { wanted } = this.pace
    this.pace = begun(this.pace)
    const end = await this.round(wanted).catch((): End => ({ kind: 'failed' }))
    this.pace = finished(this.pace, end, this.timers.now(), this.timers.chance())
    this.running = false
    this.plan()
  }
}
