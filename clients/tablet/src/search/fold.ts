/**
 * Folding for search: one line of text a record, searched by substring, alike on server and tablet (tablet.md §2), as
 * the shared vectors prove. Stored texts stay as typed. Folding goes character by character, so what stands in a text is
 * found in its line. The tables are large, a chunk of their own: nothing beyond ASCII can be folded before `ready`.
 */
const FIRST = 0x3400
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff]{2,}/g
const NUMBER = /[0-9](?:[ +()./-]*[0-9]){5,}/g
const NUMBER_ASKED = /^[ +()./-]*[0-9](?:[ +()./-]*[0-9]){3,14}[ ()./-]*$/
/** What Python's `split` parts at. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: four of them are spaces to Python
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/
// biome-ignore lint/suspicious/noControlCharactersInRegex: four of them are spaces to Python
const UNEVEN = /^ | {2}| $|[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const BEYOND_ASCII = /[^\p{ASCII}]/u
/** Han, Cyrillic, ASCII in both widths and usual marks: neither combining nor combined with. */
const ALONE = /^[\0-\x7f\u0400-\u045f\u2010-\u2027\u3000-\u3029\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]*$/
/** Digits that a phone number has with and without its country or trunk prefix (+86, +7, 8). */
const TAIL = 10
const NAME_MAX = 6

/** Other readings, as in names. */
const ALSO = new Map(
  [...'曾单解仇查翟覃乐种区尉重长行厦'].map((han, i) => [han, 'zsxqzzqycoycchx'.charAt(i)]),
)

const READ_OTHERWISE = new RegExp(`[${[...ALSO.keys()].join('')}]`)

/** What is looked for: each of `words`, the longest first, in one of its spellings; or the `whole` as a number. */
export interface Query {
  readonly whole: string | null
  readonly words: readonly (readonly string[])[]
}

/** Evens out compatibility forms, case, accents (ё too), Traditional characters and spaces. */
export function fold(text: string): string {
  if (!BEYOND_ASCII.test(text)) return evened(text.toLowerCase())
  return evened(ALONE.test(text) ? eachFolded(text) : folded(text))
}

/** Folds a text of which no character minds its neighbours, each once for all texts: ten times as fast. */
function eachFolded(text: string): string {
  let found = ''
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    let other = alone[unit]
    if (other === undefined) {
      other = folded(text.charAt(i))
      alone[unit] = other
    }
    found += other
  }
  return found
}

function folded(text: string): string {
  const { folds, simplified } = known()
  const lower = (letter: string): string => folds.get(letter) ?? letter.toLowerCase()
  const plain = [...text.normalize('NFKD')].map(lower).join('').normalize('NFKD')
  const bare = plain.replace(/\p{M}/gu, (mark) => (combines(mark) ? '' : mark)).normalize('NFKC')
  return [...bare].map((letter) => simplified.get(letter) ?? letter).join('')
}

/** What a record is found by: its folded texts, initials of their Han characters, digits of numbers. */
export function searchLine(values: Iterable<string>): string {
  const parts = new Set<string>()
  for (const value of values) {
    const folded = fold(value)
    parts.add(folded)
    for (const run of folded.match(HAN) ?? []) for (const letters of initials(run)) parts.add(letters)
    for (const number of folded.match(NUMBER) ?? []) parts.add(digits(number))
  }
  parts.delete('')
  return [...parts].join(' ')
}

/** Reads what somebody types; phone numbers match however they are written. */
export async function queryOf(text: string): Promise<Query> {
  await ready()
  const folded = fold(text)
  const asked = words(folded).sort((a, b) => b.length - a.length)
  const spelled = asked.map((word) => [...new Set([word, asNumber(word) ?? word])])
  return { whole: asked.length > 1 ? asNumber(folded) : null, words: spelled }
}

/** Tells whether a line has everything that is looked for. */
export function holds(line: string, { whole, words }: Query): boolean {
  if (whole !== null && line.includes(whole)) return true
  return words.every((spellings) => spellings.some((word) => line.includes(word)))
}

const words = (text: string): string[] => text.split(SPACES).filter(Boolean)
/** One plain space between words. */
const evened = (text: string): string => (UNEVEN.test(text) ? words(text).join(' ') : text)
const digits = (text: string): string => text.replace(/[^0-9]+/g, '')
const asNumber = (text: string): string | null => (NUMBER_ASKED.test(text) ? digits(text).slice(-TAIL) : null)

/** What the tables say. */
interface Tables {
  /** Initials of Han characters, from `FIRST` on. */
  readonly letters: string
  /** Case of letters where browsers differ. */
  readonly folds: ReadonlyMap<string, string>
  readonly simplified: ReadonlyMap<string, string>
}

/** By UTF-16 unit: what is alone lies in the first plane. */
const alone = new Array<string | undefined>(0x10000)
let tables: Tables | null = null
let loading: Promise<void> | null = null

/** Settles when texts can be folded. */
export function ready(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = null
    throw error
  })
  return loading
}

async function load(): Promise<void> {
  const { default: table } = await import('@/search/table.json')
  const pairs = table.folds.split(' ').map((pair) => [...pair])
  const folds = new Map(pairs.map(([from = '', ...to]) => [from, to.join('')]))
  tables = { letters: table.letters, folds, simplified: simplifiedOf(table) }
}

function simplifiedOf({ simple, gaps }: { simple: string; gaps: string }): ReadonlyMap<string, string> {
  const found = [...simple]
  let code = FIRST
  return new Map(
    [...gaps].map((gap, i) => {
      code += (gap.codePointAt(0) ?? 0) - 0x20
      return [String.fromCodePoint(code), found[i] ?? '']
    }),
  )
}

function known(): Tables {
  if (!tables) throw new Error('not ready to fold')
  return tables
}

const combining = new Map<string, boolean>()

/** Tells whether Unicode gives a mark a combining class: only such ones change places with U+0345, whose is highest. */
function combines(mark: string): boolean {
  let moves = combining.get(mark)
  if (moves === undefined) {
    moves = mark === '\u0345' || !`\u0345${mark}`.normalize('NFD').startsWith('\u0345')
    combining.set(mark, moves)
  }
  return moves
}

/** The initials of a run of Han characters; those of a short one also as they are read in names. */
function initials(run: string): string[] {
  const { letters } = known()
  let usual = ''
  for (let i = 0; i < run.length; i++) usual += letters.charAt(run.charCodeAt(i) - FIRST)
  if (run.length > NAME_MAX || !READ_OTHERWISE.test(run)) return [usual]
  let readings = ['']
  for (const [i, han] of [...run].entries()) {
    const both = new Set([usual.charAt(i), ALSO.get(han) ?? usual.charAt(i)])
    readings = readings.flatMap((begun) => [...both].map((letter) => begun + letter))
  }
  return readings.sort()
}
