/** What stands in the parentheses of CREATE TABLE: columns, constraints, watermarks. */
import type { Constraint, Identifier, PhysicalColumn, TableElement, Watermark } from './ast.ts'
import { columnNames, comment } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { typeName } from './types.ts'

export function tableElement(p: Cursor): TableElement {
  if (p.at('WATERMARK')) return watermark(p)
  if (p.atAny('CONSTRAINT', 'PRIMARY', 'UNIQUE')) return tableConstraint(p)
  return column(p)
}

function watermark(p: Cursor): Watermark {
  const { start } = p.expect('WATERMARK')
  p.expect('FOR')
  const column = p.name('a column')
  p.expect('AS')
  const expression = p.expression()
  return { kind: 'watermark', column, expression, span: p.spanFrom(start) }
}

function column(p: Cursor): TableElement {
  const name = p.identifier('a column')
  const { start } = name.span
  if (p.take('AS')) {
    const expression = p.expression()
    const text = comment(p)
    return { kind: 'computed-column', name, expression, comment: text, span: p.spanFrom(start) }
  }
  if (p.atAny(',', ')')) return { kind: 'column-name', name, span: name.span }
  const type = typeName(p)
  if (p.take('METADATA')) {
    const from = p.take('FROM') ? p.string() : undefined
    const virtual = p.take('VIRTUAL')
    const text = comment(p)
    return { kind: 'metadata-column', name, type, from, virtual, comment: text, span: p.spanFrom(start) }
  }
  const constraint = p.atAny('CONSTRAINT', 'PRIMARY', 'UNIQUE') ? columnConstraint(p, name) : undefined
  const text = comment(p)
  return { kind: 'physical-column', name, type, constraint, comment: text, span: p.spanFrom(start) }
}

/** `c TYPE [COMMENT '..']`: a column of a model. */
export function physicalColumn(p: Cursor): PhysicalColumn {
  const node = column(p)
  return node.kind === 'physical-column' ? node : p.reject('a model has physical columns only', node.span)
}

function tableConstraint(p: Cursor): Constraint {
  const start = p.start
  const { name, type } = constraintHead(p)
  const columns = columnNames(p)
  return { kind: 'constraint', name, type, columns, enforced: enforcement(p), span: p.spanFrom(start) }
}

function columnConstraint(p: Cursor, column: Identifier): Constraint {
  const start = p.start
  const { name, type } = constraintHead(p)
  return { kind: 'constraint', name, type, columns: [column], enforced: enforcement(p), span: p.spanFrom(start) }
}

function constraintHead(p: Cursor): Pick<Constraint, 'name' | 'type'> {
  const name = p.take('CONSTRAINT') ? p.identifier() : undefined
  if (p.take('UNIQUE')) return { name, type: 'UNIQUE' }
  p.expect('PRIMARY', 'KEY')
  return { name, type: 'PRIMARY KEY' }
}

function enforcement(p: Cursor): boolean | undefined {
  if (p.take('NOT', 'ENFORCED')) return false
  return p.take('ENFORCED') ? true : undefined
}
