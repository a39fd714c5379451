/** Types as written in DDL and CAST: `ROW<a INT NOT NULL, b ARRAY<STRING>>`. */
import type { BasicTypeName, FieldDefinition, TypeName } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { intervalQualifier } from './intervals.ts'

/** Type words that stand for a basic type, with how many numbers may follow in parentheses. */
const basic: Readonly<Record<string, readonly [BasicTypeName, number]>> = {
  BOOLEAN: ['BOOLEAN', 0],
  TINYINT: ['TINYINT', 0],
  SMALLINT: ['SMALLINT', 0],
  INT: ['INT', 0],
  INTEGER: ['INT', 0],
  BIGINT: ['BIGINT', 0],
  DECIMAL: ['DECIMAL', 2],
  DEC: ['DECIMAL', 2],
  NUMERIC: ['DECIMAL', 2],
  FLOAT: ['FLOAT', 0],
  REAL: ['FLOAT', 0],
  DOUBLE: ['DOUBLE', 0],
  CHAR: ['CHAR', 1],
  CHARACTER: ['CHAR', 1],
  VARCHAR: ['VARCHAR', 1],
  STRING: ['STRING', 0],
  BINARY: ['BINARY', 1],
  VARBINARY: ['VARBINARY', 1],
  BYTES: ['BYTES', 0],
  DATE: ['DATE', 0],
  TIME: ['TIME', 1],
  TIMESTAMP: ['TIMESTAMP', 1],
  TIMESTAMP_LTZ: ['TIMESTAMP_LTZ', 1],
  VARIANT: ['VARIANT', 0],
  DESCRIPTOR: ['DESCRIPTOR', 0],
  NULL: ['NULL', 0],
}

/** A type with its nullability and with ARRAY or MULTISET behind it: `INT NOT NULL ARRAY`. */
export function typeName(p: Cursor): TypeName {
  return p.nested(() => {
    const start = p.start
    let type = withNullability(p, start, plainType(p))
    while (p.atAny('ARRAY', 'MULTISET')) {
      p.grow()
      const kind = p.next().symbol === 'ARRAY' ? 'array-type' : 'multiset-type'
      type = withNullability(p, start, { kind, element: type, nullable: undefined, span: p.spanFrom(start) })
    }
    return type
  })
}

/** A type that RETURNING names: it has no nullability, and a NULL behind it belongs to what follows. */
export function returnedType(p: Cursor): TypeName {
  return p.nested(() => plainType(p))
}

function withNullability(p: Cursor, start: number, type: TypeName): TypeName {
  if (p.take('NOT', 'NULL')) return { ...type, nullable: false, span: p.spanFrom(start) }
  if (p.take('NULL')) return { ...type, nullable: true, span: p.spanFrom(start) }
  return type
}

function plainType(p: Cursor): TypeName {
  const start = p.start
  const nullable = undefined
  for (const word in basic) p.at(word)
  if (p.take('ARRAY')) return { kind: 'array-type', element: bracketed(p, () => typeName(p)), nullable, span: p.spanFrom(start) }
  if (p.take('MULTISET')) {
    return { kind: 'multiset-type', element: bracketed(p, () => typeName(p)), nullable, span: p.spanFrom(start) }
  }
  if (p.take('MAP', '<')) {
    const key = typeName(p)
    p.expect(',')
    const value = typeName(p)
    p.expect('>')
    return { kind: 'map-type', key, value, nullable, span: p.spanFrom(start) }
  }
  if (p.take('ROW')) return { kind: 'row-type', fields: rowFields(p), nullable, span: p.spanFrom(start) }
  if (p.take('STRUCTURED')) {
    p.expect('<')
    const className = p.string('a class name in single quotes')
    const fields = p.take(',') ? p.list(() => fieldDefinition(p)) : []
    p.expect('>')
    return { kind: 'structured-type', className, fields, nullable, span: p.spanFrom(start) }
  }
  if (p.take('RAW')) {
    p.expect('(')
    const className = p.string('a class name in single quotes')
    p.expect(',')
    const serializer = p.string('a serializer in single quotes')
    p.expect(')')
    return { kind: 'raw-type', className, serializer, nullable, span: p.spanFrom(start) }
  }
  if (p.take('INTERVAL')) return { kind: 'interval-type', qualifier: intervalQualifier(p), nullable, span: p.spanFrom(start) }
  const known = p.token.kind === 'word' ? basic[p.token.symbol] : undefined
  if (known !== undefined) return basicType(p, ...known)
  return { kind: 'named-type', name: p.name('a type'), nullable, span: p.spanFrom(start) }
}

function basicType(p: Cursor, name: BasicTypeName, maxParameters: number): TypeName {
  const start = p.start
  const word = p.next().symbol
  if (word === 'DOUBLE') p.take('PRECISION')
  const varying = (name === 'CHAR' || name === 'BINARY') && p.take('VARYING')
  const parameters = maxParameters > 0 && p.take('(') ? p.list(() => p.integer()) : []
  if (parameters.length > maxParameters) p.fail(')')
  if (parameters.length > 0) p.expect(')')
  const folded = varying ? (`VAR${name}` as BasicTypeName) : zoned(p, name)
  return { kind: 'basic-type', name: folded, parameters, nullable: undefined, span: p.spanFrom(start) }
}

/** TIME and TIMESTAMP may say what they think of time zones. */
function zoned(p: Cursor, name: BasicTypeName): BasicTypeName {
  if (name !== 'TIME' && name !== 'TIMESTAMP') return name
  if (p.take('WITHOUT', 'TIME', 'ZONE')) return name
  if (name === 'TIMESTAMP' && p.take('WITH', 'LOCAL', 'TIME', 'ZONE')) return 'TIMESTAMP_LTZ'
  if (name === 'TIMESTAMP' && p.take('WITH', 'TIME', 'ZONE')) return 'TIMESTAMP_TZ'
  return name
}

function bracketed<T>(p: Cursor, rule: () => T): T {
  p.expect('<')
  const result = rule()
  p.expect('>')
  return result
}

function rowFields(p: Cursor): FieldDefinition[] {
  if (p.take('<>') || p.take('(', ')')) return []
  return p.at('(') ? p.parenthesized(() => fieldDefinition(p)) : bracketed(p, () => p.list(() => fieldDefinition(p)))
}

function fieldDefinition(p: Cursor): FieldDefinition {
  const start = p.start
  const name = p.identifier('a field name')
  const type = typeName(p)
  const comment = p.atString() ? p.string() : undefined
  return { kind: 'field-definition', name, type, comment, span: p.spanFrom(start) }
}
