import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { beforeAll, expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { attendTo } from './stage/closing'
import { APP } from './stage/installation'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const NEXT = '9.9.9'
const [served, next] = [folder(), folder()]

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wuye-app-'))
  attendTo({ close: async () => rmSync(made, { recursive: true, force: true }) })
  return made
}

beforeAll(async () => {
  cpSync(APP, served, { recursive: true })
  // Every file of it has another name: its version is in their midst.
  const { default: config } = await import('../../vite.config')
  await build({
    ...config,
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'error',
    plugins: (config.plugins ?? [])
      .flat()
      .filter((one) => !(one && 'name' in one && one.name === 'wuye-budget')),
    define: { ...config.define, __APP_VERSION__: JSON.stringify(NEXT) },
    build: { ...config.build, outDir: next },
  })
})

test('a new version waits while a form is dirty, is taken at Home without a word, and loses nothing', async () => {
  const server = await Server.start(inject('master'), { app: served })
  const page = await (await Tablet.open(server)).page()
  const app = new App(page, server)
  const form = new Form(page)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'), '/new/ticket')
  await app.kept()
  await form.type('Title', 'Water in the lift shaft')
  await form.draftKept.waitFor()
  await page.evaluate(() => Object.assign(window, { before: true }))

  cpSync(next, served, { recursive: true })
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one?.update()))
  await page.getByRole('link', { name: 'More' }).getByTitle('A new version is ready.').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await form.field('Title').inputValue()).toBe('Water in the lift shaft')
  // A list is no moment for it either.
  await page.getByRole('link', { name: 'Tickets' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep the draft' }).click()
  await app.firstRow()
  expect(await page.evaluate(() => 'before' in window)).toBe(true)

  await page.getByRole('link', { name: 'My shift' }).click()
  await page.waitForFunction(() => !('before' in window))
  await page.getByRole('list', { name: 'Unfinished' }).getByRole('link').click()
  await form.draftFound.waitFor()
  expect(await form.field('Title').inputValue()).toBe('Water in the lift shaft')
  await form.submit()
  await app.allSent()
  await app.to('/settings')
  await page.getByText(new RegExp(`^${NEXT} / `)).waitFor()
})

test('whoever leaves a dirty form for Home has the new version at once', async () => {
  cpSync(APP, served, { recursive: true })
  const server = await Server.start(inject('master'), { app: served })
  const page = await (await Tablet.open(server)).page()
  const app = new App(page, server)
  const form = new Form(page)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'), '/new/ticket')
  await app.kept()
  await form.type('Title', 'Water in the lift shaft')
  await form.draftKept.waitFor()
  await page.evaluate(() => Object.assign(window, { before: true }))
  cpSync(next, served, { recursive: true })
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one?.update()))
  await page.getByRole('link', { name: 'More' }).getByTitle('A new version is ready.').waitFor()
  await page.getByRole('link', { name: 'My shift' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep the draft' }).click()
  await page.waitForFunction(() => !('before' in window))
  await page.getByRole('list', { name: 'Unfinished' }).getByRole('link').waitFor()
})
