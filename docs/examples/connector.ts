import { ChunkBuilder, type Connector, type JsValue, Millrace, RowKind } from 'millrace'

/** `'connector' = 'array', 'name' = 'people'`: the rows of an array in this program. */
const arrays: Record<string, Record<string, JsValue>[]> = {
  people: [
    { name: 'ann', age: 34 },
    { name: 'bob', age: 27 },
  ],
}

const array: Connector = {
  name: 'array',
  options: { required: [{ name: 'name', type: 'string', description: 'which array' }], optional: [] },
  source: ({ table, schema }, { pool }) => ({
    bounded: true,
    schema,
    async open(from) {
      const rows = arrays[table.options.name ?? ''] ?? []
      let at = Number(from ?? 0)
      return {
        backlog: true,
        next() {
          if (at >= rows.length) return 'end'
          const builder = new ChunkBuilder(schema, pool, { kinds: false })
          for (; at < rows.length && !builder.full; at++) {
            const row = rows[at]!
            builder.append(
              RowKind.Insert,
              schema.map(field => row[field.name] as never),
            )
          }
          const chunk = builder.finish()
          builder.discard()
          return chunk
        },
        position: () => at,
        progress: () => ({}),
        async close() {},
      }
    },
  }),
}

const db = await Millrace.open({ connectors: [array] })
await db.execute(`CREATE TABLE people (name STRING, age INT) WITH ('connector' = 'array', 'name' = 'people')`)
console.log(await (await db.execute('SELECT name FROM people WHERE age > 30')).toArray())
await db.close()
