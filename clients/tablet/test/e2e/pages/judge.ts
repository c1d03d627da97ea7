/** What a picture of a screen may not show (tablet.md §3.3): judged in the page itself, in whatever language. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Violations of WCAG 2.2 AA, each with where it is. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(RULES).analyze()
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' | ')}`,
  )
}

export interface Limits {
  /** css px, both ways. */
  target: number
  /** Height of primary acts. */
  primary: number
}
export const COARSE: Limits = { target: 48, primary: 56 }
export const FINE: Limits = { target: 24, primary: 32 }

/** Targets that a finger misses: too small, or too near to another; and a danger beside the primary act. */
export async function targets(page: Page, limits: Limits): Promise<string[]> {
  return page.evaluate(({ target, primary }) => {
    const GAP = 8
    const APART = 24
    const scope = document.querySelector('dialog[open]') ?? document.body
    /** What of it is not scrolled out of sight. */
    const seen = (one: Element): DOMRect => {
      let { left, top, right, bottom } = one.getBoundingClientRect()
      for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
        if (!/auto|scroll|hidden/.test(getComputedStyle(up).overflowY)) continue
        const box = up.getBoundingClientRect()
        ;[left, top] = [Math.max(left, box.left), Math.max(top, box.top)]
        ;[right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)]
      }
      return new DOMRect(left, top, right - left, bottom - top)
    }
    const shown = (one: Element): boolean =>
      one.checkVisibility() &&
      !one.closest('.only-heard, .skip, [inert]') &&
      one.getBoundingClientRect().width > 1 &&
      seen(one).height > 1
    const all = [...scope.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter(shown)
      // A box within its label is as large as the label.
      .map((one) => (one.matches('[type=radio], [type=checkbox]') ? (one.closest('label') ?? one) : one))
    const said = (one: Element): string =>
      `${one.tagName.toLowerCase()}.${one.className} "${(one.textContent || one.getAttribute('aria-label') || '').trim().slice(0, 30)}"`
    const flaws: string[] = []
    const boxes = [...new Set(all)].map((one) => ({ one, box: one.getBoundingClientRect(), part: seen(one) }))
    for (const { one, box } of boxes) {
      const least = one.matches('.primary') ? primary : target
      if (box.height < least - 0.5 || box.width < target - 0.5)
        flaws.push(`${said(one)} is ${Math.round(box.width)}×${Math.round(box.height)}`)
    }
    // Rows, tabs and bars are strips without gaps; what is fixed lies over what scrolls.
    const strip = (one: Element): Element | null => one.closest('.list, .tabs, nav, .menu, table, .notices')
    const layer = (one: Element): Element | null => {
      for (let up: Element | null = one; up; up = up.parentElement)
        if (/fixed|sticky/.test(getComputedStyle(up).position)) return up
      return null
    }
    const between = (a: DOMRect, b: DOMRect): number =>
      Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom)
    for (const [index, a] of boxes.entries())
      for (const b of boxes.slice(index + 1)) {
        if (a.one.contains(b.one) || b.one.contains(a.one) || layer(a.one) !== layer(b.one)) continue
        // A cross within its field.
        if (a.one.matches('input') && a.one.parentElement === b.one.parentElement) continue
        const gap = between(a.part, b.part)
        const [one, other] = [a.one, b.one]
        if (gap < GAP - 0.5 && !(strip(one) && strip(one) === strip(other)))
          flaws.push(`${said(one)} and ${said(other)} are ${Math.round(gap)} apart`)
        const kinds = [one, other].map((each) =>
          each.matches('.danger') ? 'danger' : each.matches('.primary') ? 'primary' : '',
        )
        if (gap < APART && kinds.includes('danger') && kinds.includes('primary'))
          flaws.push(`${said(one)} is beside ${said(other)}`)
      }
    return flaws
  }, limits)
}

/** What is cut off or too small to be read. */
export async function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 14
    const scope = document.querySelector('dialog[open]') ?? document.body
    const said = (one: Element): string =>
      `${one.tagName.toLowerCase()}.${one.className} "${(one.textContent ?? '').trim().slice(0, 40)}"`
    const flaws: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth)
      flaws.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`)
    for (const one of scope.querySelectorAll('*')) {
      if (
        !one.checkVisibility() ||
        one.closest('.only-heard, .skip, svg, .paper, td') ||
        one.clientWidth <= 1
      )
        continue
      const style = getComputedStyle(one)
      const words = [...one.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      )
      if (words && Number.parseFloat(style.fontSize) < LEAST && !one.matches('.badge, .badge *'))
        flaws.push(`${said(one)} is written in ${style.fontSize}`)
      const narrow = one.matches(
        'button, a, label, .button, .chip, .pill, .words, h1, h2, h3, dt, dd, legend',
      )
      const cut = style.overflowX === 'hidden' || style.overflowX === 'clip'
      if ((narrow || (words && cut)) && one.scrollWidth > one.clientWidth + 1 && style.display !== 'inline')
        flaws.push(`${said(one)} needs ${one.scrollWidth} of ${one.clientWidth}`)
    }
    if (Number.parseFloat(getComputedStyle(document.body).fontSize) < 16)
      flaws.push('body text is below 16 px')
    return flaws
  })
}
