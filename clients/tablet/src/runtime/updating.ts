/**
 * Our own update rule (tablet.md §2.3): a new version waits until nobody is in the middle of something. Never a dialog;
 * a dot tells that it waits.
 */

/** Moments at which a person expects nothing of the page: it was just opened, he went home, it was long out of sight. */
export type Moment = 'cold' | 'home' | 'hidden'

export interface Doings {
  /** Forms with values that are not saved. */
  readonly dirty: boolean
  readonly uploading: boolean
  /** Another tab of this browser shows the app. */
  readonly others: boolean
}

/** Tell whether a new version may take over now. */
export function mayActivate(moment: Moment | null, { dirty, uploading, others }: Doings): boolean {
  return moment !== null && !dirty && !uploading && !others
}

/** A page holds this lock while it shows the app. */
const LOCK = 'ui'
const LONG = 5 * 60_000
const LOOK_AGAIN = 30 * 60_000
/** When the first screen stands for certain. */
const SETTLED = 10_000

export class Updates {
  private registration: ServiceWorkerRegistration | null = null
  private dirty = new Set<unknown>()
  private uploading = false
  private hiddenSince: number | null = null
  private looked = 0
  /** Another tab let a new version take over while this one was busy. */
  private outdated = false

  /** `waits` hears whether a new version waits. */
  constructor(
    private readonly waits: (waiting: boolean) => void,
    private readonly reload: () => void = () => location.reload(),
  ) {}

  /** Begin, once, when the page has been drawn. */
  async start(): Promise<void> {
    const { serviceWorker, locks } = navigator as Partial<Navigator>
    void locks?.request(LOCK, { mode: 'shared' }, () => new Promise(() => {}))
    if (!serviceWorker) return
    // The first version takes over a page that none controlled: nothing changes for it.
    let controlled = serviceWorker.controller !== null
    serviceWorker.addEventListener('controllerchange', () => {
      if (controlled) void this.changed()
      controlled = true
    })
    document.addEventListener('visibilitychange', () => void this.seen())
    await this.register()
    await this.consider('cold')
    idle(() => void serviceWorker.ready.then(({ active }) => active?.postMessage('rest')))
  }

  /** Keep the app's own files for offline use; after a wipe again. */
  async register(): Promise<void> {
    const { serviceWorker } = navigator as Partial<Navigator>
    // Development serves no service worker; a failed one leaves an app that works while there is a network.
    this.registration =
      (await serviceWorker?.register('/sw.js', { updateViaCache: 'none' }).catch(() => null)) ?? null
    this.registration?.addEventListener('updatefound', () => this.follow())
    this.follow()
  }

  /** A form has (no longer) values that are not saved; `form` is anything that names it. */
  form(form: unknown, dirty: boolean): void {
    if (dirty) this.dirty.add(form)
    else this.dirty.delete(form)
  }

  busy(uploading: boolean): void {
    this.uploading = uploading
  }

  /** The person went to Home. */
  async home(): Promise<void> {
    await this.consider('home')
  }

  private async consider(moment: Moment): Promise<void> {
    if (!this.waiting && !this.outdated) return
    if (!mayActivate(moment, await this.doings())) return
    if (this.waiting) this.waiting.postMessage('activate')
    else this.reload()
  }

  private get waiting(): ServiceWorker | null {
    return this.registration?.waiting ?? null
  }

  private async doings(): Promise<Doings> {
    const held = (await navigator.locks?.query())?.held ?? []
    return {
      dirty: this.dirty.size > 0,
      uploading: this.uploading,
      others: held.filter((lock) => lock.name === LOCK).length > 1,
    }
  }

  private follow(): void {
    this.waits(this.waiting !== null)
    const coming = this.registration?.installing
    coming?.addEventListener('statechange', () => this.waits(this.waiting !== null))
  }

  private async changed(): Promise<void> {
    this.outdated = true
    this.waits(false)
    const { dirty, uploading } = await this.doings()
    if (!dirty && !uploading) this.reload()
  }

  private async seen(): Promise<void> {
    if (document.visibilityState === 'hidden') {
      this.hiddenSince = Date.now()
      return
    }
    const away = this.hiddenSince === null ? 0 : Date.now() - this.hiddenSince
    this.hiddenSince = null
    if (away >= LONG) await this.consider('hidden')
    // Home-screen apps hardly ever navigate, and browsers look for a new version only then.
    if (Date.now() - this.looked < LOOK_AGAIN) return
    this.looked = Date.now()
    await this.registration?.update().catch(() => {})
  }
}

/** Calls when the page has nothing else to do. */
function idle(call: () => void): void {
  setTimeout(() => ('requestIdleCallback' in self ? requestIdleCallback(call) : call()), SETTLED)
}
