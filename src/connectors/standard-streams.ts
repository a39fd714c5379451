/**
 * `'connector' = 'stdin'` reads the process's standard input, `'connector' = 'stdout'` writes to its standard output, both
 * with a `format`. For pipes: what is read can't be read again, so a job over it can't be restored.
 */
import { ConnectorError, SqlError } from '../base/errors.ts'
import { Options, type OptionSet } from '../catalog/option.ts'
import type { Chunk } from '../data/chunk.ts'
import { byteWriter } from '../formats/byte-writer.ts'
import type { DecodeCounts } from '../formats/format.ts'
import { createSplitter } from '../formats/index.ts'
import type { SourceReader } from '../runtime/dataflow/source.ts'
import type { Connector, ConnectorContext, ScanRequest } from './connector.ts'
import { encodingFormatOf, formatOf } from './format-of.ts'
import { MessageReader } from './message-reader.ts'

const stdinOptions: OptionSet = {
  required: [],
  optional: [{ name: 'max-line-bytes', type: 'bytes', default: '128mb', description: 'a longer record is an error' }],
}

export const stdin: Connector = {
  name: 'stdin',
  options: stdinOptions,
  bounded: () => true,
  source: (request, context) => ({
    bounded: true,
    schema: request.schema,
    async open(from) {
      if (from !== undefined)
        throw new ConnectorError('STDIN_RESTORE', 'standard input can not be read again, so this job can not be restored')
      return new StdinReader(request, context)
    },
  }),
}

class StdinReader implements SourceReader {
  readonly backlog = true
  readonly #messages: MessageReader
  readonly #counts: DecodeCounts = { skippedRecords: 0, nulledFields: 0 }
  readonly #blocks: AsyncIterator<Uint8Array | string>
  readonly #stream: NodeJS.ReadableStream
  #pending = new Uint8Array()
  #doneBytes = 0
  #ended = false

  constructor({ table, columns }: ScanRequest, context: ConnectorContext) {
    const { format, options } = formatOf(table)
    if ('bulk' in format)
      throw new SqlError('FORMAT_STREAM', `format '${format.bulk.name}' needs a file; it can't be read from standard input`)
    const physical = table.columns.filter(c => c.kind === 'physical').map(({ name, type }) => ({ name, type }))
    const schema = columns.map(name => physical.find(c => c.name === name)!)
    const given = new Options("connector 'stdin'", stdinOptions, table.options)
    const settings = {
      name: 'standard input',
      pool: context.pool,
      maxLineBytes: given.bytes('max-line-bytes'),
      columns: physical.length,
    }
    const decoder = format.messages.decoder(schema, physical, options, {
      pool: context.pool,
      zone: context.zone,
      counts: this.#counts,
      name: `${context.name}/stdin-decoder`,
    })
    this.#messages = new MessageReader(createSplitter(format.messages, options, settings), decoder)
    this.#stream = context.stdin
    this.#blocks = context.stdin[Symbol.asyncIterator]()
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end'> {
    const chunk = this.#messages.next()
    if (chunk !== undefined && chunk.length > 0) return chunk
    chunk?.release()
    return this.#ended ? 'end' : this.#fill()
  }

  async #fill(): Promise<Chunk | 'end'> {
    for (;;) {
      if (this.#pending.length === 0) {
        const { done, value } = await this.#blocks.next()
        if (done === true) {
          this.#ended = true
          this.#messages.splitter.end()
        } else {
          this.#pending = typeof value === 'string' ? new TextEncoder().encode(value) : value.slice()
          this.#doneBytes += this.#pending.length
        }
      }
      const space = this.#ended ? this.#pending : this.#messages.splitter.space().subarray(0, this.#pending.length)
      if (!this.#ended) {
        space.set(this.#pending.subarray(0, space.length))
        this.#messages.splitter.filled(space.length)
        this.#pending = this.#pending.subarray(space.length)
      }
      const chunk = this.#messages.next()
      if (chunk !== undefined && chunk.length > 0) return chunk
      chunk?.release()
      if (this.#ended && chunk === undefined) return 'end'
    }
  }

  position() {
    return this.#doneBytes
  }

  progress() {
    return { doneBytes: this.#doneBytes, ...this.#counts }
  }

  async close(): Promise<void> {
    this.#messages.close()
    // Not returned: that would wait for input that may never come. Letting go of the stream lets the process end.
    ;(this.#stream as Partial<NodeJS.ReadStream>).unref?.()
  }
}

export const stdout: Connector = {
  name: 'stdout',
  options: { required: [], optional: [] },
  accepts: 'insert-only',
  sink(table, context) {
    const { format, options } = encodingFormatOf(table)
    const schema = table.columns.filter(c => c.kind === 'physical').map(({ name, type }) => ({ name, type }))
    const encoder = format.encoder!(schema, options, { zone: context.zone, name: `${context.name}/stdout-encoder` })
    const buffer = byteWriter()
    return {
      open: async () => ({
        write(chunk) {
          buffer.length = 0
          encoder.encode(chunk, buffer)
          chunk.release()
          return context.stdout(buffer.bytes.slice(0, buffer.length))
        },
        prepare: async () => null,
        commit: async () => {},
        close: async () => {},
      }),
    }
  },
}
