/** The viewfinder of a form. */
import type { Page } from 'playwright-core'

export class Camera {
  constructor(readonly page: Page) {}

  /** Take photos in one series, from the button of the form that is open to its return. */
  async take(count: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Take photos' }).click()
    for (let n = 1; n <= count; n++) {
      if (n > 1) await this.nextPictures()
      await this.page.getByRole('button', { name: 'Shoot' }).click()
      await this.page.getByRole('button', { name: `Remove photo ${n}` }).waitFor()
    }
    await this.page.getByRole('button', { name: 'Done', exact: true }).click()
  }

  /** Wait until the viewfinder shows something else: the same picture twice is one photo. */
  private async nextPictures(): Promise<void> {
    await this.page.locator('video').evaluate(async (video: HTMLVideoElement) => {
      for (let frames = 0; frames < 3; frames++)
        await new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()))
    })
  }
}
