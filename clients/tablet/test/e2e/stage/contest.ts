/** Two people who change the same words of one record, one of them without a network. */
import type { App } from '../pages/app'
import type { Office } from './office'
import type { Tablet } from './tablet'

/** Leaves the tablet with a case to review, and the id of the record. */
export async function contest(
  app: App,
  tablet: Tablet,
  office: Office,
  site: string,
  words: [string, string, string],
): Promise<string> {
  const [first, mine, theirs] = words
  const title = app.page.locator('form.form [data-field="title"] input')
  const save = async (text: string): Promise<void> => {
    await title.fill(text)
    await app.page.locator('form.form footer button[type=submit]').click()
    await app.page.waitForURL(/\/record\//)
  }
  await app.to('/new/ticket')
  await save(first)
  const id = app.page.url().split('/').at(-1) as string
  const sent = async (): Promise<boolean> =>
    office.record(site, 'ticket', id).then(
      () => true,
      () => false,
    )
  while (!(await sent())) await app.page.waitForTimeout(250)
  await tablet.offline(true)
  await app.to(`/edit/${site}/ticket/${id}`)
  await save(mine)
  await office.change(site, 'ticket', id, { title: theirs }, { title: first })
  await tablet.offline(false)
  await app.page.locator('.pill.warn[href="/review"]').waitFor({ timeout: 60_000 })
  return id
}
