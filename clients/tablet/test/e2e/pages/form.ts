/** A form: a new record, a change, or an act with its fields. */
import type { Locator, Page } from 'playwright-core'

export class Form {
  constructor(readonly page: Page) {}

  get draftKept(): Locator {
    return this.page.getByText('Draft kept')
  }

  get draftFound(): Locator {
    return this.page.getByText(/^Found your unfinished entry/)
  }

  field(label: string): Locator {
    // A star behind the words says that it is needed.
    return this.page.locator('form.form').getByLabel(new RegExp(`^${label}( \\*)?$`))
  }

  async type(label: string, text: string): Promise<void> {
    await this.field(label).fill(text)
  }

  /** What opens the sheet of a field that is chosen, not typed. */
  opener(label: string): Locator {
    return this.page.locator('form.form').getByRole('button', { name: new RegExp(`^${label}( \\*)? `) })
  }

  async choose(label: string, choice: string | RegExp): Promise<void> {
    await this.opener(label).click()
    await this.page.getByRole('dialog').getByRole('button', { name: choice }).first().click()
  }

  /** Show the fields behind "more". */
  async more(): Promise<void> {
    await this.page
      .locator('form.form')
      .getByRole('button', { name: /more fields?$/ })
      .click()
  }

  async attach(label: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const field = this.page.locator('form.form [data-field]').filter({ hasText: label })
    await field.getByLabel('Choose files').setInputFiles(file)
    await field.getByText(file.name).waitFor()
  }

  async today(label: string): Promise<void> {
    await this.opener(label).click()
    await this.page.getByRole('dialog').locator('[aria-current=date]').click()
  }

  /** Sign a field: ink across the paper, and the name. */
  async sign(label: string, signer: string): Promise<void> {
    await this.page
      .locator('form.form [data-field]')
      .filter({ hasText: label })
      .getByRole('button', { name: 'Sign', exact: true })
      .click()
    const paper = this.page.getByRole('img', { name: 'Sign here' })
    const { x, y, width, height } = (await paper.boundingBox()) as {
      x: number
      y: number
      width: number
      height: number
    }
    await this.page.mouse.move(x + width * 0.2, y + height * 0.6)
    await this.page.mouse.down()
    for (const [right, down] of [
      [0.4, 0.2],
      [0.5, 0.8],
      [0.7, 0.3],
      [0.8, 0.5],
    ] as const)
      await this.page.mouse.move(x + width * right, y + height * down, { steps: 5 })
    await this.page.mouse.up()
    await this.page.getByLabel('Who signs').fill(signer)
    await this.page.getByRole('button', { name: 'Confirm the signature' }).click()
    await paper.waitFor({ state: 'hidden' })
  }

  /** One of a few choices that lie side by side. */
  async pick(label: string, choice: string): Promise<void> {
    const field = this.page.locator('form.form [data-field]').filter({ hasText: label })
    await field.getByRole('radio', { name: choice }).check()
  }

  /** What is wrong, as told beside a field. */
  flaw(words: string): Locator {
    return this.page.locator('form.form [data-field]').getByText(words)
  }

  /** Leave as one who goes on later. */
  async keepDraft(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Keep the draft' }).click()
  }

  async save(): Promise<void> {
    await this.page.locator('form.form footer button[type=submit]').click()
  }

  /** Save, or do the act; waits until the form is gone. */
  async submit(): Promise<void> {
    await this.save()
    await this.page.locator('form.form').waitFor({ state: 'detached' })
  }
}
