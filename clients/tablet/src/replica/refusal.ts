/** Something asked for cannot be done now; `code` names the text `replica.refusal.<code>`. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(code)
    this.name = 'Refusal'
  }
}
