/** A list of records. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export class List {
  constructor(readonly page: Page) {}

  row(title: string | RegExp): Locator {
    return this.page.locator('main').getByRole('link').filter({ hasText: title }).first()
  }

  get box(): Locator {
    return this.page.locator('main').getByRole('searchbox')
  }

  async search(text: string): Promise<void> {
    await this.box.fill(text)
  }

  /** Wait until exactly this is looked for. */
  async looksFor(text: string): Promise<void> {
    await expect.poll(() => this.box.inputValue()).toBe(text)
  }

  /** Open a record; beside the list where there is room. */
  async open(title: string | RegExp): Promise<void> {
    await this.row(title).click()
  }
}
