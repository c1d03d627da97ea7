/** Values of cells in words, for whoever shows rows: the worker says whole fields only. */
import { amount, day, measure, moment } from '@/i18n/formats'
import { language, t } from '@/i18n/i18n'
import { textOf } from '@/i18n/text'
import type { Field, Manifest } from '@/protocol/manifest'
import type { Lang } from '@/runtime/port/values'
import { type NumberType, writeAmount } from './amount'
import { parseDuration } from './duration'
import { choicesOf } from './tree'

/** Empty for nothing. References have no words here. */
export function sayValue(field: Field, value: unknown, codes: Manifest['codes'], zone?: string): string {
  if (value === null || value === undefined) return ''
  const label = (one: unknown): string =>
    textOf(choicesOf(field, codes).find((choice) => choice.value === one)?.label) || String(one)
  switch (field.type) {
    case 'integer':
    case 'decimal':
    case 'money':
      return `${writeAmount(value, field.type as NumberType, language())} ${field.measure ? measure(field.measure) : ''}`.trim()
    case 'boolean':
      return t(value === true ? 'fields.yes' : 'fields.no')
    case 'date':
      return day(String(value))
    case 'time':
      return String(value).slice(0, 5)
    case 'datetime':
      return moment(Date.parse(String(value)), zone)
    case 'choice':
      return label(value)
    case 'choices':
      return Array.isArray(value) ? value.map(label).join(', ') : ''
    case 'localized':
      return textOf(value as Record<Lang, string>)
    case 'duration':
      return duration(String(value))
    case 'ref':
    case 'refs':
      return ''
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}

function duration(text: string): string {
  const span = parseDuration(text)
  if (!span) return text
  const parts = Object.entries(span).filter(([, count]) => count > 0)
  return parts
    .map(([unit, count]) => amount(count, { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'short' }))
    .join(' ')
}
