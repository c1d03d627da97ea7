import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { List } from './pages/list'
import { Record } from './pages/record'
import { ROOT } from './stage/installation'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('protocol §7: plugins that the app was never built with are listed, entered and acted on, offline', async () => {
  const server = await Server.start(inject('master'), { plugins: join(ROOT, 'clients/tablet/test/e2e/lab') })
  const site = server.site('SFM')
  const person = server.login('front_desk', 'SFM')
  const admin = await Office.logIn(server, server.login('admin'))
  const company = await admin.organisation()
  const { values } = await admin.record(company, 'site', site)
  const on = values['plugins'] as { id: string }[]
  await admin.change(company, 'site', site, { plugins: [...on, { id: 'lab' }] }, { plugins: on })

  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  const form = new Form(page)
  const record = new Record(page)
  await app.open()
  await app.logIn(person)
  await app.allRead()
  await app.kept()
  await tablet.offline(true)

  await page.getByRole('link', { name: 'More' }).click()
  await page.getByRole('link', { name: 'Water samples' }).click()
  await page.getByText('No Water samples yet').waitFor()
  await page.locator('main').getByRole('link', { name: 'New', exact: true }).first().click()
  await form.type('Tap', 'Fountain at the east door')
  await form.pick('Water', 'Hot')
  await form.submit()
  await record.state('Taken').waitFor()
  const sample = page.url().split('/').at(-1) as string
  // Its own rules speak at once: too much of it asks for more.
  await app.to(`/edit/${site}/lab.sample/${sample}`)
  await form.more()
  await form.type('Chlorine', '7')
  await form.field('What now').waitFor()
  await form.save()
  await form.flaw('Say what is done about so much chlorine').waitFor()
  await form.type('What now', 'Rinsed for an hour')
  await form.submit()
  await record.act('Enter the result')
  await form.type('Chlorine', '0.4')
  await form.submit()
  await record.state('Tested').waitFor()
  await app.to('/list/lab.sample')
  await new List(page).row('Fountain at the east door').waitFor()

  await app.to('/new/lostfound.item')
  await form.type('What it is', 'Umbrella')
  await form.choose('Category', /umbrella/i)
  await form.type('Where found', 'Cloakroom')
  await form.today('Found on')
  await form.submit()
  await record.state('Found').waitFor()
  const find = page.url().split('/').at(-1) as string

  await tablet.offline(false)
  await app.allSent()
  const desk = await Office.logIn(server, person)
  const held = await desk.record(site, 'lab.sample', sample)
  expect(held.values).toMatchObject({ water: 'hot', chlorine: '0.4', status: 'tested' })
  expect(held.values['number']).toMatch(/^SY-/)
  expect((await desk.record(site, 'lostfound.item', find)).values).toMatchObject({ name: 'Umbrella' })
})
