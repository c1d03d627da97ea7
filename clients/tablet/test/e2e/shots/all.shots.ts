/** Pictures of every screen, to be looked at. `SHOTS` narrows them: `SHOTS=mall npm run shots`. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { App } from '../pages/app'
import { type Likes, like, settled } from '../pages/looks'
import { at, doors, fieldScreens, fullest, leave, officeScreens, type Screen } from '../pages/screens'
import { contest } from '../stage/contest'
import { Office } from '../stage/office'
import { Server } from '../stage/server'
import { type Look, Tablet } from '../stage/tablet'

const OUT = fileURLToPath(new URL('../../../shots/', import.meta.url))
const SIZES = { broad: [1280, 800], upright: [800, 1280], phone: [360, 640], desk: [1440, 900] } as const
type Size = keyof typeof SIZES
const ZH: Likes = { lang: 'zh-Hant', theme: 'light' }
const RU: Likes = { lang: 'ru', theme: 'light' }
const BOTH = [ZH, RU]
/** What a ticket was called first, by the tablet, and by the office. */
const CONTESTED: [string, string, string] = [
  '3 號樓大堂玻璃門關不嚴',
  '3 號樓大堂玻璃門關不嚴，有風聲',
  '3 號樓大堂玻璃門閉門器漏油',
]

/** An installed app may keep what it stores; a browser without a face must be told. */
async function install(page: Page, server: Server): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Browser.grantPermissions', { permissions: ['durableStorage'], origin: server.origin })
  await page.evaluate(() => navigator.storage.persist())
}

async function shoot(
  page: Page,
  screens: Screen[],
  name: string,
  sizes: Size[],
  likes: Likes[],
): Promise<void> {
  const wanted = process.env.SHOTS_SCREEN?.split(',')
  for (const look of likes)
    for (const size of sizes) {
      const [width, height] = SIZES[size]
      const folder = `${OUT}${name}-${size}-${look.lang}${look.theme === 'dark' ? '-dark' : ''}/`
      mkdirSync(folder, { recursive: true })
      await page.setViewportSize({ width, height })
      await like(page, look)
      for (const screen of screens.filter((one) => !wanted || wanted.includes(one.name))) {
        try {
          await screen.show()
          await settled(page, 600)
          await page.screenshot({ path: `${folder}${screen.name}.png` })
          await leave(page)
        } catch (error) {
          await page.screenshot({ path: `${folder}${screen.name}.png` })
          expect.soft(String(error), `${folder}${screen.name}`).toBe('')
          await page.reload()
        }
      }
    }
}

const asked = (name: string): boolean => !process.env.SHOTS || process.env.SHOTS.split(',').includes(name)

test.runIf(asked('estate'))('a residential estate', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  page.setDefaultTimeout(10_000)
  const app = new App(page, server)
  const site = server.site('CYY')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  await app.open()
  await settled(page)
  await shoot(page, doors(app), 'door', ['broad', 'upright', 'phone'], BOTH)
  await app.open()
  await app.logIn(server.login('cs_supervisor', 'CYY'), '/settings', '2580')
  await app.allRead()
  await contest(app, tablet, office, site, CONTESTED)
  const ticket = await fullest(office, site, 'ticket', '&status=in_progress')
  const unit = await fullest(office, site, 'unit')
  const done = await fullest(office, site, 'ticket')
  const application = await fullest(office, site, 'renovation.application')
  const screens = [
    ...fieldScreens(app, { ticket, unit }),
    at(app, 'record-done', `/record/${done}`),
    at(app, 'print-done', `/print/${done}/ticket.order`),
    at(app, 'renovations', '/list/renovation.application'),
    at(app, 'renovation', `/record/${application}`),
  ]
  await shoot(page, screens, 'estate', ['broad', 'upright', 'phone'], BOTH)
  await page.setViewportSize({ width: 1280, height: 800 })
  await app.to('/settings')
  await settled(page)
  await page.evaluate(() =>
    [...document.querySelectorAll('button')]
      .find((one) => /Lock now|Заблокировать|立即|立即鎖定/.test(one.textContent ?? ''))
      ?.click(),
  )
  await page.waitForURL(/lock/)
  await shoot(page, [at(app, 'lock', '/lock')], 'door', ['broad', 'upright', 'phone'], BOTH)
})

test.runIf(asked('mall'))("a mall with broadcasts and a members' club", async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  page.setDefaultTimeout(10_000)
  const app = new App(page, server)
  const site = server.site('SFM')
  const office = await Office.logIn(server, server.login('cs_manager', 'SFM'))
  await app.open()
  await app.logIn(server.login('cs_supervisor', 'SFM'))
  await app.allRead()
  const record = async (entity: string): Promise<Screen> =>
    at(app, `${entity}-record`, `/record/${await fullest(office, site, entity)}`)
  const screens: Screen[] = [at(app, 'home', '/'), at(app, 'more', '/more')]
  for (const entity of [
    'broadcast.play',
    'broadcast.script',
    'broadcast.slot',
    'broadcast.equipment',
    'membership.member',
    'membership.entry',
    'lostfound.item',
  ]) {
    screens.push(at(app, entity, `/list/${entity}`))
    screens.push(await record(entity))
  }
  screens.push(at(app, 'script-new', '/new/broadcast.script'))
  await shoot(page, screens, 'mall', ['broad', 'upright'], BOTH)
})

test.runIf(asked('head'))('the head office with its quality circles', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server)
  const page = await tablet.page()
  page.setDefaultTimeout(10_000)
  const app = new App(page, server)
  await app.open()
  await app.logIn(server.login('qc_leader', 'HQ'))
  await app.allRead()
  await app.to('/more')
  await settled(page)
  const lists = await page
    .locator('main a[href^="/list/qc"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  const screens: Screen[] = [at(app, 'home', '/'), at(app, 'more', '/more')]
  for (const path of lists) {
    const name = path.split('/').at(-1) ?? ''
    screens.push(at(app, name, path))
    await app.to(path)
    await settled(page)
    const first = page.locator('main .list .row a').first()
    if (await first.count()) {
      await first.click()
      await settled(page)
      const [place, id] = (new URL(page.url()).searchParams.get('open') ?? '').split('/')
      screens.push(at(app, `${name}-record`, `/record/${place}/${name}/${id}`))
    }
  }
  await shoot(page, screens, 'head', ['broad', 'upright'], BOTH)
})

test.runIf(asked('office'))('the office at a desk', async () => {
  const server = await Server.start(inject('master'))
  const tablet = await Tablet.open(server, { touch: false, width: 1440, height: 900 })
  const page = await tablet.page()
  page.setDefaultTimeout(10_000)
  const app = new App(page, server)
  const site = server.site('CYY')
  await app.open()
  await app.logIn(server.login('admin'))
  await app.allRead()
  const office = await Office.logIn(server, server.login('admin'))
  const ticket = await fullest(office, site, 'ticket')
  const screens = officeScreens(app, { ticket })
  await shoot(page, screens, 'office', ['desk'], [...BOTH, { lang: 'ru', theme: 'dark' }])
})

test.runIf(asked('readme'))('the pictures of the README', async () => {
  const server = await Server.start(inject('master'))
  const [estate, mall] = [server.site('CYY'), server.site('SFM')]
  const begin = async (
    role: string,
    site: string | undefined,
    look: Look,
    likes: Likes,
  ): Promise<[App, Tablet]> => {
    const tablet = await Tablet.open(server, look)
    const app = new App(await tablet.page(), server)
    await app.open()
    await install(app.page, server)
    await app.logIn(server.login(role, site))
    await app.allRead()
    await like(app.page, likes)
    return [app, tablet]
  }
  const take = async ({ page }: App, name: string): Promise<void> => {
    await settled(page, 1_000)
    mkdirSync(`${OUT}readme`, { recursive: true })
    await page.screenshot({ path: `${OUT}readme/${name}.png` })
  }

  const [hall, tablet] = await begin('cs_assistant', 'CYY', { width: 800, height: 1280 }, ZH)
  await take(hall, 'home')
  const office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  await contest(hall, tablet, office, estate, CONTESTED)
  await hall.page.setViewportSize({ width: 1280, height: 560 })
  await hall.to('/review')
  await like(hall.page, ZH)
  await take(hall, 'review')

  const [shop] = await begin('cs_supervisor', 'SFM', {}, RU)
  const there = await Office.logIn(server, server.login('cs_manager', 'SFM'))
  const ticket = await fullest(there, mall, 'ticket', `&status=relayed&q=${encodeURIComponent('Протекает')}`)
  await shop.to(`/list/ticket?q=${encodeURIComponent('Протекает')}&open=${ticket.replace('/ticket', '')}`)
  await take(shop, 'record')

  const [desk] = await begin('admin', undefined, { touch: false, width: 1440, height: 960 }, ZH)
  await desk.to('/office/dashboard')
  await settled(desk.page)
  await desk.page.locator('main select').first().selectOption(estate)
  await take(desk, 'dashboard')
})
