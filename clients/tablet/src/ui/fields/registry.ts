/** Which component edits and which shows a field, by its type in the manifest; unknown types show as text. */
import { type Component, defineAsyncComponent } from 'vue'
import type { Field } from '@/protocol/manifest'
import BooleanField from './BooleanField.vue'
import ChoiceField from './ChoiceField.vue'
import DateField from './DateField.vue'
import MomentField from './MomentField.vue'
import NumberField from './NumberField.vue'
import PhoneField from './PhoneField.vue'
import PhoneShow from './PhoneShow.vue'
import RefField from './RefField.vue'
import TextField from './TextField.vue'
import TimeField from './TimeField.vue'
import ValueField from './ValueField.vue'
import WordsShow from './WordsShow.vue'

const lazy = (load: () => Promise<{ default: Component }>): Component => defineAsyncComponent(load)

const EDITORS: Readonly<Record<string, Component>> = {
  text: TextField,
  note: TextField,
  integer: NumberField,
  decimal: NumberField,
  money: NumberField,
  boolean: BooleanField,
  date: DateField,
  time: TimeField,
  datetime: MomentField,
  phone: PhoneField,
  choice: ChoiceField,
  choices: lazy(() => import('./ChoicesField.vue')),
  ref: RefField,
  refs: RefField,
  place: lazy(() => import('./PlaceField.vue')),
  point: lazy(() => import('./PointField.vue')),
  rows: lazy(() => import('./RowsField.vue')),
  blobs: lazy(() => import('./BlobsField.vue')),
  signature: lazy(() => import('./SignatureField.vue')),
  localized: lazy(() => import('./LocalizedField.vue')),
  duration: lazy(() => import('./DurationField.vue')),
  rrule: lazy(() => import('./RecurrenceField.vue')),
}

const SHOWN: Readonly<Record<string, Component>> = {
  phone: PhoneShow,
  ref: lazy(() => import('./RefShow.vue')),
  blobs: lazy(() => import('./BlobsShow.vue')),
  signature: lazy(() => import('./SignatureShow.vue')),
  localized: lazy(() => import('./LocalizedShow.vue')),
  rows: lazy(() => import('./RowsShow.vue')),
  place: lazy(() => import('./PlaceShow.vue')),
  rrule: lazy(() => import('./RecurrenceShow.vue')),
  value: lazy(() => import('./ValueShow.vue')),
}

/** Several controls under one label: the label must not be tied to one of them. */
const GROUPS = new Set([
  'choice',
  'choices',
  'refs',
  'datetime',
  'place',
  'rows',
  'blobs',
  'signature',
  'duration',
  'rrule',
  'value',
])

/** Takes `FieldProps`, emits `FieldEmits`. */
export function editor(type: string): Component {
  return EDITORS[type] ?? ValueField
}

/** Takes `ShownProps`. */
export function display(type: string): Component {
  return SHOWN[type] ?? WordsShow
}

/** Whether the `FieldShell` around the editor is a `group`. */
export function isGroup(field: Field): boolean {
  return GROUPS.has(field.type) || !(field.type in EDITORS)
}

/** Whether it needs the whole width of a form. */
export function isWide(field: Field): boolean {
  return ['note', 'rows', 'blobs', 'signature', 'localized', 'rrule', 'choices', 'value'].includes(field.type)
}
