/** Messages of rules: the key of a text, maybe followed by a JSON object that fills its `{names}` in (protocol §3.2). */
import type { Text } from './manifest'

/** The text that a message names, filled in; undefined where it names none of `texts`. */
export function messageText(
  texts: Readonly<Record<string, Text>>,
  message: string | undefined,
): Text | undefined {
  const [key = '', ...rest] = (message ?? '').split(' ')
  const text = texts[key]
  if (!text || !rest.length) return text
  const values = valuesIn(rest.join(' '))
  const fill = (said: string): string =>
    said.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `{${name}}`)
  return Object.fromEntries(Object.entries(text).map(([lang, said]) => [lang, fill(said)]))
}

/** A plugin's slip leaves its text as it stands. */
function valuesIn(json: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}
