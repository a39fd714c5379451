/** JSON_QUOTE and JSON_UNQUOTE, with Flink's own escapes: `/` is escaped, control characters other than \b\f\n\r\t are not. */
import { firstJson } from '../json-value.ts'

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/**
 * What is beyond ASCII is written in hexadecimal: the code point at each UTF-16 unit, so that a character outside the
 * basic plane becomes five digits and its second half once more. Flink writes it so.
 */
export const jsonQuote = (text: string): string =>
  `"${text.replace(/["\\/\b\f\n\r\t]|[^\0-\x7f]/g, (c, at: number) => escapes[c] ?? `\\u${text.codePointAt(at)!.toString(16).padStart(4, '0')}`)}"`

const unescapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  'b': '\b',
  'f': '\f',
  'n': '\n',
  'r': '\r',
  't': '\t',
}

/** Text that begins with a JSON value and stands in quotes loses them and its escapes; all other text stays as it is. */
export function jsonUnquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"') || firstJson(text) === undefined) return text
  const inner = text.slice(1, -1)
  if (/^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*$/.test(inner) === false) return text
  return inner.replace(/\\(?:u(.{4})|(.))/g, (_, code?: string, c?: string) =>
    code === undefined ? unescapes[c!]! : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
