/** VALUES as a source: rows computed once, position is how many were given. */
import { type Chunk, CHUNK_ROWS, ChunkBuilder } from '../data/chunk.ts'
import type { BufferPool } from '../data/pool.ts'
import { RowKind } from '../data/row-kind.ts'
import { type Schema, withNullable } from '../data/type.ts'
import { evaluate } from '../expr/evaluate.ts'
import type { SessionFacts } from '../expr/function.ts'
import type { PhysicalOf } from '../planner/physical/plan.ts'
import type { Source } from '../runtime/dataflow/source.ts'

export function valuesSource(node: PhysicalOf<'Values'>, session: SessionFacts, pool: BufferPool): Source {
  const { schema, rows } = node
  return {
    bounded: true,
    schema,
    async open(from) {
      let given = typeof from === 'number' ? from : 0
      return {
        next(): Chunk | 'end' {
          if (given >= rows.length) return 'end'
          const chunk = valuesChunk(schema, rows.slice(given, given + CHUNK_ROWS), session, pool)
          given += chunk.length
          return chunk
        },
        position: () => given,
        backlog: true,
        progress: () => ({}),
        close: async () => {},
      }
    },
  }
}

function valuesChunk(schema: Schema, rows: PhysicalOf<'Values'>['rows'], session: SessionFacts, pool: BufferPool): Chunk {
  const values = rows.map(row => row.map(expr => evaluate(expr, [], session)))
  // A DECIMAL that does not fit is NULL where its type has no NULL.
  const held = schema.map((field, i) =>
    values.some(row => row[i] === null) ? { ...field, type: withNullable(field.type, true) } : field,
  )
  const builder = new ChunkBuilder(held, pool, { kinds: false })
  for (const row of values) builder.append(RowKind.Insert, row)
  return builder.finish()
}
