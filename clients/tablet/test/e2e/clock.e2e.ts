import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const DAY = 86_400_000

test('a clock that is a day ahead is told, keeps nothing from being sent, and what it dates is marked', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server, { clock: DAY })
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'))
  await app.notices.getByText(/The clock of this tablet is off by/).waitFor()
  const id = await app.makeTicket('Lamp of tomorrow')
  await app.allSent()
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const { entries } = await office.call<{ entries: { clock_suspect?: boolean }[] }>(
    'GET',
    `/history/ticket/${id}?site=${server.site('CYY')}`,
  )
  expect(entries.map(({ clock_suspect }) => clock_suspect)).toContain(true)
})
