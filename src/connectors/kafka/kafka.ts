/**
 * `'connector' = 'kafka'`: topics of a Kafka, ours or another one, read and written. The client is loaded when a table is
 * opened: most queries have none.
 */
import { SqlError } from '../../base/errors.ts'
import { type TableEntry, printPath } from '../../catalog/table.ts'
import type { Connector } from '../connector.ts'
import { encodingFormatOf } from '../format-of.ts'
import { partsOf } from './fields.ts'
import { readableMetadata, writableMetadata } from './metadata.ts'
import { checkSink, isBounded, kafkaOptions, kafkaTable, wrong } from './options.ts'

export const kafka: Connector = {
  name: 'kafka',
  options: kafkaOptions,
  accepts: 'insert-only',
  metadata: readableMetadata,
  writableMetadata,
  bounded: isBounded,
  nestedProjectionOf: table => {
    const { key, value } = partsOf(table)
    return value.format.nestedProjection === true && (key === undefined || key.format.nestedProjection === true)
  },
  source(request, context) {
    const { table } = request
    checkTable(table)
    const spec = { ...kafkaTable(table), parts: partsOf(table), request, context }
    return {
      bounded: spec.bounded !== undefined,
      schema: request.schema,
      open: async from => (await import('./source.ts')).openReader(spec, from),
    }
  },
  sink(table, context) {
    checkTable(table)
    checkSink(table)
    const given = kafkaTable(table)
    const parts = partsOf(table)
    encodingFormatOf(table, table.options['value.format'] === undefined ? '' : 'value.')
    if (parts.key !== undefined) encodingFormatOf(table, 'key.')
    const several = 'names' in given.topics && given.topics.names.length > 1
    const named = table.columns.some(c => c.kind === 'metadata' && c.key === 'topic' && !c.virtual)
    if (several && !named)
      throw wrong(
        `'topic' lists several topics: a column METADATA FROM 'topic' of ${printPath(table.path)} says which one a row goes to`,
      )
    return { open: async () => (await import('./sink.ts')).openWriter({ ...given, parts, context }) }
  },
}

/** Kafka itself holds no keys unique: a table of inserts that says so would lie. */
function checkTable(table: TableEntry): void {
  if (table.primaryKey.length === 0) return
  const message =
    `The Kafka table '${printPath(table.path)}' doesn't support defining PRIMARY KEY constraint on the table, ` +
    "because it can't guarantee the semantic of primary key."
  throw new SqlError('CONNECTOR_KEY', message)
}
