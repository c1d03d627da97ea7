/**
 * Judges what a user enters before it becomes an op: rights, fields, references, workflow, constraints, uniqueness.
 * The server judges again; this is so that people hear at once what would be refused later, in words.
 */

import { applies, derive, evaluate } from '@/engine/derived'
import { checkValue, Misfit } from '@/engine/fields'
import { type Flaw, flaw, InvalidEntry } from '@/engine/flaws'
import type { Look } from '@/engine/look'
import type { Known, KnownEntity } from '@/engine/manifest'
import { equal, isObject, present, type Values } from '@/engine/values'
import type { Field, Transition } from '@/protocol/manifest'

/** What is being entered. `seen` is the record as its user saw it, null for a create. */
export interface Entered {
  readonly kind: 'create' | 'update' | 'act'
  readonly seen: Values | null
  readonly values: Values
  readonly act?: string
  readonly args?: Values
}

/** An entry as it stands while somebody types. */
export interface Judged {
  /** Fields whose `when` holds. */
  readonly shown: readonly string[]
  /** Fields that must be filled, as things stand; `reason` among them where an act asks for one. */
  readonly required: readonly string[]
  /** The record as it would be, with defaults and derived fields. */
  readonly derived: Values
  /** At most one for each field. */
  readonly flaws: readonly Flaw[]
}

interface Draft {
  readonly clean: Values
  readonly after: Values
  readonly flaws: readonly Flaw[]
}

/** Judges entries for one record. What is `Promise<Values>` rejects with `InvalidEntry` when the server would refuse. */
export class Form {
  readonly #look: Look
  readonly #known: Known
  readonly #site: string
  readonly #name: string
  readonly #id: string

  constructor(look: Look, known: Known, site: string, entity: string, id: string) {
    this.#look = look
    this.#known = known
    this.#site = site
    this.#name = entity
    this.#id = id
  }

  /** The `set` of a create: normal forms, defaults filled in. */
  async create(values: Values): Promise<Values> {
    return accepted(await this.#create(this.#allowed('create'), values))
  }

  /** The `set` of an update: normal forms of what differs from what the user saw. */
  async update(seen: Values, values: Values): Promise<Values> {
    return accepted(await this.#change(this.#allowed('update'), seen, values, {}))
  }

  /** The `set` that comes with an act, which must be legal from the state that the user saw. */
  async act(seen: Values, act: string, args: Values, values: Values): Promise<Values> {
    const entity = this.#known.entity(this.#name)
    if (entity && !entity.shape.workflow?.transitions.some((t) => t.act === act)) {
      throw new InvalidEntry([flaw('', 'unknown_act')])
    }
    return accepted(await this.#act(this.#allowed(`act.${act}`), seen, act, args, values))
  }

  /** Judges a delete. */
  delete(): void {
    this.#allowed('delete')
  }

  /** Tells how an entry stands while it is being typed; rejects only when the user may not enter it at all. */
  async check(entered: Entered): Promise<Judged> {
    const { kind, values } = entered
    const seen = entered.seen ?? {}
    const act = entered.act ?? ''
    const entity = this.#allowed(kind === 'act' ? `act.${act}` : kind)
    const draft =
      kind === 'create'
        ? await this.#create(entity, values)
        : kind === 'update'
          ? await this.#change(entity, seen, values, {})
          : await this.#act(entity, seen, act, entered.args ?? {}, values)
    const scope = this.#look.scope(this.#site)
    // What does not fit yet is no part of `clean`; conditions look at it all the same.
    const derived = derive(entity, present({ ...values, ...draft.after }), scope)
    const shown = entity.shape.fields.filter((field) => applies(field, derived, scope))
    const step = kind === 'act' ? entity.step(act, seen[entity.stateField ?? '']) : undefined
    const required = shown.filter((field) => field.required && !field.readonly).map((field) => field.name)
    return {
      shown: shown.map((field) => field.name),
      required: [...new Set([...required, ...(step?.needs ?? []), ...(step?.reason ? ['reason'] : [])])],
      derived,
      flaws: firstOfEach(draft.flaws),
    }
  }

  #allowed(right: string): KnownEntity {
    const entity = this.#known.entity(this.#name)
    if (!entity) throw new InvalidEntry([flaw('', 'unknown_entity', { entity: this.#name })])
    if (!entity.allows(this.#site, right)) {
      throw new InvalidEntry([flaw('', 'forbidden', { right: `${this.#name}.${right}` })])
    }
    return entity
  }

  async #create(entity: KnownEntity, values: Values): Promise<Draft> {
    const defaults = entity.shape.fields.filter((f) => f.default !== undefined && f.default !== null)
    const given: Record<string, unknown> = Object.fromEntries(defaults.map((f) => [f.name, f.default]))
    Object.assign(given, values)
    const flow = entity.shape.workflow
    const start: Record<string, unknown> = flow ? { [flow.field]: flow.initial } : {}
    const flaws: Flaw[] = []
    const clean: Record<string, unknown> = {}
    // What is taken over from another system may have come further.
    if (flow && Object.hasOwn(given, flow.field) && entity.allows(this.#site, 'import')) {
      const states = flow.states.map((state) => state.name)
      if (states.includes(String(given[flow.field]))) clean[flow.field] = given[flow.field]
      else flaws.push(flaw(flow.field, 'choice', { known: states.join(', ') }))
      delete given[flow.field]
    }
    const cleaned = await this.#clean(entity, given)
    Object.assign(clean, present(cleaned.clean))
    const after = { ...start, ...clean }
    flaws.push(...cleaned.flaws, ...(await this.#whole(entity, null, after, clean)))
    flaws.push(...(await this.#account(entity, clean)))
    return { clean, after, flaws }
  }

  async #change(entity: KnownEntity, seen: Values, values: Values, moved: Values): Promise<Draft> {
    const cleaned = await this.#clean(entity, values)
    const clean = Object.fromEntries(
      Object.entries(cleaned.clean).filter(([name, value]) => !equal(value, seen[name])),
    )
    const changed = { ...clean, ...moved }
    const after = present({ ...seen, ...changed })
    return { clean, after, flaws: [...cleaned.flaws, ...(await this.#whole(entity, seen, after, changed))] }
  }

  async #act(entity: KnownEntity, seen: Values, act: string, args: Values, values: Values): Promise<Draft> {
    const state = entity.stateField ?? ''
    const step = entity.step(act, seen[state])
    if (!step) return { clean: {}, after: seen, flaws: [flaw(state, 'stale_transition')] }
    const draft = await this.#change(entity, seen, values, { [state]: step.to })
    return { ...draft, flaws: [...draft.flaws, ...this.#asked(step, draft.after, args)] }
  }

  *#asked(step: Transition, after: Values, args: Values): Iterable<Flaw> {
    for (const name of step.needs ?? []) if (!Object.hasOwn(after, name)) yield flaw(name, 'required')
    if (step.reason && !String(args.reason ?? '').trim()) yield flaw('reason', 'required')
    if (step.online && !this.#look.online) yield flaw('', 'online')
  }

  async #clean(entity: KnownEntity, values: Values): Promise<Omit<Draft, 'after'>> {
    const clean: Record<string, unknown> = {}
    const flaws: Flaw[] = []
    const importing = entity.allows(this.#site, 'import')
    for (const [name, value] of Object.entries(values)) {
      const field = entity.fields.get(name)
      if (!field && name !== entity.stateField) {
        flaws.push(flaw(name, 'unknown_field'))
      } else if (!field || field.derive || name === entity.stateField || (field.readonly && !importing)) {
        flaws.push(flaw(name, 'readonly'))
      } else {
        try {
          clean[name] = checkValue(field, value, this.#known)
          flaws.push(...(await this.#missingRefs(field, name, clean[name])))
        } catch (error) {
          if (!(error instanceof Misfit)) throw error
          flaws.push(error.at(name))
        }
      }
    }
    return { clean, flaws }
  }

  async #missingRefs(field: Field, path: string, value: unknown): Promise<Flaw[]> {
    const flaws: Flaw[] = []
    if (field.type === 'rows' && Array.isArray(value)) {
      for (const [index, row] of value.entries()) {
        for (const sub of field.fields ?? []) {
          const inside = isObject(row) ? row[sub.name] : null
          flaws.push(...(await this.#missingRefs(sub, `${path}.${index}.${sub.name}`, inside)))
        }
      }
    }
    const target = field.ref ? this.#known.entity(field.ref) : undefined
    // What the user may not read is not here; whether it exists is then for the server to say.
    if (target && Object.values(target.shape.rights).some((rights) => rights.includes('read'))) {
      for (const id of Array.isArray(value) ? value : value ? [value] : []) {
        if (!(await this.#look.exists(target.name, String(id)))) flaws.push(flaw(path, 'ref_missing'))
      }
    }
    return flaws
  }

  /** Judges the record as it would be. What was wrong before and is not touched is not this user's fault. */
  async #whole(
    entity: KnownEntity,
    before: Values | null,
    changedTo: Values,
    changed: Values,
  ): Promise<Flaw[]> {
    const scope = this.#look.scope(this.#site)
    const after = derive(entity, changedTo, scope)
    const flaws: Flaw[] = []
    for (const field of entity.shape.fields) {
      if (
        !field.required ||
        field.readonly ||
        Object.hasOwn(after, field.name) ||
        !applies(field, after, scope)
      )
        continue
      const same = before && !Object.hasOwn(before, field.name) && applies(field, before, scope)
      if (!same || Object.hasOwn(changed, field.name)) flaws.push(flaw(field.name, 'required'))
    }
    for (const { expr, fields, message } of entity.shape.constraints ?? []) {
      if (evaluate(expr, after, scope) !== false) continue
      const touched = !before || fields.some((name) => Object.hasOwn(changed, name))
      if (!touched && evaluate(expr, before, scope) === false) continue
      // Beside the field that is still to be filled in, if there is one.
      const place = fields.find((name) => !Object.hasOwn(after, name)) ?? fields[0] ?? ''
      flaws.push({ field: place, key: 'constraint', params: {}, message })
    }
    for (const key of entity.shape.unique ?? []) {
      const values = Object.fromEntries(
        key.filter((name) => Object.hasOwn(after, name)).map((name) => [name, after[name]]),
      )
      const touched =
        Object.keys(values).length === key.length && key.some((name) => Object.hasOwn(changed, name))
      if (touched && (await this.#look.hasTwin(this.#site, entity.name, values, this.#id))) {
        flaws.push(flaw(key[0] ?? '', 'unique'))
      }
    }
    return flaws
  }

  async #account(entity: KnownEntity, clean: Values): Promise<Flaw[]> {
    const account = entity.shape.account
    const amount = account && clean[account.amount]
    if (!account || typeof amount !== 'number' || amount >= 0) return []
    const scope = this.#look.scope(this.#site)
    if (account.overdraft && evaluate(account.overdraft, derive(entity, clean, scope), scope) === true)
      return []
    const owner = String(clean[account.owner])
    const { shown, taken } = await this.#look.balance(this.#site, entity.name, account, owner)
    if (shown !== null && account.floor !== null && shown + amount < account.floor) {
      return [flaw(account.amount, 'balance', { balance: shown })]
    }
    if (account.offline_cap === null || this.#look.online) return []
    const settings = scope.settings
    const cap = isObject(settings) ? settings[account.offline_cap] : null
    const allowed = typeof cap === 'number' ? cap : 0
    return taken - amount > allowed ? [flaw(account.amount, 'offline_cap', { cap: allowed })] : []
  }
}

function accepted(draft: Draft): Values {
  if (draft.flaws.length) throw new InvalidEntry(firstOfEach(draft.flaws))
  return draft.clean
}

function firstOfEach(flaws: readonly Flaw[]): Flaw[] {
  const first = new Map<string, Flaw>()
  for (const each of flaws) if (!first.has(each.field)) first.set(each.field, each)
  return [...first.values()]
}
