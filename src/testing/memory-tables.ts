/**
 * Tables in memory, as the connector 'values': a source gives rows with their kinds, a sink keeps what it is told.
 *
 *     const tables = new MemoryTables()
 *     tables.fill('orders', schema, [['+I', ['ann', 5n]]])
 *     CREATE TABLE orders (…) WITH ('connector' = 'values', 'data-id' = 'orders')
 */
import { assert } from '../base/assert.ts'
import type { OptionSet } from '../catalog/option.ts'
import type { TableEntry } from '../catalog/table.ts'
import type { Connector } from '../connectors/connector.ts'
import { CHUNK_ROWS, ChunkBuilder, rowAt } from '../data/chunk.ts'
import type { BufferPool } from '../data/pool.ts'
import { type RowKind, rowKindText } from '../data/row-kind.ts'
import type { Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { SinkWriter } from '../runtime/dataflow/sink.ts'
import type { Source } from '../runtime/dataflow/source.ts'

export type Op = (typeof rowKindText)[number]
export type TestRow = readonly [op: Op, values: readonly Value[]]

const options: OptionSet = {
  required: [],
  optional: [
    { name: 'data-id', type: 'string', description: 'the rows, as registered' },
    { name: 'bounded', type: 'boolean', description: 'it ends' },
    { name: 'changelog-mode', type: 'string', description: 'I,UB,UA,D: the kinds of rows it gives; of a sink, those it takes' },
    { name: 'sink-insert-only', type: 'boolean', description: 'the sink takes inserts only' },
    { name: 'sink-changelog-mode-enforced', type: 'string', description: 'the kinds of rows the sink takes' },
    { name: 'chunk-rows', type: 'integer', description: 'rows of a chunk' },
    { name: 'chunk-ends-at', type: 'integer', description: 'a chunk ends when so many rows were given' },
  ],
  // Flink's own connector of this name has many more options, which say how Flink's planner is to be tested.
  patterns: [{ name: '*', type: 'string', description: 'taken without effect' }],
}

/** What a source throws when its time has come. */
export class SimulatedCrash extends Error {}

const isSource = (table: TableEntry): boolean => table.options['data-id'] !== undefined

export class MemoryTables {
  /** Rows by data id, of all physical columns of the table. */
  readonly sources = new Map<string, readonly TestRow[]>()
  /** What sinks were told and what was committed, by table name. */
  readonly sinks = new Map<string, TestRow[]>()
  /** Written and prepared, not committed: what an outside system would keep over a crash. */
  readonly #prepared = new Map<string, readonly TestRow[]>()
  readonly #chunkRows: number
  /** Chunks that sources still give before one fails as if the process had died. */
  chunksBeforeCrash = Number.POSITIVE_INFINITY

  constructor(settings: { readonly chunkRows?: number } = {}) {
    this.#chunkRows = settings.chunkRows ?? CHUNK_ROWS
  }

  readonly connector: Connector = {
    name: 'values',
    options,
    accepts: 'all',
    acceptsOf: table => {
      if (table.options['sink-insert-only'] === 'true') return 'insert-only'
      const kinds =
        table.options['sink-changelog-mode-enforced'] ?? (isSource(table) ? undefined : table.options['changelog-mode'])
      return table.primaryKey.length > 0 && kinds?.includes('UB') !== true ? 'upsert' : 'all'
    },
    bounded: () => true,
    metadataOf: table => table.columns.flatMap(c => (c.kind === 'metadata' ? [{ name: c.key, type: c.type }] : [])),
    changes(table) {
      const kinds = (table.options['changelog-mode'] ?? 'I').split(',').map(kind => kind.trim())
      const deletes = kinds.some(kind => kind.startsWith('D'))
      return { updateBefore: kinds.includes('UB'), updateAfter: kinds.includes('UA'), delete: deletes }
    },
    source: ({ table, columns }, { pool }) => this.#source(table, columns, pool),
    sink: table => {
      const name = table.path[2]
      if (!this.sinks.has(name)) this.sinks.set(name, [])
      return { open: async () => this.#writer(name) }
    },
  }

  /** Two phases, as a real sink has them: rows that were not committed are not there. */
  #writer(name: string): SinkWriter {
    let written: TestRow[] = []
    return {
      write(chunk) {
        for (let row = 0; row < chunk.length; row++) written.push([rowKindText[chunk.kinds?.[row] ?? 0]!, rowAt(chunk, row)])
        chunk.release()
        return undefined
      },
      prepare: async checkpoint => {
        const id = `${name}/${checkpoint}`
        this.#prepared.set(id, written)
        written = []
        return id
      },
      commit: async id => {
        this.sinks.get(name)!.push(...(this.#prepared.get(id as string) ?? []))
        this.#prepared.delete(id as string)
      },
      close: async () => {},
    }
  }

  #source(table: TableEntry, columns: readonly string[], pool: BufferPool): Source {
    const id = table.options['data-id'] ?? table.path[2]
    const rows = this.sources.get(id)
    assert(rows !== undefined, `the rows '${id}' are registered`)
    const stored = table.columns.filter(column => column.kind !== 'computed')
    const indexes = columns.map(name => stored.findIndex(column => column.name === name))
    const schema: Schema = indexes.map(i => ({ name: stored[i]!.name, type: stored[i]!.type }))
    const crash = () => this.chunksBeforeCrash-- <= 0
    const size = Number(table.options['chunk-rows'] ?? this.#chunkRows)
    const pause = Number(table.options['chunk-ends-at'] ?? 0)
    return {
      bounded: true,
      schema,
      async open(from) {
        let given = (from as number | undefined) ?? 0
        return {
          next() {
            if (given >= rows.length) return 'end'
            if (crash()) throw new SimulatedCrash()
            const builder = new ChunkBuilder(schema, pool, { kinds: true })
            for (const [op, values] of rows.slice(given, given < pause ? Math.min(given + size, pause) : given + size)) {
              builder.append(
                rowKindText.indexOf(op) as RowKind,
                indexes.map(i => values[i]!),
              )
            }
            given += builder.length
            const chunk = builder.finish()
            builder.discard()
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
}
