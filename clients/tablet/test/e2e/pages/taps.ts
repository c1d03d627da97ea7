/** Counts what a finger does; typing is not counted (tablet.md §3.3). */
import type { Page } from 'playwright-core'

export class Taps {
  private constructor(private readonly page: Page) {}

  static async on(page: Page): Promise<Taps> {
    await page.evaluate(() => {
      const counter = window as unknown as { taps: number }
      counter.taps = 0
      addEventListener(
        'click',
        (event) => (counter.taps += event.isTrusted && event.detail > 0 ? 1 : 0),
        true,
      )
    })
    return new Taps(page)
  }

  /** How many there have been since this was asked last. */
  async since(): Promise<number> {
    return this.page.evaluate(() => {
      const counter = window as unknown as { taps: number }
      const { taps } = counter
      counter.taps = 0
      return taps
    })
  }
}
