/** How many taps the daily acts take, typing not counted (tablet.md §3.3). */
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Camera } from './pages/camera'
import { Form } from './pages/form'
import { Record } from './pages/record'
import { Taps } from './pages/taps'
import { Office } from './stage/office'
import { type Login, Server } from './stage/server'
import { Tablet } from './stage/tablet'

let server: Server

beforeAll(async () => {
  server = await Server.start(inject('master'))
})

async function enter(person: Login): Promise<{ page: Page; app: App; taps: Taps }> {
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(person)
  await app.allRead()
  return { page, app, taps: await Taps.on(page) }
}

/** A new repair from the first screen on: its title may be typed at once. */
async function beginRepair(page: Page, title: string): Promise<Form> {
  const form = new Form(page)
  await page.getByRole('link', { name: 'Repair', exact: true }).click()
  await form.field('Title').and(page.locator(':focus')).waitFor()
  await page.keyboard.type(title)
  return form
}

test('tablet §3.3: new repair at the desk ≤ 6 taps, dispatch 2, repair with photo ≤ 5, owner by phone 1 tap and 4 keys', async () => {
  const { page, app, taps } = await enter(server.login('cs_assistant', 'CYY'))
  const record = new Record(page)

  const form = await beginRepair(page, 'Tap drips in the kitchen')
  await form.opener('Unit').click()
  await page.keyboard.type('01-1-01')
  await page.getByRole('dialog').getByRole('listitem').filter({ hasText: '01-1-0101' }).click()
  await form.field('Call-back phone').click()
  await page.keyboard.type('13800001234')
  await form.submit()
  await record.title.filter({ hasText: 'Tap drips in the kitchen' }).waitFor()
  expect(await taps.since(), 'new repair').toBeLessThanOrEqual(6)

  await record.act('Classify')
  await form.choose('Department', 'Engineering')
  await form.submit()
  await record.state('Classified').waitFor()
  await taps.since()
  await record.next.filter({ hasText: 'Dispatch' }).click()
  await form.submit()
  await record.state('Dispatched').waitFor()
  expect(await taps.since(), 'dispatch').toBeLessThanOrEqual(2)

  await app.to('/')
  await beginRepair(page, 'Glass is cracked')
  await new Camera(page).take(1)
  await form.submit()
  await record.title.filter({ hasText: 'Glass is cracked' }).waitFor()
  expect(await taps.since(), 'repair with photo').toBeLessThanOrEqual(5)

  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const { records } = await office.call<{ records: { values: { phone: string; owner: string } }[] }>(
    'GET',
    `/sites/${server.site('CYY')}/owner.private?limit=1`,
  )
  const known = records[0]?.values as { phone: string; owner: string }
  const owner = await office.record(server.site('CYY'), 'owner', known.owner)
  await page.getByRole('link', { name: 'Search' }).click()
  await page.getByRole('searchbox').and(page.locator(':focus')).waitFor()
  await page.keyboard.type(known.phone.slice(-4))
  await page
    .locator('main')
    .getByRole('link', { name: String(owner.values['name']) })
    .first()
    .waitFor()
  expect(await taps.since(), 'owner by phone').toBe(1)
})

test('tablet §3.3: aired 1 tap', async () => {
  const office = await Office.logIn(server, server.login('broadcast_manager', 'SFM'))
  const site = server.site('SFM')
  const { records } = await office.call<{ records: { id: string }[] }>(
    'GET',
    `/sites/${site}/broadcast.channel?limit=1`,
  )
  const day = new Date().toISOString().slice(0, 10)
  const planned = { channel: records[0]?.id, type: 'music', day, starts: '12:00', minutes: 30 }
  const play = await office.create(site, 'broadcast.play', planned)
  const { page, app, taps } = await enter(server.login('broadcaster', 'SFM'))
  const record = new Record(page)
  await app.to(`/record/${site}/broadcast.play/${play}`)
  await record.state('Planned').waitFor()
  await record.next.filter({ hasText: 'Played' }).click()
  await record.state('Played').waitFor()
  await app.allSent()
  expect(await taps.since()).toBe(1)
  expect((await office.record(site, 'broadcast.play', play)).values).toMatchObject({ status: 'played' })
})
