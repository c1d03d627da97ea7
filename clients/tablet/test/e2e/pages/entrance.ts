/** The screens of somebody who is not in: log-in, lock, preparing a tablet. */
import type { Locator, Page } from 'playwright-core'
import type { Login } from '../stage/server'

export class Entrance {
  constructor(readonly page: Page) {}

  /** Choose the language of the screens. */
  async speak(lang: string): Promise<void> {
    // By way of another: only a choice outweighs what somebody's profile says, and choosing anew what is on is none.
    for (const one of [lang === 'ru' ? 'en' : 'ru', lang]) {
      await this.page.locator('.bare header select').selectOption(one)
      await this.page.locator(`html[lang="${one}"]`).waitFor()
    }
  }

  /** Somebody whom the tablet knows: his button. */
  person(name: string | RegExp): Locator {
    return this.page.getByRole('list', { name: 'People of this tablet' }).getByRole('button', { name })
  }

  /** Name and password; on a tablet that knows people already, as another one. */
  async logIn({ username, password }: Pick<Login, 'username' | 'password'>): Promise<void> {
    const other = this.page.getByRole('button', { name: 'Another person' })
    const name = this.page.getByLabel('User name')
    await other.or(name).first().waitFor()
    if (await other.isVisible()) await other.click()
    await name.fill(username)
    await this.withPassword(password)
  }

  /** The password of somebody chosen before. */
  async withPassword(password: string): Promise<void> {
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.submit()
  }

  async withCode(code: string): Promise<void> {
    await this.page.getByLabel('Start code').fill(code)
    await this.submit()
  }

  /** What the log-in says when it was not let in. */
  get refused(): Locator {
    return this.page.locator('.bare [role=alert]').first()
  }

  /** Try the same once more. */
  async again(): Promise<void> {
    await this.submit()
  }

  private async submit(): Promise<void> {
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click()
  }

  /** Tap the digits, then whatever the key beside the 0 says. */
  async pin(digits: string, label: string | RegExp = 'PIN'): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).waitFor()
    for (const digit of digits) await this.page.getByRole('button', { name: digit, exact: true }).click()
    await this.page.locator('.keys .primary').click()
  }

  async choosePin(digits: string): Promise<void> {
    await this.pin(digits, /^New PIN/)
    await this.pin(digits, 'The PIN again')
  }
}
