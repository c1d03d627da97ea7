/** Every screen in four languages, by day and by night, for fingers and for the mouse (tablet.md §2.6, §3.3). */
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { App } from './pages/app'
import { COARSE, FINE, type Limits, targets, unreadable, violations } from './pages/judge'
import { type Likes, like, settled } from './pages/looks'
import { at, doors, fieldScreens, fullest, leave, officeScreens, type Screen } from './pages/screens'
import { Settings } from './pages/settings'
import { contest } from './stage/contest'
import { Office } from './stage/office'
import { Server } from './stage/server'
import { type Look, Tablet } from './stage/tablet'

const RU_DAY: Likes = { lang: 'ru', theme: 'light' }
const ZH_NIGHT: Likes = { lang: 'zh-Hant', theme: 'dark' }
const OTHERS: Likes[] = (['zh-Hant', 'zh-Hans', 'ru', 'en'] as const)
  .flatMap((lang) => (['light', 'dark'] as const).map((theme) => ({ lang, theme })))
  .filter(
    ({ lang, theme }) =>
      !(lang === RU_DAY.lang && theme === RU_DAY.theme) &&
      !(lang === ZH_NIGHT.lang && theme === ZH_NIGHT.theme),
  )
/** Many screens, each looked over. */
const LONG = { timeout: 300_000 }
const MAIN = ['home', 'list', 'record', 'new', 'review']

let server: Server
let office: Office
let places: { ticket: string; unit: string }
beforeAll(async () => {
  server = await Server.start(inject('master'))
  office = await Office.logIn(server, server.login('cs_manager', 'CYY'))
  const site = server.site('CYY')
  places = {
    ticket: await fullest(office, site, 'ticket', '&status=in_progress'),
    unit: await fullest(office, site, 'unit'),
  }
})

async function opened(look: Look): Promise<{ app: App; page: Page; tablet: Tablet }> {
  const tablet = await Tablet.open(server, look)
  const page = await tablet.page()
  const app = new App(page, server)
  await app.open()
  return { app, page, tablet }
}

/** Flaws of each screen, by its name; nothing for those without. */
async function flaws(
  page: Page,
  screens: readonly Screen[],
  judge: () => Promise<string[]>,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const screen of screens) {
    await screen.show()
    await settled(page)
    const wrong = await judge()
    if (wrong.length) found[screen.name] = wrong
    await leave(page)
  }
  return found
}

const everything = (page: Page, limits: Limits) => async (): Promise<string[]> => [
  ...(await violations(page)),
  ...(await targets(page, limits)),
  ...(await unreadable(page)),
]

async function inAll(page: Page, screens: readonly Screen[], limits: Limits, likes: Likes[]): Promise<void> {
  for (const look of likes) {
    await like(page, look)
    expect.soft(await flaws(page, screens, everything(page, limits)), JSON.stringify(look)).toEqual({})
  }
}

test('log-in, install guide, enrolment and lock', LONG, async () => {
  const { app, page } = await opened({})
  await inAll(page, doors(app), COARSE, [RU_DAY, ZH_NIGHT])
  await page.setViewportSize({ width: 320, height: 640 })
  await inAll(page, doors(app), COARSE, [RU_DAY])
  await app.to('/login')
  await app.logIn(server.login('finance', 'CYY'), '/settings', '2580')
  await new Settings(page).lock()
  await inAll(page, [at(app, 'lock', '/lock')], COARSE, [RU_DAY, ZH_NIGHT])
})

test(
  'tablets: every screen in Russian by day and in Chinese by night, the main ones in all four by both',
  LONG,
  async () => {
    const { app, page, tablet } = await opened({})
    await app.logIn(server.login('cs_supervisor', 'CYY'), '/settings', '2580')
    await app.allRead()
    await contest(app, tablet, office, server.site('CYY'), ['玻璃門關不嚴', '玻璃門有風聲', '閉門器漏油'])
    const screens = fieldScreens(app, places)
    await inAll(page, screens, COARSE, [RU_DAY, ZH_NIGHT])
    await inAll(
      page,
      screens.filter(({ name }) => MAIN.includes(name)),
      COARSE,
      OTHERS,
    )

    for (const [width, height] of [
      [800, 1280],
      [320, 640],
    ] as const) {
      await page.setViewportSize({ width, height })
      await like(page, RU_DAY)
      const fits = async (): Promise<string[]> => [
        ...(await targets(page, COARSE)),
        ...(await unreadable(page)),
      ]
      expect.soft(await flaws(page, screens, fits), `${width}×${height}`).toEqual({})
    }
  },
)

test('text at 200 %: nothing is cut, and no page scrolls sideways', LONG, async () => {
  const { app, page } = await opened({ width: 800, height: 1280, text: 2 })
  await app.logIn(server.login('cs_supervisor', 'CYY'))
  await app.allRead()
  await like(page, RU_DAY)
  const screens = fieldScreens(app, places)
  expect(await page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize))).toBe(32)
  expect(await flaws(page, screens, () => unreadable(page))).toEqual({})
  await page.setViewportSize({ width: 360, height: 640 })
  const application = await fullest(office, server.site('CYY'), 'renovation.application')
  const rows = at(app, 'rows', `/record/${application}`)
  expect(await flaws(page, [...screens, rows], () => unreadable(page))).toEqual({})
})

test('the office with a mouse', LONG, async () => {
  const { app, page } = await opened({ touch: false, width: 1440, height: 900 })
  await app.logIn(server.login('admin'))
  await app.allRead()
  await inAll(page, officeScreens(app, places), FINE, [RU_DAY, ZH_NIGHT])
})
