/** What everything on the port is made of. */

export type Lang = 'zh-Hant' | 'zh-Hans' | 'ru' | 'en'

export type Values = Readonly<Record<string, unknown>>

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad'

export interface Place {
  site: string
  entity: string
  id: string
}

/** A field (dotted for rows, `''` for the whole entry) and what to tell who entered it. */
export interface Flaw {
  field: string
  code: string
  text: string
}

/** `code` is a problem's stable code, `offline`, or `flaws` (then `flaws` says where); `text` is ready to be shown. */
export interface PortError {
  code: string
  text: string
  flaws?: Flaw[]
  /** Parameters of the problem, such as `min` of `weak_password` or `wait` in seconds. */
  extra?: Values
}
