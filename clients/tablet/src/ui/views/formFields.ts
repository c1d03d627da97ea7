/** Which fields a form shows: the quick ones first, the others behind "more" (tablet.md §3.3). */
import type { Field, GrantedEntity, Section } from '@/protocol/manifest'
import type { Checked } from '@/runtime/port/entry'
import type { Values } from '@/runtime/port/values'
import { fieldOf } from '@/ui/shell/manifest'

export interface Laid {
  quick: Field[]
  sections: { label: Section['label']; fields: Field[] }[]
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** How many quick fields there are at most. */
const QUICK = 5

/** What only acts of later states ask for: a new record's form need not. */
export function laterFields(entity: GrantedEntity): ReadonlySet<string> {
  const { initial, transitions } = entity.workflow ?? { initial: '', transitions: [] }
  const asked = (early: boolean): Set<string> =>
    new Set(
      transitions
        .filter(({ from }) => from.includes(initial) === early)
        .flatMap(({ form = [], needs = [] }) => [...form, ...needs]),
    )
  const soon = asked(true)
  return new Set(
    [...asked(false)].filter((name) => !soon.has(name) && !entity.views.form.short.includes(name)),
  )
}

/**
 * `chosen` are fields that the link chose, which are not asked for again; `wrong` those that something is wrong with,
 * which are never hidden; `later` those that nobody fills in yet.
 */
export function lay(
  entity: GrantedEntity,
  checked: Pick<Checked, 'shown' | 'required' | 'derived'> | undefined,
  chosen: ReadonlySet<string>,
  wrong: ReadonlySet<string>,
  later: ReadonlySet<string> = new Set(),
): Laid {
  const shown = (name: string): boolean =>
    (!checked || checked.shown.includes(name)) &&
    (!later.has(name) ||
      wrong.has(name) ||
      !isEmpty(checked?.derived[name]) ||
      Boolean(checked?.required.includes(name)))
  const sections = entity.views.form.sections
    .map(({ label, fields }) => ({
      label,
      fields: fields.flatMap((name) => {
        const field = fieldOf(entity, name)
        return field && !field.readonly && name !== entity.workflow?.field && shown(name) ? [field] : []
      }),
    }))
    .filter(({ fields }) => fields.length)
  const all = sections.flatMap(({ fields }) => fields)
  const short = entity.views.form.short
  if (!short.length) return { quick: [], sections }
  const missing = (name: string): boolean =>
    Boolean(checked?.required.includes(name)) && isEmpty(checked?.derived[name])
  const place = (name: string): number => short.indexOf(name) + 1 || short.length + 1
  const habitual = all
    .filter(({ name }) => short.includes(name) && !chosen.has(name))
    .sort((a, b) => place(a.name) - place(b.name))
    .slice(0, QUICK)
  const quick = [
    ...habitual,
    ...all.filter((field) => !habitual.includes(field) && (wrong.has(field.name) || missing(field.name))),
  ]
  const rest = sections.map(({ label, fields }) => ({
    label,
    fields: fields.filter((field) => !quick.includes(field)),
  }))
  return { quick, sections: rest.filter(({ fields }) => fields.length) }
}

/** The fields that a link to a new record chose: `?<field>=<value>`. */
export function chosenBy(entity: GrantedEntity, address: Readonly<Record<string, unknown>>): Values {
  const chosen = Object.entries(address).filter(
    ([name, value]) => typeof value === 'string' && fieldOf(entity, name),
  )
  return Object.fromEntries(chosen)
}
