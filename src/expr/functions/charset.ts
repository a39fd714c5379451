/** DECODE, ENCODE and Base64 as Java does them: what can't be read becomes U+FFFD, what can't be written becomes '?'. */
import { TextDecoder } from 'node:util'
import { EvaluationError } from '../../base/errors.ts'
import { textBytes } from '../../data/text.ts'

const names: Readonly<Record<string, string>> = {
  'utf8': 'utf-8',
  'latin1': 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  'ascii': 'us-ascii',
  'iso646-us': 'us-ascii',
  'utf16': 'utf-16',
  'utf_16': 'utf-16',
  'utf16le': 'utf-16le',
  'utf16be': 'utf-16be',
}

const normal = (charset: string): string => {
  const name = charset.toLowerCase()
  return names[name.replaceAll('_', '-')] ?? names[name] ?? name
}

const unknown = (charset: string): EvaluationError =>
  new EvaluationError('UNSUPPORTED_ENCODING', `there is no character set '${charset}'`)

export function decode(bytes: Uint8Array, charset: string): string {
  const name = normal(charset)
  switch (name) {
    case 'iso-8859-1':
      return Buffer.from(bytes).toString('latin1')
    case 'us-ascii':
      return Array.from(bytes, byte => (byte < 0x80 ? String.fromCharCode(byte) : '\ufffd')).join('')
    case 'utf-16': {
      const little = bytes[0] === 0xff && bytes[1] === 0xfe
      return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(bytes)
    }
    default:
      return decoderOf(name, charset).decode(bytes)
  }
}

function decoderOf(name: string, charset: string): TextDecoder {
  try {
    return new TextDecoder(name, { ignoreBOM: true })
  } catch (cause) {
    if (cause instanceof RangeError) throw unknown(charset)
    throw cause
  }
}

export function encode(text: string, charset: string): Uint8Array {
  const name = normal(charset)
  switch (name) {
    case 'utf-8':
      return textBytes(text)
    case 'iso-8859-1':
      return oneByteEach(text, 0xff)
    case 'us-ascii':
      return oneByteEach(text, 0x7f)
    case 'utf-16le':
      return new Uint8Array(Buffer.from(text, 'utf16le'))
    case 'utf-16be':
      return new Uint8Array(Buffer.from(text, 'utf16le').swap16())
    case 'utf-16':
      return text === '' ? new Uint8Array(0) : new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())
    default:
      return encodeByTable(text, decoderOf(name, charset), charset)
  }
}

const oneByteEach = (text: string, last: number): Uint8Array =>
  Uint8Array.from(Array.from(text), point => (point.codePointAt(0)! <= last ? point.codePointAt(0)! : 0x3f))

const tables = new Map<string, Map<string, Uint8Array>>()

/** Character sets of one or two bytes: what decodes to a character encodes it. */
function encodeByTable(text: string, decoder: TextDecoder, charset: string): Uint8Array {
  let table = tables.get(decoder.encoding)
  if (table === undefined) {
    table = new Map()
    const note = (...bytes: number[]) => {
      const point = decoder.decode(Uint8Array.from(bytes))
      if (!point.includes('\ufffd') && Array.from(point).length === 1 && !table!.has(point))
        table!.set(point, Uint8Array.from(bytes))
    }
    for (let byte = 0; byte < 256; byte++) note(byte)
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) note(lead, trail)
    tables.set(decoder.encoding, table)
  }
  if (!table.has('A')) throw unknown(charset)
  return new Uint8Array(Buffer.concat(Array.from(text, point => table.get(point) ?? Uint8Array.of(0x3f))))
}

export const toBase64 = (value: string | Uint8Array): string => Buffer.from(value as string).toString('base64')

/** Java's strict decoder: the standard alphabet, padding whole or left out. The bytes are read as UTF-8. */
export function fromBase64(text: string): string {
  const alphabet = /^[A-Za-z0-9+/]*(={0,2})$/.exec(text)
  const data = text.length - (alphabet?.[1]!.length ?? 0)
  if (alphabet === null || data % 4 === 1 || (data < text.length && text.length % 4 !== 0)) {
    throw new EvaluationError('INVALID_BASE64', `'${text}' is not Base64`)
  }
  return Buffer.from(text, 'base64').toString('utf8')
}
