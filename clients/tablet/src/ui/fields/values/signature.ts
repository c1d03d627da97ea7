/** Signatures of the wire (protocol §7: blob, signer and time). */

export interface Signature {
  sha256: string
  signer: string
  /** A moment as on the wire. */
  at: string
}

export function signatureIn(value: unknown): Signature | null {
  const one = value as Partial<Signature> | null
  return typeof one?.sha256 === 'string' && typeof one.signer === 'string' && typeof one.at === 'string'
    ? (one as Signature)
    : null
}
