/** What every editor takes and tells; displays take `field`, `modelValue`, `site`, `entity` and `words` (tablet.md §5). */
import { computed, provide } from 'vue'
import type { Field } from '@/protocol/manifest'
import { FIELD } from '@/ui/kit/field'

export interface FieldProps {
  field: Field
  modelValue: unknown
  site: string
  entity: string
  /** The values of the record in words, by field, as the worker last said them. */
  words?: Readonly<Record<string, string>> | undefined
  readonly?: boolean | undefined
  invalid?: boolean | undefined
  /** Of the element that the label names. */
  id: string
  /** Ids of hints and flaws. */
  describedby?: string | undefined
}

export type ShownProps = Omit<FieldProps, 'readonly' | 'invalid' | 'id' | 'describedby'>

/**
 * `keep` follows a value that must not be lost even if the page dies at once: whoever holds the draft writes it down
 * now (tablet.md §2.1).
 */
export interface FieldEmits {
  'update:modelValue': [value: unknown]
  keep: []
}

/** What an editor's focusable element bears. */
export function entryAttributes(props: FieldProps): Record<string, string | boolean | undefined> {
  return {
    id: props.id,
    'aria-describedby': props.describedby,
    'aria-invalid': props.invalid || undefined,
    'aria-required': props.field.required || undefined,
  }
}

/** The same for a button that shows the value and opens a sheet; its name is the label and the value. */
export function openerAttributes(props: FieldProps): Record<string, string | boolean | undefined> {
  return {
    id: props.id,
    'aria-labelledby': `${props.id}-label ${props.id}`,
    'aria-describedby': props.describedby,
    'aria-haspopup': 'dialog',
    'aria-invalid': props.invalid || undefined,
  }
}

/** Controls of the kit inside a group are not the one that the shell's label names: they get nothing from it. */
export function standAlone(): void {
  provide(
    FIELD,
    computed(() => ({})),
  )
}

/** And for a group of several controls. */
export function groupAttributes(props: FieldProps): Record<string, string | undefined> {
  return {
    id: props.id,
    role: 'group',
    'aria-labelledby': `${props.id}-label`,
    'aria-describedby': props.describedby,
  }
}
