import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('of several tabs one leads, all see every change, and when the leader closes another leads', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const first = new App(await tablet.page(), server)
  await first.open()
  await first.logIn(server.login('front_desk', 'CYY'), '/list/ticket')
  await first.allRead()
  const second = new App(await tablet.newTab(), server)
  await second.open('/list/ticket')
  await second.firstRow()

  const leaders = (): Promise<number> =>
    second.page.evaluate(
      async () =>
        (await navigator.locks.query()).held?.filter(({ name }) => name === 'wuye:leader').length ?? 0,
    )
  expect(await leaders()).toBe(1)
  await second.makeTicket('Lamp from the second tab')
  await first.page.getByText('Lamp from the second tab').waitFor()
  await first.allSent()
  await second.allSent()

  await first.page.close()
  await second.makeTicket('Lamp after the first tab')
  await second.allSent()
  expect(await leaders()).toBe(1)
})
