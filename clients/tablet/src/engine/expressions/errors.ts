/** An expression that cannot be compiled; the message says where, and what to write instead. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ExpressionError'
  }
}

/** Says which names there are. */
export const known = (names: Iterable<string>): string => `there are ${[...names].sort().join(', ')}`
