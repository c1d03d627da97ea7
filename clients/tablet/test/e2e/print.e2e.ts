/** Prints made by the tablet alone, without a server (tablet.md §2.5). */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { Form } from './pages/form'
import { Record as RecordPage } from './pages/record'
import { Settings } from './pages/settings'
import { ROOT } from './stage/installation'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { Tablet } from './stage/tablet'

const LANGUAGES = ['zh-Hant', 'ru'] as const
const PARTS = ['finance', 'engineering', 'service', 'owner']
const SIGNER = '王淑芬'

const texts = (lang: string): Record<string, string> =>
  JSON.parse(readFileSync(join(ROOT, `core/wuye/builtin/locales/${lang}.json`), 'utf8'))

/** What the browser would put on paper: the text of each page, and how many pictures there are. */
async function printed(page: Page): Promise<{ pages: string[]; pictures: number }> {
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  const run = (tool: string, ...args: string[]): string =>
    execFileSync(tool, args, { input: pdf, encoding: 'utf8', maxBuffer: 1 << 26 })
  // Fonts name some Han glyphs by their radicals.
  const text = run('pdftotext', '-layout', '-', '-').normalize('NFKC')
  const pictures = run('pdfimages', '-list', '-')
    .split('\n')
    .filter((line) => / image /.test(line)).length
  return { pages: text.split('\f').slice(0, -1), pictures }
}

/** Wait until the ink is there, in each part. */
async function signed(page: Page, parts: number): Promise<void> {
  await page.waitForFunction((count) => {
    const ink = [...document.querySelectorAll<HTMLImageElement>('.paper .sign img')]
    return ink.length === count && ink.every((image) => image.naturalWidth > 0)
  }, parts)
}

test('tablet §2.5: work order in four parts, ticket and list print offline in zh-Hant and ru, with the signature', async () => {
  const server = await Server.start(inject('master'))
  const site = server.site('CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const title = 'Лифт 電梯停了'
  const ticket = await office.create(site, 'ticket', {
    kind: 'repair',
    channel: 'phone',
    priority: 'urgent',
    title,
  })
  await office.act(site, 'ticket', ticket, 'dispatch', { department: 'engineering' })
  await office.act(site, 'ticket', ticket, 'accept')

  const tablet = await Tablet.open(server, { width: 800, height: 1280 })
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  await app.logIn(server.login('front_desk', 'CYY'))
  await app.allRead()
  await app.kept()
  await server.kill()
  await app.to(`/record/${site}/ticket/${ticket}`)
  await new RecordPage(page).act('Finish')
  const form = new Form(page)
  await form.type('Result', 'Предохранитель заменён')
  await form.sign('Signature', SIGNER)
  await form.submit()
  await new RecordPage(page).state('Done').waitFor()

  for (const lang of LANGUAGES) {
    const said = texts(lang)
    await app.to('/settings')
    await new Settings(page).speak(lang)

    await app.to(`/print/${site}/ticket/${ticket}/ticket.order`)
    await signed(page, PARTS.length)
    const order = await printed(page)
    expect(order.pages).toHaveLength(PARTS.length)
    for (const [index, part] of PARTS.entries()) {
      expect(order.pages[index]).toContain(said['print.ticket.order'])
      expect(order.pages[index]).toContain(said[`print.ticket.order.${part}`])
      expect(order.pages[index]).toContain('電梯停了')
      expect(order.pages[index]).toContain('Лифт')
      expect(order.pages[index]).toContain(SIGNER)
    }
    expect(order.pictures).toBeGreaterThanOrEqual(PARTS.length)

    await app.to(`/print/${site}/ticket/${ticket}/ticket.sheet`)
    await page.locator('.paper .title', { hasText: said['print.ticket.sheet'] as string }).waitFor()
    await signed(page, 1)
    const sheet = await printed(page)
    expect(sheet.pages.join()).toContain(said['print.ticket.sheet'])
    expect(sheet.pages.join()).toContain('Предохранитель заменён')
    expect(sheet.pages.join()).toContain(SIGNER)
    expect(sheet.pictures).toBeGreaterThanOrEqual(1)

    await app.to('/print/ticket?f.status=done')
    await page.locator('.paper .title', { hasText: said['ticket.plural'] as string }).waitFor()
    // `page.pdf` may catch the frame before; the print button waits for fonts and pictures, this does not.
    let list = await printed(page)
    const first = async (): Promise<string | undefined> => {
      list = await printed(page)
      return list.pages[0]
    }
    await expect.poll(first, { timeout: 30_000 }).toContain(said['ticket.plural'])
    expect(list.pages.join()).toContain('電梯停了')
    expect(list.pages.length).toBeLessThan(30)
  }
})
