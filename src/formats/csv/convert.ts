/** What a CSV field becomes as a value of an SQL type, by the rules of Flink's csv format (2.3, checked against it). */
import { UnsupportedError } from '../../base/errors.ts'
import { parseDecimal } from '../../data/number-bytes.ts'
import { type DataType, type TypeOf, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import {
  Misfit,
  javaTrim,
  long,
  parseBase64,
  parseDouble,
  parseLocalTime,
  parseSqlDate,
  parseTimestamp,
  smallInteger,
} from '../java-parse.ts'

/** The value, or NULL for a number that does not fit a DECIMAL. Throws `Misfit`. */
export type ConvertField = (text: string) => Value

export interface NestedSettings {
  readonly elementDelimiter: string
  readonly nullLiteral: string | undefined
  /** Told of an element that does not fit; it becomes NULL. Absent when that fails the field. */
  readonly onMisfit?: (() => void) | undefined
}

export function fieldConverterOf(type: DataType, nested: NestedSettings): ConvertField {
  switch (type.kind) {
    case 'ARRAY':
      return arrayConverter(type, nested)
    case 'ROW':
      return rowConverter(type, nested)
    default: {
      const parse = scalarParser(type)
      return text => {
        const value = parse(text)
        if (value === undefined)
          throw new Misfit(`expected ${printType({ ...type, nullable: true })}, not '${text.slice(0, 60)}'`)
        return value
      }
    }
  }
}

function scalarParser(type: DataType): (text: string) => Value | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return text => javaTrim(text).toLowerCase() === 'true'
    case 'TINYINT':
      return text => smallInteger(text, 7)
    case 'SMALLINT':
      return text => smallInteger(text, 15)
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return text => smallInteger(text, 31)
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return long
    case 'DOUBLE':
      return parseDouble
    case 'FLOAT':
      return text => {
        const value = parseDouble(text)
        return value === undefined ? undefined : Math.fround(value)
      }
    case 'DECIMAL':
      return text => parseDecimal(text, type.precision, type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return text => text
    case 'BINARY':
    case 'VARBINARY':
      return parseBase64
    case 'DATE':
      return parseSqlDate
    case 'TIME':
      return parseLocalTime
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const form = { standard: 'SQL', zulu: type.kind === 'TIMESTAMP_LTZ' } as const
      return text => parseTimestamp(javaTrim(text), form, type.precision)
    }
    case 'NULL':
      return () => null
    default:
      throw new UnsupportedError(`the type ${printType(type)} in the format csv`)
  }
}

/** The elements of a field: none where it is empty. */
const elementsOf = (text: string, { elementDelimiter }: NestedSettings): readonly string[] =>
  text === '' ? [] : text.split(elementDelimiter)

function elementConverter(type: DataType, nested: NestedSettings): ConvertField {
  if (type.kind === 'ARRAY' || type.kind === 'ROW')
    throw new UnsupportedError(`${printType(type)} within another value in the format csv`)
  const convert = fieldConverterOf(type, nested)
  return text => {
    if (text === nested.nullLiteral) return null
    try {
      return convert(text)
    } catch (error) {
      if (!(error instanceof Misfit) || nested.onMisfit === undefined || !type.nullable) throw error
      nested.onMisfit()
      return null
    }
  }
}

function arrayConverter(type: TypeOf<'ARRAY' | 'MULTISET'>, nested: NestedSettings): ConvertField {
  const element = elementConverter(type.element, nested)
  return text => elementsOf(text, nested).map(element)
}

function rowConverter(type: TypeOf<'ROW'>, nested: NestedSettings): ConvertField {
  const fields = type.fields.map(field => elementConverter(field.type, nested))
  return text => {
    const elements = elementsOf(text, nested)
    if (elements.length === 0) return null
    if (elements.length < fields.length) throw new Misfit(`expected ${fields.length} fields of a ROW, not ${elements.length}`)
    return fields.map((convert, i) => convert(elements[i]!))
  }
}
