/**
 * A form's state: what was typed, what the worker says of it while it is typed, and its draft, written down before
 * anything can be lost (tablet.md §2.3).
 */
import { computed, onBeforeUnmount, onMounted, type Ref, ref, shallowRef, toRaw, watch } from 'vue'
import type { Checked, Committed, Draft, Entry, Step } from '@/runtime/port/entry'
import type { Flaw, Place, PortError, Values } from '@/runtime/port/values'
import { useCall } from '@/ui/shell/port'

const CHECK_AFTER = 150
const KEEP_AFTER = 400
/** Where a draft keeps the reason of an act; no field can be called so. */
const REASON = '@reason'

export interface EntryOf {
  kind: Draft['kind']
  place: Place
  act?: string | undefined
  draft: string
  /** What the form begins with, such as a field chosen by the link that led here. */
  start: Values
  /** What the record holds already. */
  seen: Values
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What differs from the record; of a new one everything that is not empty. */
export function changed(entered: Values, seen: Values): Values {
  return Object.fromEntries(Object.entries(entered).filter(([name, value]) => !same(value, seen[name])))
}

/** The one step that an entry becomes. */
export function stepOf({ kind, place, act, seen }: EntryOf, entered: Values, reason: string): Step {
  const { site, entity, id } = place
  const values = changed(entered, seen)
  if (kind === 'create') return { kind, site, entity, values }
  if (kind === 'update') return { kind, site, entity, id, values }
  return { kind, site, entity, id, act: act ?? '', values, ...(reason ? { args: { reason } } : {}) }
}

export function useEntry(of: Readonly<Ref<EntryOf>>) {
  const call = useCall()
  const entered = ref<Record<string, unknown>>({ ...of.value.start })
  const reason = ref('')
  const checked = shallowRef<Checked>()
  /** The draft that was found when the form opened. */
  const found = shallowRef<Draft | null>(null)
  const refused = shallowRef<Flaw[]>([])
  const touched = ref(new Set<string>())
  const tried = ref(false)
  const saving = ref(false)
  /** What was typed last has not been judged yet. */
  const judging = ref(false)
  const done = ref(false)
  /** What is typed lies on the disk. */
  const kept = ref(false)

  const dirty = computed(
    () =>
      !done.value &&
      (reason.value !== '' ||
        Object.keys(changed(entered.value, { ...of.value.seen, ...of.value.start })).length > 0),
  )
  const flaws = computed(() => (tried.value ? [...refused.value, ...(checked.value?.flaws ?? [])] : []))

  function shownOf(name: string): unknown {
    if (name in entered.value) return entered.value[name]
    const derived = checked.value?.derived
    return derived && name in derived ? derived[name] : of.value.seen[name]
  }

  function put(name: string, value: unknown): void {
    entered.value[name] = value
    refused.value = refused.value.filter(({ field }) => field.split('.')[0] !== name)
  }

  /**
   * The first thing that is wrong with a field that the person has filled and left, or has tried to save. One merely
   * passed by says nothing: its words would push away what the finger is about to touch.
   */
  function flawOf(name: string): string | undefined {
    if (!tried.value && !(touched.value.has(name) && name in entered.value && !judging.value))
      return undefined
    const mine = [...refused.value, ...(checked.value?.flaws ?? [])].find(
      ({ field }) => field.split('.')[0] === name,
    )
    return mine?.text
  }

  let asked = 0
  /** What the worker says of the entry as it is now; what was asked before the last question is not shown. */
  async function check(): Promise<Checked | undefined> {
    const mine = ++asked
    const { kind, place, act } = of.value
    const { site, entity, id } = place
    const entry: Entry = {
      kind,
      site,
      entity,
      values: changed(entered.value, of.value.seen),
      ...(id ? { id } : {}),
      ...(act ? { act, args: reason.value ? { reason: reason.value } : {} } : {}),
    }
    const answer = await call('check', entry).catch((error: PortError) => {
      refused.value = error.flaws ?? [{ field: '', code: error.code, text: error.text }]
      return undefined
    })
    if (mine !== asked) return answer
    judging.value = false
    if (answer) checked.value = answer
    return answer
  }

  let keepings = 0
  /** A full disk keeps no draft: then nothing says that it did. */
  async function keep(): Promise<void> {
    clearTimeout(keeping)
    const { kind, place, act, draft } = of.value
    if (!dirty.value) return
    const values = { ...toRaw(entered.value), ...(reason.value ? { [REASON]: reason.value } : {}) }
    const written = call('saveDraft', {
      key: draft,
      place,
      kind,
      values,
      saved: Date.now(),
      ...(act ? { act } : {}),
    })
    const mine = ++keepings
    const well = await written.then(
      () => true,
      () => false,
    )
    if (mine === keepings) kept.value = well
  }

  async function discard(): Promise<void> {
    clearTimeout(keeping)
    entered.value = { ...of.value.start }
    reason.value = ''
    found.value = null
    tried.value = false
    await call('dropDraft', of.value.draft)
  }

  async function recall(): Promise<void> {
    const draft = await call('readDraft', of.value.draft)
    if (!draft) return
    const { [REASON]: why, ...values } = draft.values
    entered.value = { ...of.value.start, ...values, ...changed(entered.value, of.value.start) }
    reason.value ||= String(why ?? '')
    found.value = draft
  }

  /** Null when something is wrong: then `flaws` says what. */
  async function save(): Promise<Committed | null> {
    if (saving.value) return null
    tried.value = true
    saving.value = true
    refused.value = []
    try {
      // Its own answer, not the one shown: another may have been asked for since.
      const judged = await check()
      if (judged?.flaws.length || refused.value.length) return null
      const step = stepOf(of.value, toRaw(entered.value), reason.value)
      const committed = await call('commit', { steps: [step], draft: of.value.draft })
      done.value = true
      return committed
    } catch (error) {
      const { flaws: told, code, text } = error as PortError
      refused.value = told?.length ? told : [{ field: '', code, text }]
      return null
    } finally {
      saving.value = false
    }
  }

  let checking: ReturnType<typeof setTimeout> | undefined
  let keeping: ReturnType<typeof setTimeout> | undefined
  watch(
    [entered, reason],
    () => {
      kept.value = false
      clearTimeout(checking)
      clearTimeout(keeping)
      judging.value = true
      checking = setTimeout(check, CHECK_AFTER)
      keeping = setTimeout(keep, KEEP_AFTER)
    },
    { deep: true },
  )
  watch(() => [of.value.place.site, of.value.seen], check, { immediate: true })

  const hidden = (): void => {
    if (document.visibilityState === 'hidden') void keep()
  }
  onMounted(() => document.addEventListener('visibilitychange', hidden))
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', hidden)
    clearTimeout(checking)
    void keep()
  })

  return {
    entered,
    reason,
    checked,
    found,
    flaws,
    touched,
    tried,
    saving,
    dirty,
    kept,
    shownOf,
    put,
    flawOf,
    keep,
    discard,
    recall,
    save,
  }
}
