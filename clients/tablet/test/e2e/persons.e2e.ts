import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Form } from './pages/form'
import { Home } from './pages/home'
import { List } from './pages/list'
import { Settings } from './pages/settings'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const PIN = '2580'

test('tablet §1.5: a tab that slept through a change of person shows the next one nothing; what was typed is found by who typed it', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const [li, wu] = [server.login('front_desk', 'CYY'), server.login('technician', 'CYY')]
  const page = await tablet.page()
  const [first, form, home] = [new App(page, server), new Form(page), new Home(page)]
  await first.open()
  await first.logIn(li, '/', PIN)
  await first.allRead()
  await first.to('/new/ticket')
  await form.type('Title', 'Words of Li')
  await form.draftKept.waitFor()

  const next = await tablet.newTab()
  const second = new App(next, server)
  await second.open('/settings')
  await new Settings(next).lockNow.waitFor()
  // The tab falls asleep before the last words have been written down.
  await form.type('Title', 'Words of Li, to the last')
  const wake = await first.sleep()
  await new Settings(next).lock()
  await next.getByRole('link', { name: 'Another person' }).click()
  const name = await new Entrance(next).person(/./).locator('.name').innerText()
  await second.logIn(wu)
  await second.allRead()

  await wake()
  await home.greeting.waitFor()
  await first.to('/new/ticket')
  await form.field('Title').waitFor()
  expect(await form.field('Title').inputValue()).toBe('')
  await form.type('Title', 'Words of Wu')
  await form.draftKept.waitFor()
  await first.to('/')
  await form.keepDraft()
  await home.unfinished.getByText('Words of Wu').waitFor()
  expect(await home.unfinished.count()).toBe(1)

  await next.close()
  await first.to('/login')
  await new Entrance(page).person(name).click()
  await new Entrance(page).pin(PIN)
  await home.unfinished.getByText('Words of Li').click()
  await form.draftFound.waitFor()
  expect(await form.field('Title').inputValue()).toBe('Words of Li, to the last')
})

test('tablet §1.5: what somebody looks for stays in its list for him, and the next one comes upon it by no way back', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server, { width: 800, height: 1280 })
  const [li, wu] = [server.login('front_desk', 'CYY'), server.login('technician', 'CYY')]
  const page = await tablet.page()
  const [app, list] = [new App(page, server), new List(page)]
  await app.open()
  await app.logIn(li, '/', PIN)
  await app.allRead()
  await app.makeTicket('Leak at the Chans')
  for (const screen of ['/list/ticket', '/search']) {
    await app.to(screen)
    await list.search('at the Chans')
    await list.open('Leak at the Chans')
    await page.waitForURL(/\/record\//)
    await page.goBack()
    await list.looksFor('at the Chans')
    await page.reload()
    await list.row('Leak at the Chans').waitFor()
    await list.looksFor('at the Chans')
    expect(await app.history()).not.toContain('Chans')
  }
  await app.to('/list/ticket')
  await list.open('Leak at the Chans')
  await page.getByRole('link', { name: 'Back' }).click()
  await list.looksFor('at the Chans')

  await app.to('/settings')
  await new Settings(page).lock()
  await page.getByRole('link', { name: 'Another person' }).click()
  await app.logIn(wu)
  await app.allRead()
  for (const screen of ['/list/ticket', '/search']) {
    await app.to(screen)
    await list.looksFor('')
  }
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).not.toContain(
    'Chans',
  )
})
