/** VALUES as a source: rows computed once, position is how many were given. */
import { type Chunk, CHUNK_ROWS, ChunkBuilder } from '../data/chunk.ts'
import type { BufferPool } from '../data/pool.ts'
import { RowKind } from '../data/row-kind.ts'
import type { Schema } from '../data/type.ts'
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
  const builder = new ChunkBuilder(schema, pool, { kinds: false })
  for (const row of rows)
    builder.append(
      RowKind.Insert,
      row.map(expr => evaluate(expr, [], session)),
    )
  return builder.finish()
}
