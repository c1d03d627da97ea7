/** Codes of points: what a QR on the wall says, and what people type instead (tablet.md §2.2). */

/** Letters and digits that nobody mistakes for others are 6 to a point. */
export const LENGTH = 6

/** The point's code in what was scanned or typed: a bare code, or the last part of an address that ends with it. */
export function codeIn(text: string): string {
  const bare = text.normalize('NFKC').trim()
  const last = /^(?:https?|wuye):/i.test(bare) ? bare.replace(/[?#].*$/, '').replace(/\/+$/, '') : bare
  const code = last.slice(last.lastIndexOf('/') + 1)
  return /^[a-z0-9\s-]+$/i.test(code) && code.replace(/[\s-]/g, '').length === LENGTH
    ? code.replace(/[\s-]/g, '').toUpperCase()
    : bare
}
