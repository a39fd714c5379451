/** VARIANT values as JSON: exact integers (bigint) are written without a point, floating-point numbers always with one or with an exponent. */
import type { TextReader } from './text-reader.ts'
import type { Value } from './value.ts'

export function printVariant(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Map)
    return `{${Array.from(value as ReadonlyMap<string, Value>, ([k, v]) => `${JSON.stringify(k)}: ${printVariant(v)}`).join(', ')}}`
  return `[${(value as readonly Value[]).map(printVariant).join(', ')}]`
}

const numberText = (value: number): string => {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

export function parseVariant(reader: TextReader): Value {
  if (reader.sign('[')) return list(reader, ']', () => parseVariant(reader))
  if (reader.sign('{')) {
    return new Map(
      list(reader, '}', () => {
        const key = jsonString(reader) ?? reader.fail('a key in double quotes is expected')
        reader.expect(':')
        return [key, parseVariant(reader)] as const
      }),
    )
  }
  const text = jsonString(reader)
  if (text !== undefined) return text
  const number = reader.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/iy)
  if (number !== undefined) return /^-?\d+$/.test(number) ? BigInt(number) : Number(number)
  if (reader.word('TRUE')) return true
  if (reader.word('FALSE')) return false
  if (reader.word('NULL')) return null
  return reader.fail('a JSON value is expected')
}

const jsonString = (reader: TextReader): string | undefined => {
  const text = reader.match(/"(?:[^"\\]|\\[^])*"/y)
  return text === undefined ? undefined : (JSON.parse(text) as string)
}

function list<V>(reader: TextReader, close: string, read: () => V): V[] {
  const values: V[] = []
  if (reader.sign(close)) return values
  do values.push(read())
  while (reader.sign(','))
  reader.expect(close)
  return values
}
