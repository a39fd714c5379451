/** What OVER, WINDOW and ORDER BY share. */
import type { Expression, Frame, FrameBound, Identifier, OrderItem, WindowSpec } from './ast.ts'
import type { Cursor } from './cursor.ts'

/** `ORDER BY a DESC NULLS LAST, b`, or nothing. */
export function orderBy(p: Cursor): OrderItem[] {
  if (!p.take('ORDER')) return []
  p.expect('BY')
  return p.list(() => orderItem(p))
}

export function orderItem(p: Cursor): OrderItem {
  const start = p.start
  const expression = p.expression()
  const direction = p.takeAny('ASC', 'DESC')
  const nulls = p.take('NULLS') ? p.expectAny('FIRST', 'LAST') : undefined
  return { kind: 'order-item', expression, direction, nulls, span: p.spanFrom(start) }
}

/** `PARTITION BY a, b`, or nothing. */
export function partitionBy(p: Cursor): Expression[] {
  if (!p.take('PARTITION')) return []
  p.expect('BY')
  return p.list(() => p.expression())
}

/** `OVER w`, `OVER (..)`, or nothing. */
export function over(p: Cursor): WindowSpec | Identifier | undefined {
  if (!p.take('OVER')) return undefined
  return p.at('(') ? windowSpec(p) : p.identifier('a window')
}

export function windowSpec(p: Cursor): WindowSpec {
  const start = p.start
  p.expect('(')
  const base = p.atName() ? p.identifier() : undefined
  const partitions = partitionBy(p)
  const order = orderBy(p)
  const frame = p.atAny('ROWS', 'RANGE') ? windowFrame(p) : undefined
  p.expect(')')
  return { kind: 'window', base, partitionBy: partitions, orderBy: order, frame, span: p.spanFrom(start) }
}

function windowFrame(p: Cursor): Frame {
  const from = p.start
  const unit = p.expectAny('ROWS', 'RANGE')
  if (!p.take('BETWEEN')) return { kind: 'frame', unit, start: frameBound(p), end: undefined, span: p.spanFrom(from) }
  const start = frameBound(p)
  p.expect('AND')
  return { kind: 'frame', unit, start, end: frameBound(p), span: p.spanFrom(from) }
}

function frameBound(p: Cursor): FrameBound {
  const start = p.start
  const bound = (type: FrameBound['type'], offset: FrameBound['offset']): FrameBound => {
    return { kind: 'frame-bound', type, offset, span: p.spanFrom(start) }
  }
  if (p.take('CURRENT')) {
    p.expect('ROW')
    return bound('CURRENT ROW', undefined)
  }
  if (p.take('UNBOUNDED')) return bound(`UNBOUNDED ${p.expectAny('PRECEDING', 'FOLLOWING')}`, undefined)
  const offset = p.expression()
  return bound(p.expectAny('PRECEDING', 'FOLLOWING'), offset)
}
