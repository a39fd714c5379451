/** Columns that a file gives all its rows alike: partition values and metadata, put beside what the format decoded. */
import { Chunk } from '../../data/chunk.ts'
import { type Column, arraysOf, newColumn, setValue } from '../../data/column.ts'
import type { BufferPool } from '../../data/pool.ts'
import type { Schema } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'

/** By position in the result: the decoded column of that number, or a value for every row. */
export type Assembly = readonly ({ readonly decoded: number } | { readonly value: Value })[]

/** Takes over `chunk`. */
export function withConstants(chunk: Chunk, schema: Schema, assembly: Assembly, pool: BufferPool): Chunk {
  const columns: Column[] = []
  const made: Column[] = []
  for (const [i, part] of assembly.entries()) {
    if ('decoded' in part) columns.push(chunk.columns[part.decoded]!)
    else {
      const column = newColumn(schema[i]!.type, chunk.length, pool)
      for (let row = 0; row < chunk.length; row++) setValue(column, row, part.value)
      made.push(column)
      columns.push(column)
    }
  }
  return new Chunk({
    schema,
    length: chunk.length,
    columns,
    kinds: chunk.kinds,
    owned: made.flatMap(arraysOf),
    pool,
    parents: [chunk],
  })
}
