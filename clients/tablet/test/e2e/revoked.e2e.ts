import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('a revoked tablet offers what is unsent, erases everything, and says so', async () => {
  const server = await Server.start(inject('master'))
  const office = await Office.logIn(server, server.login('admin'))
  const org = await office.organisation()
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'))
  await app.allRead()
  await app.kept()
  const { devices } = await office.call<{ devices: { id: string; replicas: { app?: string }[] }[] }>(
    'GET',
    '/devices',
  )
  // The only one that has the app; all others are the office's own.
  const device = devices.find(({ replicas }) => replicas.some(({ app }) => app === '0.1.0'))?.id ?? ''
  await tablet.offline(true)
  await app.makeTicket('Lamp on the last day')
  await app.says('Offline · 1 kept here')
  await office.change(org, 'device', device, { revoked: true })
  await tablet.offline(false)

  await page.getByText('The office has erased this tablet.').waitFor({ timeout: 90_000 })
  const left = await page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    likes: Object.keys(localStorage).filter((key) => !key.endsWith('.device')),
  }))
  expect(left).toEqual({ databases: ['wuye:devices'], caches: [], likes: [] })
  expect(await new Entrance(page).person(/./).count()).toBe(0)
  const held = await office.call('GET', `/sites/${server.site('CYY')}/review?limit=200`)
  expect(JSON.stringify(held)).toContain('Lamp on the last day')
})
