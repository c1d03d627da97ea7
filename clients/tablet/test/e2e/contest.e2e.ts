import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { Record } from './pages/record'
import { Reviews } from './pages/reviews'
import { Office } from './stage/office'
import { type Login, Server } from './stage/server'
import { Tablet } from './stage/tablet'

const AT_THE_DESK = 'Water comes through the ceiling of the bathroom'
const OF_THE_FIRST = 'Water comes from the flat above'
const OF_THE_SECOND = 'Water comes from the roof'

interface Worker {
  name: string
  tablet: Tablet
  app: App
  record: Record
  reviews: Reviews
}

test('two tablets and a desk contest a ticket; each author sees his card; a supervisor settles it and the others learn', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const { user: manager } = await office.call<{ user: { name: string } }>('GET', '/manifest')
  const made = { kind: 'repair', channel: 'phone', title: 'Water in the bathroom', priority: 'normal' }
  const id = await office.create(site, 'ticket', made)
  const ticket = `${site}/ticket/${id}`

  async function enter(person: Login, tablet: Tablet): Promise<Worker> {
    const page = await tablet.page()
    const app = new App(page, server)
    await app.open()
    await app.logIn(person)
    await app.allRead()
    await app.kept()
    const name = (
      await (await Office.logIn(server, person)).call<{ user: { name: string } }>('GET', '/manifest')
    ).user.name
    return { name, tablet, app, record: new Record(page), reviews: new Reviews(page) }
  }
  async function rename(worker: Worker, title: string): Promise<void> {
    await worker.tablet.offline(true)
    await worker.app.to(`/edit/${ticket}`)
    const form = new Form(worker.app.page)
    await form.type('Title', title)
    await form.submit()
    await worker.app.says('Offline · 1 kept here')
  }
  const first = await enter(
    server.login('front_desk', 'CYY', 0),
    await Tablet.open(server, { width: 800, height: 1280 }),
  )
  const second = await enter(
    server.login('front_desk', 'CYY', 1),
    await Tablet.open(server, { width: 800, height: 1280 }),
  )
  await rename(first, OF_THE_FIRST)
  await rename(second, OF_THE_SECOND)
  await office.change(site, 'ticket', id, { title: AT_THE_DESK }, { title: made.title })

  for (const [worker, mine] of [
    [first, OF_THE_FIRST],
    [second, OF_THE_SECOND],
  ] as const) {
    await worker.tablet.offline(false)
    await worker.app.says('Needs you: 1')
    await worker.app.pill.click()
    await worker.reviews.row('Title').waitFor()
    expect(await worker.reviews.cells('Title')).toEqual([
      mine,
      expect.stringMatching(new RegExp(`${AT_THE_DESK}[^]*stands now[^]*${manager.name}, .*\\d\\d:\\d\\d`)),
    ])
    await worker.reviews.supervisorSees.waitFor()
  }
  // Whoever has read it need not see it again; the case waits for the supervisor all the same.
  await first.reviews.putAway()
  await first.app.says('All sent')
  await second.tablet.off()

  const supervisor = await enter(
    server.login('cs_supervisor', 'CYY'),
    await Tablet.open(server, { width: 1280, height: 800, touch: false }),
  )
  const inbox = supervisor.reviews
  await supervisor.app.page
    .getByRole('navigation')
    .getByRole('link', { name: /^Conflict inbox/ })
    .click()
  await inbox.use(first.name)
  await inbox.leave(second.name)
  await expect.poll(async () => (await office.record(site, 'ticket', id)).values['title']).toBe(OF_THE_FIRST)

  await first.app.says('All sent')
  await first.app.to(`/record/${ticket}`)
  await first.record.title.filter({ hasText: OF_THE_FIRST }).waitFor()
  await second.tablet.start()
  const page = await second.tablet.page()
  const again = new App(page, server)
  await again.open(`/record/${ticket}`)
  await new Record(page).title.filter({ hasText: OF_THE_FIRST }).waitFor()
  await again.says('All sent')
}, 300_000)
