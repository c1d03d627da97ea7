/** Rows of a table as trees (charts of type `tree`): children below parents, in the order of the rows. */
import type { ChartSpec, ChartTable } from '@/runtime/port/paper'

export type TreeSpec = Extract<ChartSpec, { type: 'tree' }>

export interface Node {
  id: string
  label: string
  flagged: boolean
  branches: Node[]
}

/** Roots are rows without a parent, or whose parent is not in the table; a circle is cut at its first row. */
export function treesOf(table: ChartTable, tree: TreeSpec): Node[] {
  const column = (name: string | undefined): number => (name === undefined ? -1 : table.columns.indexOf(name))
  const [id, parent, label, flags] = [
    column(tree.id),
    column(tree.parent),
    column(tree.label),
    column(tree.flags),
  ]
  const nodes = new Map<string, Node>()
  for (const [index, row] of table.cells.entries()) {
    const key = String(row[id] ?? '')
    nodes.set(key, {
      id: key,
      label: table.texts[index]?.[label] ?? '',
      flagged: flags >= 0 && Boolean(row[flags]),
      branches: [],
    })
  }
  const roots: Node[] = []
  for (const row of table.cells) {
    const node = nodes.get(String(row[id] ?? ''))
    const above = nodes.get(String(row[parent] ?? ''))
    if (!node) continue
    if (above && !holds(node, above)) above.branches.push(node)
    else roots.push(node)
  }
  return roots
}

function holds(node: Node, wanted: Node): boolean {
  return node === wanted || node.branches.some((branch) => holds(branch, wanted))
}
