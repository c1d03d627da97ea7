/** How the tablet behaves, its lock and its people. */
import type { Locator, Page } from 'playwright-core'
import { Entrance } from './entrance'

export class Settings {
  constructor(readonly page: Page) {}

  async choosePin(digits: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Choose a PIN' }).click()
    await new Entrance(this.page).choosePin(digits)
    await this.page.getByText('The PIN is set.').waitFor()
  }

  get lockNow(): Locator {
    return this.page.getByRole('button', { name: 'Lock now' })
  }

  async lock(): Promise<void> {
    await this.lockNow.click()
    await this.page.getByRole('heading', { name: 'The tablet is locked' }).waitFor()
  }

  async logOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Log out' }).click()
    await this.page.getByRole('heading', { name: 'Log in' }).waitFor()
  }

  /** Choose the language of the screens. */
  async speak(lang: string): Promise<void> {
    await this.page.locator('main select').first().selectOption(lang)
    await this.page.locator(`html[lang="${lang}"]`).waitFor()
  }
}
