import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Settings } from './pages/settings'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

interface Ticket {
  url: string
  people: { user: string; name: string; code: string }[]
}

test('a tablet prepared by the office lets a whole shift in without a network, each by his start code', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const { records } = await office.call<{ records: { id: string; values: { username: string } }[] }>(
    'GET',
    `/sites/${await office.organisation()}/user?limit=200`,
  )
  const shift = [server.login('front_desk', 'CYY'), server.login('front_desk', 'CYY', 1)]
  const people = shift.map(({ username }) => records.find(({ values }) => values.username === username)?.id)
  const ticket = await office.call<Ticket>('POST', '/enrolments', { site, name: 'Desk A', people })

  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  const entrance = new Entrance(page)
  await page.goto(ticket.url)
  await entrance.speak('en')
  expect(page.url()).not.toContain('#')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByText('2 of 2 people prepared').waitFor({ timeout: 90_000 })
  await app.kept()
  await server.kill()
  await tablet.off()
  await tablet.start()

  const basement = await tablet.page()
  const there = new Entrance(basement)
  const below = new App(basement, server)
  for (const { name, code } of ticket.people) {
    await below.open('/login')
    await there.person(name).click()
    await there.withCode(code.toLowerCase())
    await there.choosePin('2580')
    await below.pill.waitFor()
    await below.to('/list/ticket')
    await below.firstRow()
    await below.makeTicket(`Lamp seen by ${name}`)
    await below.says(/^Offline · 1 kept here/)
    await below.to('/settings')
    await new Settings(basement).lock()
  }

  await server.up()
  await there.pin('2580')
  await below.allSent()
  for (const { name } of ticket.people)
    await expect
      .poll(() => office.titled(site, 'ticket', `Lamp seen by ${name}`), { timeout: 60_000 })
      .toHaveLength(1)
})
