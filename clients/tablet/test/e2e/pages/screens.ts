/** Every screen and the way there, without a word of any language: for whoever looks at all of them. */
import type { Locator, Page } from 'playwright-core'
import type { Office } from '../stage/office'
import type { App } from './app'

export interface Screen {
  name: string
  show(): Promise<void>
}

/** What can be gone to by an address alone. */
export function at(app: App, name: string, path: string): Screen {
  return { name, show: () => app.to(path) }
}

/** A screen, and something tapped there. */
export function tapped(app: App, name: string, path: string, tap: (page: Page) => Locator): Screen {
  return {
    name,
    show: async () => {
      await app.to(path)
      await tap(app.page).first().click()
    },
  }
}

const more = (page: Page): Locator => page.locator('form.form .body > .button')
const finder = (page: Page): Locator => page.locator('[data-field="unit"] button.control')

/** Leave a sheet as one who has changed his mind. */
export async function leave(page: Page): Promise<void> {
  if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape')
}

/** Of nobody who is logged in. */
export function doors(app: App): Screen[] {
  return [at(app, 'login', '/login'), at(app, 'install', '/install'), at(app, 'enrol', '/enrol')]
}

/** Of whoever works with tickets; `ticket` and `unit` are `<site>/<entity>/<id>`, the ticket in work. */
export function fieldScreens(app: App, { ticket, unit }: { ticket: string; unit: string }): Screen[] {
  return [
    at(app, 'home', '/'),
    at(app, 'list', '/list/ticket'),
    at(app, 'list-open', `/list/ticket?open=${ticket.replace('/ticket', '')}`),
    at(app, 'record', `/record/${ticket}`),
    at(app, 'unit', `/record/${unit}`),
    at(app, 'new', '/new/ticket?kind=repair'),
    tapped(app, 'new-more', '/new/ticket?kind=repair', more),
    tapped(app, 'picker', '/new/ticket?kind=repair', finder),
    at(app, 'act', `/act/${ticket}/dispatch`),
    at(app, 'act-finish', `/act/${ticket}/finish`),
    at(app, 'edit', `/edit/${ticket}`),
    at(app, 'search', '/search?q=漏水'),
    at(app, 'queue', '/queue'),
    at(app, 'review', '/review'),
    at(app, 'settings', '/settings'),
    at(app, 'more', '/more'),
    at(app, 'print', `/print/${ticket}/ticket.order`),
    at(app, 'print-list', '/print/ticket'),
  ]
}

/** Of the office with a mouse. */
export function officeScreens(app: App, { ticket }: { ticket: string }): Screen[] {
  return [
    at(app, 'home', '/'),
    at(app, 'table', '/list/ticket'),
    at(app, 'table-open', `/list/ticket?open=${ticket.replace('/ticket', '')}`),
    at(app, 'new', '/new/ticket'),
    at(app, 'dashboard', '/office/dashboard'),
    at(app, 'fleet', '/office/fleet'),
    tapped(app, 'enrol', '/office/fleet', (page) => page.locator('main .acts .button.primary')),
    at(app, 'people', '/office/people'),
    at(app, 'sites', '/office/sites'),
    at(app, 'audit', '/office/audit'),
    at(app, 'inbox', '/office/inbox'),
    at(app, 'settings', '/settings'),
  ]
}

/** `<site>/<entity>/<id>` of the record of a site that has most to show. */
export async function fullest(office: Office, site: string, entity: string, where = ''): Promise<string> {
  const { records } = await office.call<{ records: { id: string; values: Record<string, unknown> }[] }>(
    'GET',
    `/sites/${site}/${entity}?limit=200${where}`,
  )
  const filled = ({ values }: { values: Record<string, unknown> }): number =>
    Object.values(values).filter((value) => value !== null && value !== '' && value !== false).length
  const [best] = [...records].sort((a, b) => filled(b) - filled(a))
  if (!best) throw new Error(`no ${entity} at ${site}`)
  return `${site}/${entity}/${best.id}`
}
