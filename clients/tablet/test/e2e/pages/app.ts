/** The app as a person uses it: what tests say, in words of the English catalogue. */
import type { Locator, Page } from 'playwright-core'
import type { Measures } from '@/runtime/port/tablet'
import type { Login, Server } from '../stage/server'
import { Entrance } from './entrance'
import { Form } from './form'
import { Settings } from './settings'

export class App {
  constructor(
    readonly page: Page,
    private readonly server: Server,
  ) {}

  async open(path = '/'): Promise<void> {
    await this.page.goto(this.server.origin + path)
  }

  async reload(path?: string): Promise<void> {
    if (path) await this.page.goto(this.server.origin + path)
    else await this.page.reload()
  }

  /** Log in with a password; on a tablet that knows people already, as another one. With `pin`, choose that one. */
  async logIn(person: Login, path = '/', pin: string | null = null): Promise<void> {
    const entrance = new Entrance(this.page)
    await entrance.speak('en')
    await entrance.logIn(person)
    await this.pill.waitFor()
    if (pin) {
      await this.to('/settings')
      await new Settings(this.page).choosePin(pin)
    }
    if (path !== '/' || pin) await this.to(path)
  }

  /** Go somewhere inside the app, without loading the page anew. */
  async to(path: string): Promise<void> {
    await this.page.evaluate((where) => {
      // As the router itself would leave it.
      const { current, position } = history.state as { current: string; position: number }
      const state = { back: current, current: where, forward: null, position: position + 1, replaced: false }
      history.pushState(state, '', where)
      dispatchEvent(new PopStateEvent('popstate', { state }))
    }, path)
  }

  /**
   * Let the tab sleep, its worker be awake; returns what wakes it. It is halted like a program under a debugger: no tab
   * is hidden from Playwright, so the browser itself would let none sleep.
   */
  async sleep(): Promise<() => Promise<void>> {
    const session = await this.page.context().newCDPSession(this.page)
    await session.send('Debugger.enable')
    const asleep = new Promise((resolve) => session.once('Debugger.paused', resolve))
    const awake = session.send('Runtime.evaluate', { expression: 'debugger' })
    await asleep
    return async () => {
      await session.send('Debugger.resume')
      await awake
      await session.detach()
    }
  }

  /** What this tab's history holds: every address to which it leads back or forth, and what lies beside this one. */
  async history(): Promise<string> {
    const session = await this.page.context().newCDPSession(this.page)
    const { entries } = await session.send('Page.getNavigationHistory')
    await session.detach()
    const beside = await this.page.evaluate(() => JSON.stringify(history.state))
    return [...entries.map(({ url }) => decodeURIComponent(url)), beside].join('\n')
  }

  /** The sync pill. */
  get pill(): Locator {
    return this.page.locator('.pill').first()
  }

  /** What must be said for as long as it holds. */
  get notices(): Locator {
    return this.page.locator('.notices')
  }

  /** Wait until the app's own files are kept: from then on it opens without a network. */
  async kept(): Promise<void> {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => null))
  }

  /** Wait until the pill says so much. */
  async says(words: string | RegExp): Promise<void> {
    await this.page.locator('.pill', { hasText: words }).first().waitFor({ timeout: 90_000 })
  }

  /** Wait until everything typed is at the server. */
  async allSent(): Promise<void> {
    await this.says('All sent')
  }

  /** Rows of the list in front. */
  get rows(): Locator {
    return this.page.locator('main [data-row], main tbody tr, main .list .row')
  }

  async firstRow(): Promise<void> {
    await this.rows.first().waitFor({ timeout: 120_000 })
  }

  /** What the list in front says of its length. */
  total(count: number): Locator {
    return this.page.getByText(new RegExp(`of ${count.toLocaleString('en')} shown$`))
  }

  async measures(): Promise<Measures> {
    return this.page.evaluate(() =>
      (window as unknown as { wuye: { measure(): Promise<Measures> } }).wuye.measure(),
    )
  }

  /** Wait for the end of the first sync. */
  async allRead(): Promise<Measures> {
    for (;;) {
      const found = await this.measures()
      if (found.firstSyncMs !== null) return found
      await this.page.waitForTimeout(250)
    }
  }

  /** How long each text takes from the key stroke to its results on the page, ms; none for one that changes nothing there. */
  async searchTimes(texts: readonly string[]): Promise<number[]> {
    await this.to('/search')
    await this.page.locator('.found input').waitFor()
    const times: number[] = []
    for (const text of texts) {
      times.push(
        await this.page.evaluate(async (typed) => {
          const box = document.querySelector<HTMLInputElement>('.found input')
          const found = box?.closest('.found')
          if (!box || !found) throw new Error('no search')
          // The box itself changes at once.
          const beside = ({ target }: MutationRecord): boolean =>
            ![...found.children].some((part) => part.contains(box) && part.contains(target))
          const settled = (): Promise<number> =>
            new Promise((resolve) => {
              setTimeout(() => resolve(Number.NaN), 5_000)
              const seen = new MutationObserver((changes) => {
                if (!changes.some(beside)) return
                seen.disconnect()
                requestAnimationFrame(() => resolve(performance.now()))
              })
              seen.observe(found, { subtree: true, childList: true, characterData: true })
            })
          const from = performance.now()
          const done = settled()
          box.value = typed
          box.dispatchEvent(new Event('input', { bubbles: true }))
          return (await done) - from
        }, text),
      )
      // The rest of long results is drawn in the frames that follow.
      await this.page.waitForTimeout(500)
    }
    return times.filter((time) => !Number.isNaN(time))
  }

  /** Take down one ticket; returns its id. */
  async makeTicket(title: string): Promise<string> {
    await this.to('/new/ticket')
    const form = new Form(this.page)
    await form.type('Title', title)
    await form.submit()
    await this.page.waitForURL(/\/record\//)
    return this.page.url().split('/').at(-1) as string
  }

  /** Fill one field of a form and save it, as often as there are texts, as fast as the app itself allows. */
  async fillMany(path: string, field: string, texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.to(path)
      await this.page.evaluate(
        async ([name, typed]) => {
          const until = <T>(find: () => T | null | false): Promise<T> =>
            new Promise((resolve) => {
              const seen = new MutationObserver(() => look())
              const look = (): void => {
                const found = find()
                if (!found) return
                seen.disconnect()
                resolve(found)
              }
              seen.observe(document, { subtree: true, childList: true, attributes: true })
              look()
            })
          const box = await until(() =>
            document.querySelector<HTMLInputElement>(`form.form [data-field="${name}"] :is(input, textarea)`),
          )
          box.value = typed
          box.dispatchEvent(new Event('input', { bubbles: true }))
          box.form?.requestSubmit()
          await until(() => !document.querySelector('form.form'))
        },
        [field, text] as const,
      )
    }
  }

  /** Take down tickets by the form, one after the other. */
  async makeTickets(count: number): Promise<void> {
    for (let n = 1; n <= count; n++) await this.makeTicket(`Lamp ${n} in the corridor`)
  }
}
