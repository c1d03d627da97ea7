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

  /** The one primary act; not every record has one for everybody. */
  get next(): Locator {
    return this.page.locator('article').locator('.do .primary, .next .primary')
  }

  /** Any act, by its words; from the menu unless it is the primary one. */
  async act(label: string): Promise<void> {
    const menu = this.page.locator('article').getByRole('button', { name: 'More actions' })
    await menu.waitFor()
    if ((await this.next.allTextContents()).includes(label)) return this.next.click()
    await menu.click()
    await this.page.getByRole('menuitem', { name: label }).click()
  }
}
