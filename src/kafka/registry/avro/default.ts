/**
 * Whether a value of JSON can be the default of a field: {"a": 1} of a record whose other fields have defaults,
 * "\u00ff" of bytes, null of any union that has a null.
 */
import { type Json, JsonNumber, isArray, isObject } from '../json/json.ts'
import type { AvroType } from './schema.ts'

export function isValidDefault(type: AvroType, value: Json): boolean {
  switch (type.kind) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
    case 'bytes':
    case 'enum':
    case 'fixed':
      return typeof value === 'string'
    case 'int':
      return isInteger(value, 31)
    case 'long':
      return isInteger(value, 63)
    case 'float':
    case 'double':
      return value instanceof JsonNumber || value === 'NaN' || value === 'Infinity' || value === '-Infinity'
    case 'array':
      return isArray(value) && value.every(element => isValidDefault(type.items, element))
    case 'map':
      return isObject(value) && Array.from(value.values()).every(element => isValidDefault(type.values, element))
    case 'union':
      return type.types.some(branch => isValidDefault(branch, value))
    case 'record':
      return (
        isObject(value) &&
        type.fields.every(field => {
          const member = value.get(field.name) ?? field.default
          return member !== undefined && isValidDefault(field.type, member)
        })
      )
  }
}

function isInteger(value: Json, bits: number): boolean {
  if (!(value instanceof JsonNumber) || !value.isIntegral || value.text.length > LONGEST) return false
  const limit = 1n << BigInt(bits)
  const integer = BigInt(value.text)
  return integer >= -limit && integer < limit
}

/** `-9223372036854775808`. */
const LONGEST = 20
