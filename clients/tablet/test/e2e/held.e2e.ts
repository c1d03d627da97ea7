import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { Queue } from './pages/queue'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('a plugin switched off with work pending: held, shown plainly, nothing lost, applied when it is on again', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('SFM')
  const admin = await Office.logIn(server, server.login('admin'))
  const company = await admin.organisation()
  const { values } = await admin.record(company, 'site', site)
  const on = values['plugins'] as { id: string }[]
  const off = on.filter(({ id }) => id !== 'lostfound')

  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  const app = new App(page, server)
  const queue = new Queue(page)
  await app.open()
  await app.logIn(server.login('lostfound_keeper', 'SFM'))
  await app.allRead()
  await app.kept()
  await tablet.offline(true)
  await app.to('/new/lostfound.item')
  const form = new Form(page)
  await form.type('What it is', 'Black rucksack')
  await form.choose('Category', /bag/i)
  await form.type('Where found', 'Escalator, second floor')
  await form.today('Found on')
  await form.submit()
  await page.waitForURL(/\/record\//)
  const id = page.url().split('/').at(-1) as string
  await app.says('Offline · 1 kept here')

  await admin.change(company, 'site', site, { plugins: off }, { plugins: on })
  await tablet.offline(false)
  await app.to('/queue')
  await queue.send()
  await queue.state('Black rucksack', 'Held by the server').waitFor()
  await expect(admin.record(site, 'lostfound.item', id)).rejects.toThrow()
  await page.reload()
  await queue.state('Black rucksack', 'Held by the server').waitFor()

  await admin.change(company, 'site', site, { plugins: on }, { plugins: off })
  await queue.send()
  await queue.done()
  await queue.state('Black rucksack', 'Sent').waitFor()
  await app.allSent()
  expect((await admin.record(site, 'lostfound.item', id)).values).toMatchObject({ name: 'Black rucksack' })
  await app.to(`/record/${site}/lostfound.item/${id}`)
  await page.getByRole('heading', { name: /SW-\d{4}-\d+ .*Black rucksack/ }).waitFor()
})
