import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Camera } from './pages/camera'
import { Form } from './pages/form'
import { Network } from './stage/network'
import { type Entry, Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const SITE = 'CYY'
const PHOTOGRAPHED = 20
const PHOTOS = 30
const TOLD = 90
const NOTED = 90

const many = (count: number, text: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => text(n + 1))
const photos = (n: number): number => (n <= PHOTOS - PHOTOGRAPHED ? 2 : 1)

test('8 hours of work offline, 200 ops and 30 photos, the server killed and the tablet too: everything arrives once', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site(SITE)
  const person = server.login('front_desk', SITE)
  const office = await Office.logIn(server, server.login('cs_manager', SITE))
  const tablet = await Tablet.open(server)
  let page = await tablet.page()
  let app = new App(page, server)
  await app.open()
  await app.logIn(person)
  await app.allRead()
  await app.kept()
  const { id: user } = (
    await (await Office.logIn(server, person)).call<{ user: { id: string } }>('GET', '/manifest')
  ).user
  const before = new Set((await office.ledger(site, { user })).map(({ id }) => id))
  await server.kill()

  const camera = new Camera(page)
  const form = new Form(page)
  for (let n = 1; n <= PHOTOGRAPHED; n++) {
    await app.to('/new/ticket?kind=repair')
    await form.type('Title', `Photographed ${n}`)
    await camera.take(photos(n))
    await form.submit()
  }
  const ticket = page.url().split('/').at(-1) as string
  await app.fillMany(
    '/new/ticket?kind=repair',
    'title',
    many(TOLD, (n) => `Told ${n}`),
  )
  await app.says(`Offline · ${PHOTOGRAPHED + TOLD + PHOTOS} kept here`)

  // The server comes back for a moment, and goes in the middle of it.
  const sent: string[] = []
  const listen = (): void => {
    const network = new Network(page.context(), server)
    network.watch('POST', /\/sync$/, (request) => {
      if ((request.postDataBuffer()?.length ?? 0) > 4096) sent.push('texts')
    })
    network.watch('PUT', /\/blobs\//, (request) =>
      sent.push(request.headers()['content-range']?.split('/')[1] ?? ''),
    )
  }
  listen()
  await server.up()
  await app.to('/queue')
  await page.getByRole('button', { name: 'Send now' }).click()
  await expect.poll(() => sent.length, { timeout: 60_000 }).toBeGreaterThan(0)
  await server.kill()
  await app.fillMany(
    `/new/ticket.event?ticket=${ticket}&site=${site}`,
    'text',
    many(NOTED, (n) => `Noted ${n}`),
  )
  await app.says(/^Offline/)

  // The tablet is switched off in the middle of the upload.
  sent.length = 0
  await server.up()
  await app.to('/queue')
  await page.getByRole('button', { name: 'Send now' }).click()
  await expect
    .poll(() => sent.filter((what) => what !== 'texts').length, { timeout: 90_000 })
    .toBeGreaterThan(PHOTOS / 3)
  await tablet.off()
  await tablet.start()
  page = await tablet.page()
  app = new App(page, server)
  listen()
  await app.open('/queue')
  await app.allSent()

  // All ops, each once, each applied.
  const mine = (await office.ledger(site, { user })).filter(({ id }) => !before.has(id))
  expect(new Set(mine.map(({ status }: Entry) => status))).toEqual(new Set(['applied']))
  expect(new Set(mine.map(({ id }) => id)).size).toBe(mine.length)
  expect(mine).toHaveLength(PHOTOGRAPHED + TOLD + NOTED)
  const tickets = (await office.all(site, 'ticket')).filter(({ values }) => values['created_by'] === user)
  const titles = tickets.map(({ values }) => String(values['title']))
  for (const title of [...many(PHOTOGRAPHED, (n) => `Photographed ${n}`), ...many(TOLD, (n) => `Told ${n}`)])
    expect(
      titles.filter((each) => each === title),
      title,
    ).toHaveLength(1)
  const notes = (await office.all(site, 'ticket.event')).map(({ values }) => values['text'])
  for (const text of many(NOTED, (n) => `Noted ${n}`))
    expect(
      notes.filter((each) => each === text),
      text,
    ).toHaveLength(1)

  // All photos, whole, with their thumbnails; texts before photos, thumbnails before originals.
  const named = tickets.flatMap(
    ({ values }) => (values['photos'] ?? []) as { sha256: string; role?: string; size: number }[],
  )
  const originals = named.filter(({ role }) => !role?.startsWith('thumb:'))
  expect(originals).toHaveLength(PHOTOS)
  const all = [...new Set(named.map(({ sha256 }) => sha256))]
  expect(new Set(await office.stored(...all))).toEqual(new Set(all))
  const small = new Set(
    named.filter(({ role }) => role?.startsWith('thumb:')).map(({ size }) => String(size)),
  )
  const files = sent.filter((what) => what !== 'texts')
  expect(sent.lastIndexOf('texts')).toBeLessThan(sent.findIndex((what) => what !== 'texts'))
  expect(files.findLastIndex((bytes) => small.has(bytes))).toBeLessThan(
    files.findIndex((bytes) => !small.has(bytes)),
  )
}, 300_000)
