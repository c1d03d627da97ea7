/** A record: what is next, what else may be done, what became of it. */
import type { Locator, Page } from 'playwright-core'

export class Record {
  constructor(readonly page: Page) {}

  get title(): Locator {
    return this.page.locator('article header h2')
  }

  /** `Not yet sent`, `Sent`, `Needs you`. */
  mark(words: string): Locator {
    return this.page.locator('article header .mark', { hasText: words })
  }

  state(label: string): Locator {
    return this.page.locator('article header .chip', { hasText: label })
  }

  /** What is known of the record's place. */
  get known(): Locator {
    return this.page.locator('article section.known')
  }

  /** The one primary act. */
  get next(): Locator {
    return this.page.locator('article').locator('.do .primary, .next .primary')
  }

  /** Any act, by its words; from the menu unless it is the primary one. */
  async act(label: string): Promise<void> {
    if ((await this.next.textContent().catch(() => '')) === label) return this.next.click()
    await this.page.locator('article').getByRole('button', { name: 'More actions' }).click()
    await this.page.getByRole('menuitem', { name: label }).click()
  }
}
