import { beforeAll, expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Office } from './stage/office'
import { type Login, Server } from './stage/server'
import { Tablet } from './stage/tablet'

const HOUR = 3_600_000
const PIN = '2580'
let server: Server
let office: Office
let site: string

beforeAll(async () => {
  server = await Server.start(inject('master'))
  office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  site = server.site('CYY')
})

/** A tablet with one ticket taken down offline, whose session ends before it is back. */
async function ended(person: Login, title: string, ago: number): Promise<{ app: App; id: string }> {
  const page = await (await Tablet.open(server)).page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(person, '/', PIN)
  await app.allRead()
  await server.kill()
  const id = await app.makeTicket(title)
  await app.says('Offline · 1 kept here')
  const newest = 'SELECT max(issued_ms) FROM wuye_session'
  server.sql(`UPDATE wuye_session SET expires_ms = ${Date.now() - ago} WHERE issued_ms = (${newest})`)
  await server.up()
  await app.to('/queue')
  await page.getByRole('button', { name: 'Send now' }).click()
  await app.says('Log in again')
  await app.notices.getByText(/^Your log-in has ended\. Your work is kept here\./).waitFor()
  return { app, id }
}

/** By the notice, the person's own button and his password; then a PIN is due again. */
async function logInAgain({ page, notices, pill }: App, person: Login): Promise<void> {
  const entrance = new Entrance(page)
  await notices.getByRole('link', { name: 'Log in' }).click()
  await entrance.person(/./).click()
  await entrance.withPassword(person.password)
  await entrance.choosePin(PIN)
  await pill.waitFor()
}

test('protocol §5 work of a session that ended lately is handed in at once and held; a log-in goes on', async () => {
  const person = server.login('front_desk', 'CYY')
  const { app, id } = await ended(person, 'Lamp after hours', HOUR)
  await app.page.getByText('Held by the server').waitFor()
  expect(await office.titled(site, 'ticket', 'Lamp after hours')).toEqual([])
  await logInAgain(app, person)
  await app.says(/All sent|Need/)
  await app.to('/queue')
  await app.page.getByText('Held by the server').waitFor()
  await app.to(`/record/${site}/ticket/${id}`)
  await app.page.getByRole('heading', { name: /Lamp after hours/ }).waitFor()
})

test('work of a session that ended long ago is kept, and leaves after the log-in', async () => {
  const person = server.login('front_desk', 'CYY', 1)
  const { app, id } = await ended(person, 'Lamp after months', 1_000 * HOUR)
  await app.says('Log in again · 1 kept here')
  await logInAgain(app, person)
  await app.allSent()
  expect((await office.record(site, 'ticket', id)).values.title).toBe('Lamp after months')
})
