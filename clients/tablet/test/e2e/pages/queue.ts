/** The outbox: what waits, what was sent. */
import type { Locator, Page } from 'playwright-core'

export class Queue {
  constructor(readonly page: Page) {}

  async send(): Promise<void> {
    await this.page.getByRole('button', { name: 'Send now' }).click()
  }

  /** Turn to what was sent. */
  async done(): Promise<void> {
    await this.page.getByRole('tab', { name: /^Sent/ }).click()
  }

  /** The entry of a record's card with this chip. */
  state(title: string, words: string): Locator {
    return this.page
      .locator('main article')
      .filter({ hasText: title })
      .locator('.chip', { hasText: words })
      .first()
  }
}
