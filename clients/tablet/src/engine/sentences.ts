/** What an op did, as a sentence: `Priority → urgent`, `Dispatch: Assignee → Wang` (tablet.md §3.2.3, §3.2.5). */
import type { Made } from '@/engine/ops'
import type { Values } from '@/engine/values'
import type { Words } from '@/engine/words'

const SHOWN = 4
const LONGEST = 80

/** An op, or an entry of a record's history, which names what changed in the same way. */
export type Deed = Pick<Made, 'site' | 'entity' | 'kind' | 'set' | 'act' | 'args'>

/** One sentence without its end; the record is named elsewhere. */
export async function sentenceOf(words: Words, deed: Deed): Promise<string> {
  const { kind, entity, set = {} } = deed
  if (kind === 'delete') return words.say('sentences.deleted')
  if (kind === 'create') {
    const named = words.kind(entity)
    // Its plugin may be off here: an id tells nobody anything.
    return named === entity
      ? words.say('sentences.was_created')
      : words.say('sentences.created', { kind: named })
  }
  const changes = await changesOf(words, deed, set)
  if (kind === 'update') return changes || words.say('sentences.changed')
  const said = [changes, reasonOf(words, deed.args ?? {})].filter(Boolean).join('; ')
  const act = words.act(entity, deed.act ?? '')
  return said ? words.say('sentences.act', { act, said }) : act
}

async function changesOf(words: Words, { site, entity }: Deed, set: Values): Promise<string> {
  const names = Object.keys(set)
  const shown = names.slice(0, SHOWN).map(async (name) => {
    const field = words.label(entity, name)
    const value = clipped(await words.value(site, entity, name, set[name]))
    return value ? words.say('sentences.set', { field, value }) : words.say('sentences.cleared', { field })
  })
  const said = (await Promise.all(shown)).join(words.say('sentences.and'))
  const more = names.length - SHOWN
  return more > 0 ? `${said} ${words.say('sentences.more', {}, more)}` : said
}

function reasonOf(words: Words, args: Values): string {
  const reason = args.reason
  return typeof reason === 'string' && reason
    ? words.say('sentences.reason', { reason: clipped(reason) })
    : ''
}

function clipped(text: string): string {
  const letters = [...text]
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : text
}
