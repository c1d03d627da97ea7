/** Cards of what was not applied as asked: the author's own, or a supervisor's inbox. */
import type { Locator, Page } from 'playwright-core'

export class Reviews {
  constructor(readonly page: Page) {}

  get supervisorSees(): Locator {
    return this.page.getByText('Your supervisor sees this card too, and decides.')
  }

  /** As its author: put the one card away, and look at what was put away. */
  async putAway(): Promise<void> {
    await this.page.getByRole('button', { name: 'I have read it' }).click()
    await this.page.getByText('Nothing to review.').waitFor()
    await this.page.getByRole('button', { name: 'Put away: 1' }).click()
    await this.page.locator('main article').getByRole('button', { name: 'Show again' }).waitFor()
  }

  /** The line of a field, on the one card that there is. */
  row(label: string): Locator {
    return this.page
      .locator('main article tbody tr')
      .filter({ has: this.page.getByRole('rowheader', { name: label }) })
  }

  /** Mine and the server's, with who and when. */
  async cells(label: string): Promise<string[]> {
    return (await this.row(label).locator('td').allInnerTexts()).map((text) => text.trim())
  }

  /** Take what this person wanted. */
  async use(author: string): Promise<void> {
    await this.answer(author, `Use ${author}’s`)
  }

  /** Leave what stands instead of what this person wanted. */
  async leave(author: string): Promise<void> {
    await this.answer(author, 'Leave it')
  }

  private async answer(author: string, name: string): Promise<void> {
    const card = this.page.locator('main article').filter({ hasText: `Change by ${author}` })
    await card.getByRole('button', { name }).click()
    await card.waitFor({ state: 'detached' })
  }
}
