import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Settings } from './pages/settings'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const PIN = '2580'

test('from a cold start without a server the PIN opens, the list is usable, and what is saved survives a restart', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  let page = await tablet.page()
  let app = new App(page, server)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'), '/settings', PIN)
  await app.allRead()
  await app.kept()
  await new Settings(page).lock()
  await server.kill()

  const restart = async (): Promise<void> => {
    await tablet.off()
    await tablet.start()
    page = await tablet.page()
    app = new App(page, server)
    await app.open('/list/ticket')
  }
  await restart()
  await new Entrance(page).pin(PIN)
  await app.firstRow()
  expect(await app.rows.count()).toBeGreaterThan(10)
  await app.says(/^Offline/)
  const id = await app.makeTicket('Lamp in the cellar')
  await app.says('Offline · 1 kept here')

  await restart()
  await app.says('Offline · 1 kept here')
  await app.open(`/record/${server.site('CYY')}/ticket/${id}`)
  await page.getByRole('heading', { name: /Lamp in the cellar/ }).waitFor()

  await server.up()
  await app.to('/queue')
  await page.getByRole('button', { name: 'Send now' }).click()
  await app.allSent()
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  expect((await office.record(server.site('CYY'), 'ticket', id)).values.title).toBe('Lamp in the cellar')
  expect(await office.titled(server.site('CYY'), 'ticket', 'Lamp in the cellar')).toHaveLength(1)
})
