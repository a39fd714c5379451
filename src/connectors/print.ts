/**
 * `'connector' = 'print'`: a line per row on standard output, as Flink's print sink writes it.
 *
 *     +I[ann, 5]
 *     -U[ann, 5]
 *     total> +U[ann, 7]      with 'print-identifier' = 'total'
 */
import { Options, type OptionSet } from '../catalog/option.ts'
import { type Chunk, kindAt } from '../data/chunk.ts'
import { valueAt } from '../data/column.ts'
import { rowKindText } from '../data/row-kind.ts'
import { javaText } from '../data/java-text.ts'
import type { Connector } from './connector.ts'

const options: OptionSet = {
  required: [],
  optional: [
    { name: 'print-identifier', type: 'string', description: 'written before each row' },
    {
      name: 'standard-error',
      type: 'boolean',
      default: 'false',
      description: 'print to standard error instead of standard output',
    },
    { name: 'sink.parallelism', type: 'integer', description: 'accepted for compatibility; one task writes' },
  ],
}

export const print: Connector = {
  name: 'print',
  options,
  accepts: 'all',
  sink(table, context) {
    const given = new Options("connector 'print'", options, table.options)
    const prefix = given.string('print-identifier')
    const write = given.boolean('standard-error') ? context.stderr : context.stdout
    return {
      open: async () => ({
        write(chunk) {
          const text = printed(chunk, prefix === undefined || prefix === '' ? '' : `${prefix}> `)
          chunk.release()
          return write(text)
        },
        prepare: async () => null,
        commit: async () => {},
        close: async () => {},
      }),
    }
  },
}

function printed(chunk: Chunk, prefix: string): string {
  let text = ''
  for (let row = 0; row < chunk.length; row++) {
    const values = chunk.columns.map(column => javaText(column.type, valueAt(column, row)))
    text += `${prefix}${rowKindText[kindAt(chunk, row)]}[${values.join(', ')}]\n`
  }
  return text
}
