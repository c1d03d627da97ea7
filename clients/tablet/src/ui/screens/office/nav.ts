/** The office's own pages, each for who has a right that its work needs. */
import { t } from '@/i18n/i18n'
import type { Manifest } from '@/protocol/manifest'
import type { IconName } from '@/ui/kit/icons'
import type { NavItem } from '@/ui/shell/nav'

const PAGES: readonly { page: string; icon: IconName; of: string; right: string }[] = [
  { page: 'dashboard', icon: 'chart', of: 'review', right: 'act.resolve' },
  { page: 'inbox', icon: 'inbox', of: 'review', right: 'act.resolve' },
  { page: 'fleet', icon: 'device', of: 'device', right: 'read' },
  { page: 'people', icon: 'people', of: 'grant', right: 'read' },
  { page: 'sites', icon: 'building', of: 'setting', right: 'read' },
  { page: 'audit', icon: 'history', of: 'review', right: 'act.resolve' },
]

export function officeScreens(manifest: Manifest): NavItem[] {
  const may = (name: string, right: string): boolean =>
    Object.values(manifest.entities[name]?.rights ?? {}).some((rights) => rights.includes(right))
  return PAGES.filter(({ of, right }) => may(of, right)).map(({ page, icon }) => {
    const label = t(`office.${page}`)
    return { to: `/office/${page}`, icon, label, short: label }
  })
}
