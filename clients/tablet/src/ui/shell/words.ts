/**
 * The words looked for on a page of the history, for whoever goes back to it: beside its address, not in it, and only
 * for the person who typed them. The next one who stands here must not read them.
 */
type By = string | null | undefined

export function keepWords(words: string, by: By): void {
  history.replaceState({ ...history.state, words, by }, '')
}

export function wordsHere(by: By): string {
  const { words, by: whose } = (history.state ?? {}) as Record<string, unknown>
  return typeof words === 'string' && by != null && whose === by ? words : ''
}
