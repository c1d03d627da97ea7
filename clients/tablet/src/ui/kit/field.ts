/** How a `FieldShell` tells the entry field inside it its id and where its hint and error stand. */
import { type ComputedRef, computed, type InjectionKey, inject } from 'vue'

/** Attributes for the element that takes the focus: `<input v-bind="control">`. */
export interface Control {
  id?: string
  'aria-labelledby'?: string
  'aria-describedby'?: string | undefined
  'aria-invalid'?: true | undefined
  'aria-required'?: true | undefined
}

export const FIELD: InjectionKey<ComputedRef<Control>> = Symbol('field')

/** Empty outside of a `FieldShell`. */
export function useField(): ComputedRef<Control> {
  return inject(FIELD, () => computed(() => ({})), true)
}
