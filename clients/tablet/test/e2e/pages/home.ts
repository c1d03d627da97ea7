/** The first screen: my shift. */
import type { Locator, Page } from 'playwright-core'

export class Home {
  constructor(readonly page: Page) {}

  get greeting(): Locator {
    return this.page.getByText(/^Hello, /)
  }

  /** What was begun and not saved. */
  get unfinished(): Locator {
    return this.page.getByRole('list', { name: 'Unfinished' }).getByRole('link')
  }
}
