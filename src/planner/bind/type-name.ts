/** A type as syntax again, for statements that are made of others: CREATE TABLE AS. */
import type { Span } from '../../base/span.ts'
import { type DataType, printType } from '../../data/type.ts'
import type * as ast from '../../sql/ast.ts'
import { parseType } from '../../sql/parser.ts'

/** Its spans are all the given one: the type was not written. */
export function typeName(type: DataType, span: Span): ast.TypeName {
  const text = type.kind === 'CHAR' && type.length === 0 ? 'CHAR(1)' : printType(type)
  return { ...parseType(text), span }
}
