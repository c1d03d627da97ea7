import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

test('on an address that is not secure the app says so plainly and shows the way out', async () => {
  const server = await Server.start(inject('master'), { plain: true })
  const page = await (await Tablet.open(server)).page()
  const app = new App(page, server)
  await app.open()
  expect(await page.evaluate(() => isSecureContext)).toBe(false)
  await page.getByText(/^This address is not secure: no offline work, no camera, no scanner\./).waitFor()
  await page.getByRole('link', { name: 'How to trust this server' }).click()
  await page.waitForURL(/\/trust$/)
})
