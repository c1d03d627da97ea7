import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Entrance } from './pages/entrance'
import { Form } from './pages/form'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const PIN = '2580'

test('a tab that slept through a change of person shows the next one nothing, and keeps what was typed for who typed it', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const [li, wu] = [server.login('front_desk', 'CYY'), server.login('technician', 'CYY')]
  const page = await tablet.page()
  const first = new App(page, server)
  await first.open()
  await first.logIn(li, '/', PIN)
  await first.allRead()
  await first.to('/new/ticket')
  await new Form(page).type('Title', 'Words of the first')
  await new Form(page).draftKept.waitFor()

  const second = new App(await tablet.newTab(), server)
  await second.open('/settings')
  const lockNow = second.page.getByRole('button', { name: 'Lock now' })
  await lockNow.waitFor()
  // The last words, and the tab falls asleep before its draft is written.
  await page.bringToFront()
  await new Form(page).type('Title', 'Words of the first, to the last')
  const sleep = await page.context().newCDPSession(page)
  await sleep.send('Page.setWebLifecycleState', { state: 'frozen' })
  await second.page.bringToFront()
  await lockNow.click()
  await second.page.getByRole('heading', { name: 'The tablet is locked' }).waitFor()
  await second.page
    .getByRole('link', { name: 'Another person' })
    .or(second.page.getByRole('button', { name: 'Another person' }))
    .click()
  const name = await new Entrance(second.page).person(/./).locator('.name').innerText()
  await second.logIn(wu, '/')
  await second.allRead()

  await sleep.send('Page.setWebLifecycleState', { state: 'active' })
  await page.bringToFront()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await page.locator('body').innerText()).not.toContain('Words of the first')
  await first.to('/new/ticket')
  await new Form(page).field('Title').waitFor()
  expect(await new Form(page).field('Title').inputValue()).toBe('')

  await second.page.close()
  await first.to('/login')
  await new Entrance(page).person(name).click()
  await new Entrance(page).pin(PIN)
  await first.pill.waitFor()
  await first.to('/new/ticket')
  await new Form(page).draftFound.waitFor()
  expect(await new Form(page).field('Title').inputValue()).toBe('Words of the first, to the last')
})
