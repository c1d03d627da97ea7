/** A list of records. */
import type { Locator, Page } from 'playwright-core'

export class List {
  constructor(readonly page: Page) {}

  row(title: string | RegExp): Locator {
    return this.page.locator('main').getByRole('link').filter({ hasText: title }).first()
  }

  async search(text: string): Promise<void> {
    await this.page.locator('main').getByRole('searchbox').fill(text)
  }

  /** Open a record; beside the list where there is room. */
  async open(title: string | RegExp): Promise<void> {
    await this.row(title).click()
  }
}
