/** Choices of a field: its own, or the codes of a list, which may form a tree (protocol §7). */
import type { Code, Field, Manifest } from '@/protocol/manifest'

/** Every choice that the field knows, retired ones included. */
export function choicesOf(field: Field, codes: Manifest['codes']): readonly Code[] {
  return (field.codes ? codes[field.codes] : field.choices) ?? []
}

/** What may be chosen: not retired, unless it is chosen already; parents stay where they lead to something. */
export function offered(all: readonly Code[], chosen: readonly string[]): Code[] {
  const kept = new Set(
    all.filter((code) => !code.retired || chosen.includes(code.value)).map((code) => code.value),
  )
  const reachable = (code: Code): boolean =>
    kept.has(code.value) &&
    pathTo(all, code.value).every((value) => kept.has(value) || chosen.includes(code.value))
  return all.filter(reachable)
}

/** The codes right below one (`null`: the top); one whose parent is unknown stands at the top. */
export function below(codes: readonly Code[], parent: string | null): Code[] {
  const known = new Set(codes.map((code) => code.value))
  return codes.filter((code) => (code.parent && known.has(code.parent) ? code.parent : null) === parent)
}

/** The values from the top down to one, itself included. */
export function pathTo(codes: readonly Code[], value: string): string[] {
  const byValue = new Map(codes.map((code) => [code.value, code]))
  const path: string[] = []
  for (
    let at = byValue.get(value);
    at && !path.includes(at.value);
    at = at.parent ? byValue.get(at.parent) : undefined
  )
    path.unshift(at.value)
  return path
}

/** Whether codes lie below others at all. */
export function isTree(codes: readonly Code[]): boolean {
  return codes.some((code) => code.parent)
}
