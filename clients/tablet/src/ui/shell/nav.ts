/** What can be gone to, from the manifest alone: entities by plugin, those first that the person may do something with. */
import { t } from '@/i18n/i18n'
import { textOf } from '@/i18n/text'
import type { GrantedEntity, Manifest } from '@/protocol/manifest'
import type { IconName } from '@/ui/kit/icons'
import { symbol } from '@/ui/kit/symbols'
import { rightsOn } from './manifest'

export interface NavItem {
  to: string
  icon: IconName
  label: string
  /** For the bar and the rail, where words must be short. */
  short: string
  count?: number
}

export interface NavGroup {
  id: string
  label: string
  items: NavItem[]
}

const OWN = {
  home: { to: '/', icon: 'home' },
  search: { to: '/search', icon: 'search' },
  review: { to: '/review', icon: 'swap' },
  queue: { to: '/queue', icon: 'send' },
  settings: { to: '/settings', icon: 'settings' },
  more: { to: '/more', icon: 'menu' },
} as const

/** One of the app's own screens. */
export function ownItem(name: keyof typeof OWN, count = 0): NavItem {
  const label = t(`shell.nav.${name}`)
  return { ...OWN[name], label, short: label, count }
}

/** A part of another record (`x.private` of `x`), or one with nothing to list, is reached through its record. */
function listed(manifest: Manifest, name: string, entity: GrantedEntity): boolean {
  const parent = name.slice(0, name.lastIndexOf('.'))
  return (
    rightsOn(entity).has('read') && entity.views.list.columns.length > 0 && !(parent in manifest.entities)
  )
}

function weight(entity: GrantedEntity): number {
  const rights = [...rightsOn(entity)]
  const acts = rights.filter((right) => right.startsWith('act.')).length
  return acts + (rights.includes('create') ? 1 : 0) + (rights.includes('update') ? 0.5 : 0)
}

function item(name: string, entity: GrantedEntity): NavItem {
  const label = textOf(entity.plural)
  return { to: `/list/${name}`, icon: symbol(entity.icon), label, short: label }
}

function ranked(manifest: Manifest): [string, GrantedEntity][] {
  return Object.entries(manifest.entities)
    .filter(([name, entity]) => listed(manifest, name, entity))
    .sort(([, a], [, b]) => weight(b) - weight(a))
}

/** All lists, by plugin; the core's first. */
export function groups(manifest: Manifest): NavGroup[] {
  const found = new Map<string, NavGroup>()
  for (const [name, entity] of ranked(manifest)) {
    const id = entity.plugin
    const group = found.get(id) ?? { id, label: textOf(manifest.texts[`plugin.${id}`]) || id, items: [] }
    group.items.push(item(name, entity))
    found.set(id, group)
  }
  return [...found.values()].sort(
    (a, b) => Number(b.id === 'core') - Number(a.id === 'core') || a.label.localeCompare(b.label),
  )
}

/** The lists in which the person has most to do, the core's before any plugin's; for the bar and the rail. */
export function pinned(manifest: Manifest, count: number): NavItem[] {
  return ranked(manifest)
    .filter(([, entity]) => entity.workflow && weight(entity) > 0)
    .sort(([, a], [, b]) => Number(b.plugin === 'core') - Number(a.plugin === 'core'))
    .slice(0, count)
    .map(([name, entity]) => item(name, entity))
}
