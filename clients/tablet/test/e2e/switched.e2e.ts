import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Form } from './pages/form'
import { Settings } from './pages/settings'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('the unsent work of the last man leaves while the next is logged in, who sees nothing of it', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const [last, next] = [server.login('technician', 'CYY'), server.login('finance', 'CYY')]
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  const entrance = new Entrance(page)
  const settings = new Settings(page)
  await app.open()
  await app.logIn(next, '/settings', '2580')
  await app.allRead()
  await settings.lock()
  await page.getByRole('link', { name: 'Another person' }).click()
  await entrance.logIn(last)
  await app.pill.waitFor()
  await app.to('/settings')
  await settings.choosePin('1379')
  await app.allRead()

  await tablet.offline(true)
  const id = await app.makeTicket('Lamp of the last man')
  await app.to('/new/ticket')
  await new Form(page).type('Title', 'Half a sentence')
  await new Form(page).draftKept.waitFor()
  await app.to('/settings')
  await page.getByRole('button', { name: 'Keep the draft' }).click()
  await settings.lock()
  await page.getByRole('link', { name: 'Another person' }).click()
  await page.getByText('1 not sent yet').waitFor()

  const [mine] = await page
    .getByRole('list', { name: 'People of this tablet' })
    .getByRole('button')
    .filter({ hasNotText: 'not sent' })
    .all()
  await mine?.click()
  await entrance.pin('2580')
  await app.pill.waitFor()

  await app.to('/queue')
  await page.getByText('All is sent.').waitFor()
  await app.to('/')
  expect(await page.getByRole('list', { name: 'Unfinished' }).count()).toBe(0)
  await tablet.offline(false)
  await expect
    .poll(() => office.titled(site, 'ticket', 'Lamp of the last man'), { timeout: 60_000 })
    .toHaveLength(1)

  // The last man has forgotten his PIN, and finds his draft behind his password.
  await app.to('/settings')
  await settings.lock()
  await page.getByRole('link', { name: 'Another person' }).click()
  await entrance.logIn(last)
  await entrance.choosePin('9173')
  await app.allSent()
  await app.to('/')
  await page.getByRole('list', { name: 'Unfinished' }).getByText('Half a sentence').waitFor()
  await app.to(`/record/${site}/ticket/${id}`)
  await page.getByRole('heading', { name: /Lamp of the last man/ }).waitFor()
})
