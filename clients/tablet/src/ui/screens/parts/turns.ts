/** Whose turn it is, of all that is urgent (tablet.md §3.2.1): one's own work, then what nobody has, then the others'. */
import type { ListAnswer, ListRow, Wanted } from '@/runtime/port/records'

export const TURNS: readonly Readonly<Record<string, Wanted>>[] = [
  { assignee: { me: true } },
  { assignee: null },
  {},
]

/** The first rows of several answers, turn by turn; each record once. */
export function inTurn(turns: readonly (readonly (ListAnswer | undefined)[])[], most: number): ListRow[] {
  const rows = turns.flat().flatMap((answer) => answer?.rows ?? [])
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, most)
}
