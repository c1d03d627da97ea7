import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Camera } from './pages/camera'
import { Form } from './pages/form'
import { Record } from './pages/record'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('offline, a technician sees on his ticket what the last man knew: notes and photos of the unit, repairs there', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const person = server.login('technician', 'CYY')
  const office = await Office.logIn(server, server.login('cs_supervisor', 'CYY'))
  const { records: tickets } = await office.call<{
    records: { id: string; values: { unit?: string; title: string } }[]
  }>('GET', `/sites/${site}/ticket?limit=50`)
  const before = tickets.find(({ values }) => values.unit)
  const unit = before?.values.unit as string
  const { user } = await (await Office.logIn(server, person)).call<{ user: { id: string } }>(
    'GET',
    '/manifest',
  )
  const own = { kind: 'repair', channel: 'phone', unit, assignee: user.id, priority: 'emergency' }
  const ticket = await office.create(site, 'ticket', { ...own, title: 'Water again' })

  const desk = await Tablet.open(server, { touch: false })
  let page = await desk.page()
  let app = new App(page, server)
  await app.open()
  await app.logIn(server.login('cs_supervisor', 'CYY'))
  await app.allRead()
  await app.to(`/edit/${site}/unit/${unit}`)
  const form = new Form(page)
  await form.type('Note', 'The stop-cock is behind the left-hand cupboard')
  await new Camera(page).take(2)
  await form.submit()
  // Somebody else's reviews wait for her; nothing of hers waits to be sent.
  await app.says(/^(All sent|Needs? you)/)
  await desk.close()

  const tablet = await Tablet.open(server)
  page = await tablet.page()
  app = new App(page, server)
  let fetched = 0
  page.context().on('requestfinished', (request) => {
    if (request.method() === 'GET' && request.url().includes('/api/v1/blobs/')) fetched++
  })
  await app.open()
  await app.logIn(person)
  await app.allRead()
  await expect.poll(() => fetched, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
  await server.kill()
  await app.to(`/record/${site}/ticket/${ticket}`)
  await new Record(page).title.filter({ hasText: 'Water again' }).waitFor()
  const known = new Record(page).known
  await known.getByText('The stop-cock is behind the left-hand cupboard').waitFor()
  await known.locator('img').nth(1).waitFor()
  const drawn = await known
    .locator('img')
    .evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth))
  expect(drawn).toEqual([expect.any(Number), expect.any(Number)])
  expect(Math.min(...drawn)).toBeGreaterThan(100)
  await known
    .getByRole('link', { name: before?.values.title as string })
    .first()
    .waitFor()
})
