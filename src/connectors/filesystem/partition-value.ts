/** Partition values between a path and a column: `dt=2024-01-01`, `hour=7`. */
import { DataError, UnsupportedError } from '../../base/errors.ts'
import { doubleText } from '../../data/text-number.ts'
import { dateText, parseDateText, parseTimestampText, timestampText } from '../../data/text-time.ts'
import { type DataType, type Field, isText, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { FoundFile } from './paths.ts'

/** The value a file's path gives its rows. NULL for the default partition, an error when the path does not say. */
export function evaluatePartition(field: Field, found: FoundFile): Value {
  const text = found.partition.get(field.name)
  if (text === undefined)
    throw new DataError(
      'PARTITION_MISSING',
      found.path,
      `has no '${field.name}=…' in its path, which the table is partitioned by`,
    )
  if (text === null) return null
  const value = parsed(field, text)
  if (value === undefined)
    throw new DataError('PARTITION_VALUE', found.path, `the partition value '${text}' is no ${printType(field.type)}`)
  return value
}

function parsed({ type }: Field, text: string): Value | undefined {
  if (isText(type)) return text
  switch (type.kind) {
    case 'BOOLEAN':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return /^-?\d+$/.test(text) ? Number(text) : undefined
    case 'BIGINT':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined
    case 'FLOAT':
    case 'DOUBLE':
      return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : undefined
    case 'DATE':
      return parseDateText(text)
    case 'TIMESTAMP':
      return parseTimestampText(text, type.precision)
    default:
      throw new UnsupportedError(`a partition column of type ${printType(type)}`)
  }
}

/** The text a partition's directory is named by; undefined for NULL. */
export function partitionText(type: DataType, value: Value): string | undefined {
  if (value === null || value === '') return undefined
  if (isText(type)) return value as string
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String(value)
    case 'DOUBLE':
    case 'FLOAT':
      return doubleText(value as number)
    case 'DATE':
      return dateText(value as number)
    case 'TIMESTAMP':
      return timestampText(value as bigint, type.precision)
    default:
      throw new UnsupportedError(`a partition column of type ${printType(type)}`)
  }
}
