import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { List } from './pages/list'
import { Record } from './pages/record'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('from log-in to a ticket that is taken down, classified and at the server', async () => {
  const server = await Server.start(inject('master'))
  const page = await (await Tablet.open(server)).page()
  const app = new App(page, server)
  const record = new Record(page)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'), '/list/ticket', '2580')
  await app.firstRow()
  await new List(page).open(/BX-2026/)
  await record.title.waitFor()

  await app.to('/')
  await page.getByRole('link', { name: 'Repair', exact: true }).click()
  const form = new Form(page)
  await form.type('Title', 'Lamp in the corridor')
  await form.submit()
  await record.state('Received').waitFor()
  const id = page.url().split('/').at(-1) as string

  await record.act('Classify')
  await form.submit()
  await record.state('Classified').waitFor()
  await app.allSent()
  await record.mark('Sent').waitFor()

  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const { values } = await office.record(server.site('CYY'), 'ticket', id)
  expect(values).toMatchObject({ title: 'Lamp in the corridor', kind: 'repair', status: 'triaged' })
})
