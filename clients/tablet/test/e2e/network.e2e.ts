import { createHash, randomBytes } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Form } from './pages/form'
import { Network } from './stage/network'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const SYNC = /\/api\/v1\/sync$/
const BLOBS = /\/api\/v1\/blobs\/[0-9a-f]{64}$/

test('the network breaks in the middle of log-in, manifest, first sync, push and photo: afterwards all is there once', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const person = server.login('front_desk', 'CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const network = new Network(page.context(), server)
  const app = new App(page, server)
  const entrance = new Entrance(page)
  await app.open()
  await entrance.speak('en')

  // Log-in: the second time the server has it, and only its answer is lost.
  const session = await network.drop('POST', /\/session$/, 'on the way', 'on the way back')
  const manifest = await network.drop('GET', /\/manifest$/, 'on the way', 'on the way back')
  const first = await network.drop('POST', SYNC, 'on the way', 'on the way back')
  await entrance.logIn(person)
  for (let tries = 0; tries < 2; tries++) {
    await entrance.refused.waitFor()
    await entrance.again()
  }
  await app.pill.waitFor()
  await app.allRead()
  expect(await Promise.all([session.done, manifest.done, first.done])).toEqual([[200], [200], [200]])
  await app.allSent()
  const all = await office.all(site, 'ticket')
  await app.to('/list/ticket')
  await app.total(all.length).waitFor()

  // Push.
  const push = await network.drop('POST', SYNC, 'on the way back', 'on the way', 'on the way back')
  const id = await app.makeTicket('Lamp behind a bad line')
  expect(await push.done).toEqual([200, 200])
  await app.allSent()
  expect(await office.titled(site, 'ticket', 'Lamp behind a bad line')).toHaveLength(1)
  expect((await office.ledger(site, { record: id })).filter(({ kind }) => kind === 'create')).toHaveLength(1)

  // A file of six chunks.
  const began: number[] = []
  network.watch('PUT', BLOBS, (request) =>
    began.push(Number(/bytes (\d+)-/.exec(request.headers()['content-range'] ?? '')?.[1])),
  )
  await app.to(`/edit/${site}/ticket/${id}`)
  const chunk = await network.drop('PUT', BLOBS, 'on the way')
  const form = new Form(page)
  const file = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(5 * 256 * 1024)])
  await form.more()
  await form.attach('Photos', { name: 'plan.pdf', mimeType: 'application/pdf', buffer: file })
  await form.submit()
  await chunk.done
  // And once more in the middle of it, with the server.
  await expect.poll(() => began.length, { timeout: 60_000, interval: 10 }).toBeGreaterThanOrEqual(4)
  await server.kill()
  await server.up()
  await app.allSent()
  const sha256 = createHash('sha256').update(file).digest('hex')
  expect(await office.stored(sha256)).toEqual([sha256])
  // What had arrived was not sent again from the beginning.
  expect(began.filter((from) => from === 0).length).toBeLessThanOrEqual(2)
  expect([...began].sort((a, b) => a - b)).toEqual(began)
  expect((await office.record(site, 'ticket', id)).values['photos']).toMatchObject([
    { sha256, name: 'plan.pdf' },
  ])
}, 300_000)
