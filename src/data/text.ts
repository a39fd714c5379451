/** UTF-8 as the columns hold it. A lone surrogate is written as '?', as Java does. */
const decoder = new TextDecoder('utf-8')

/** The string in `bytes[start, end)`. Invalid sequences become U+FFFD. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= 24) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte >= 0x80) break
      text += String.fromCharCode(byte)
    }
    if (at === end) return text
  }
  return decoder.decode(bytes.subarray(start, end))
}

/** The most bytes that a string can need. */
export const maxBytes = (text: string): number => text.length * 3

/** Writes `text` at `at` and answers where it ends. The caller has made room for `maxBytes(text)`. */
export function writeText(bytes: Uint8Array, at: number, text: string): number {
  if (text.length > 48) return writeLongText(bytes, at, text)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return writeNonAscii(bytes, at, text, i)
    bytes[at++] = code
  }
  return at
}

const encoder = new TextEncoder()

function writeLongText(bytes: Uint8Array, at: number, text: string): number {
  return at + encoder.encodeInto(text.isWellFormed() ? text : wellFormed(text), bytes.subarray(at)).written
}

function writeNonAscii(bytes: Uint8Array, at: number, text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.codePointAt(i)!
    if (code >= 0x10000) i++
    at = writeCodePoint(bytes, at, code)
  }
  return at
}

/** Answers where it ends: four bytes behind `at` at most. */
export function writeCodePoint(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) bytes[at++] = code
  else if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6)
    bytes[at++] = 0x80 | (code & 63)
  } else if (code < 0x10000) {
    if (code >= 0xd800 && code <= 0xdfff) bytes[at++] = 63
    else {
      bytes[at++] = 0xe0 | (code >> 12)
      bytes[at++] = 0x80 | ((code >> 6) & 63)
      bytes[at++] = 0x80 | (code & 63)
    }
  } else {
    bytes[at++] = 0xf0 | (code >> 18)
    bytes[at++] = 0x80 | ((code >> 12) & 63)
    bytes[at++] = 0x80 | ((code >> 6) & 63)
    bytes[at++] = 0x80 | (code & 63)
  }
  return at
}

const wellFormed = (text: string): string =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')

/** `text` as UTF-8 in a buffer of its own. */
export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(maxBytes(text))
  return bytes.slice(0, writeText(bytes, 0, text))
}
