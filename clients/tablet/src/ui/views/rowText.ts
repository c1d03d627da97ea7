/** What a row says under its title: the columns that the title, the chips and the deadline do not say already. */
import { textOf } from '@/i18n/text'
import type { GrantedEntity } from '@/protocol/manifest'
import type { ListRow } from '@/runtime/port/records'

const PLACES = /\{(\w+)/g
const NUMBERS = new Set(['integer', 'decimal', 'money'])

export function noteOf(entity: GrantedEntity, row: ListRow, columns: readonly string[], most = 4): string {
  const said = new Set([...entity.title.matchAll(PLACES)].map((found) => found[1]))
  if (entity.workflow) said.add(entity.workflow.field)
  const told = (name: string): string => {
    const field = entity.fields.find((one) => one.name === name)
    const text = row.cells[name] ?? ''
    if (!field || !text || text === row.due?.text || row.title.includes(text)) return ''
    const label = textOf(field.short ?? field.label)
    // A number or a yes means nothing without its label.
    if (field.type === 'boolean') return row.values[name] === true ? label : ''
    return NUMBERS.has(field.type) && !field.measure ? `${label} ${text}` : text
  }
  return columns
    .filter((name) => !said.has(name))
    .map(told)
    .filter(Boolean)
    .slice(0, most)
    .join(' · ')
}
