/** Types as text: `ROW<a INT NOT NULL, b ARRAY<STRING>>`. */
import { unreachable } from '../../base/assert.ts'
import type { FieldDefinition, IntervalQualifier, TypeName } from '../ast.ts'
import { identifierText, nameText, phrase, stringText } from './names.ts'

export function typeText(type: TypeName): string {
  return phrase(plainText(type), type.nullable === true && 'NULL', type.nullable === false && 'NOT NULL')
}

function plainText(type: TypeName): string {
  switch (type.kind) {
    case 'basic-type': {
      const parameters = type.parameters.length === 0 ? '' : `(${type.parameters.join(', ')})`
      return type.name === 'TIMESTAMP_TZ' ? `TIMESTAMP${parameters} WITH TIME ZONE` : `${type.name}${parameters}`
    }
    case 'named-type':
      return nameText(type.name)
    case 'interval-type':
      return `INTERVAL ${qualifierText(type.qualifier)}`
    case 'array-type':
      return `ARRAY<${typeText(type.element)}>`
    case 'multiset-type':
      return `MULTISET<${typeText(type.element)}>`
    case 'map-type':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`
    case 'row-type':
      return `ROW<${type.fields.map(fieldText).join(', ')}>`
    case 'structured-type':
      return `STRUCTURED<${[stringText(type.className), ...type.fields.map(fieldText)].join(', ')}>`
    case 'raw-type':
      return `RAW(${stringText(type.className)}, ${stringText(type.serializer)})`
    default:
      return unreachable(type)
  }
}

function fieldText({ name, type, comment }: FieldDefinition): string {
  return phrase(identifierText(name), typeText(type), comment && stringText(comment))
}

/** `DAY(3) TO SECOND(6)`. */
export function qualifierText({ start, startPrecision, end, fractionPrecision }: IntervalQualifier): string {
  const inStart = end === undefined ? [startPrecision, fractionPrecision] : [startPrecision]
  const from = start + precisionText(inStart)
  return end === undefined ? from : `${from} TO ${end}${precisionText([fractionPrecision])}`
}

function precisionText(numbers: readonly (number | undefined)[]): string {
  const written = numbers.filter(number => number !== undefined)
  return written.length === 0 ? '' : `(${written.join(', ')})`
}
