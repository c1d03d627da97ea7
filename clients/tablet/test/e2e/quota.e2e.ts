import { beforeAll, expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

let server: Server
beforeAll(async () => {
  server = await Server.start(inject('master'))
})

const used = (app: App): Promise<number> =>
  app.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)

test('almost full: photos are stopped, texts are still kept and sent, and both are said', async () => {
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'))
  await app.allRead()
  await tablet.quota(Math.ceil((await used(app)) / 0.93), page)
  await app.reload('/')
  await app.notices.getByText('Almost no room: photos are stopped, texts are still kept.').waitFor()

  const id = await app.makeTicket('Lamp in the garage')
  await app.to(`/edit/${server.site('CYY')}/ticket/${id}`)
  await page.getByRole('button', { name: /more field/ }).click()
  await page
    .getByText(/no photos for now, records can still be saved/)
    .first()
    .waitFor()
  for (const button of await page.getByRole('button', { name: 'Take a photo' }).all())
    expect(await button.isDisabled()).toBe(true)
  await app.to(`/record/${server.site('CYY')}/ticket/${id}`)
  await page.getByText('Sent', { exact: true }).first().waitFor()
})
