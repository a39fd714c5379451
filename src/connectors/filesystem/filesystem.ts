/** `'connector' = 'filesystem'`: files, directories, globs and partitioned paths of this machine. */
import { createWriteStream } from 'node:fs'
import { ConnectorError } from '../../base/errors.ts'
import { Options, type OptionSet } from '../../catalog/option.ts'
import { types } from '../../data/type.ts'
import type { Connector } from '../connector.ts'
import { encodingFormatOf, formatOf } from '../format-of.ts'
import { localPath } from './paths.ts'
import { filesystemSink } from './sink.ts'
import { type ErrorsFile, filesystemSource } from './source.ts'

const options: OptionSet = {
  required: [{ name: 'path', type: 'string', description: 'a file, a directory, or a glob' }],
  optional: [
    {
      name: 'source.monitor-interval',
      type: 'duration',
      description: 'look for new files again and again; unset: the table is bounded',
    },
    { name: 'source.follow', type: 'boolean', default: 'false', description: 'go on reading a file as it grows' },
    { name: 'source.errors-file', type: 'string', description: 'a file that skipped records are appended to, as JSON lines' },
    { name: 'source.disorder-seed', type: 'integer', description: 'give rows in a seeded random order within each chunk' },
    { name: 'max-line-bytes', type: 'bytes', default: '128mb', description: 'a longer record is an error' },
    {
      name: 'sink.rolling-policy.file-size',
      type: 'bytes',
      default: '128mb',
      description: 'a part file is finished at this size',
    },
    {
      name: 'sink.rolling-policy.rollover-interval',
      type: 'duration',
      default: '30 min',
      description: 'a part file is finished at this age',
    },
    {
      name: 'sink.rolling-policy.check-interval',
      type: 'duration',
      default: '1 min',
      description: 'taken for compatibility; ages are looked at with each write',
    },
  ],
}

export const filesystem: Connector = {
  name: 'filesystem',
  options,
  accepts: 'insert-only',
  metadata: [
    { name: 'file.path', type: types.string(false) },
    { name: 'file.name', type: types.string(false) },
    { name: 'file.size', type: types.bigint(false) },
    { name: 'file.modification-time', type: types.timestampLtz(3, false) },
  ],
  bounded: table =>
    table.options['source.monitor-interval'] === undefined && table.options['source.follow']?.toLowerCase() !== 'true',
  nestedProjectionOf(table) {
    const { format } = formatOf(table)
    return 'messages' in format && format.messages.nestedProjection === true
  },
  source(request, context) {
    const { table } = request
    const given = new Options("connector 'filesystem'", options, table.options)
    const { format, options: formatOptions } = formatOf(table)
    const errorsFile = given.string('source.errors-file')
    return filesystemSource({
      request,
      context,
      path: given.string('path')!,
      monitorMs: given.duration('source.monitor-interval'),
      follow: given.boolean('source.follow'),
      disorderSeed: given.integer('source.disorder-seed'),
      maxLineBytes: given.bytes('max-line-bytes'),
      errorsFile: errorsFile === undefined ? undefined : appendingErrors(localPath(errorsFile)),
      format,
      formatOptions,
    })
  },
  sink(table, context) {
    const given = new Options("connector 'filesystem'", options, table.options)
    const { format, options: formatOptions } = encodingFormatOf(table)
    return filesystemSink({
      table,
      context,
      path: given.string('path')!,
      format,
      formatOptions,
      rollBytes: given.bytes('sink.rolling-policy.file-size')!,
      rollMs: given.duration('sink.rolling-policy.rollover-interval')!,
    })
  },
}

/** One JSON line per skipped record: where it was, why, and its bytes as text. */
function appendingErrors(path: string): ErrorsFile {
  let stream: ReturnType<typeof createWriteStream> | undefined
  let failure: unknown
  return {
    add(place, record, reason) {
      if (failure !== undefined) throw unwritable(path, failure)
      stream ??= createWriteStream(path, { flags: 'a' }).on('error', error => (failure = error))
      stream.write(`${JSON.stringify({ place, reason, record: new TextDecoder().decode(record) })}\n`)
    },
    async close() {
      if (stream !== undefined) await new Promise<void>(resolve => stream!.end(resolve))
      if (failure !== undefined) throw unwritable(path, failure)
    },
  }
}

const unwritable = (path: string, cause: unknown): ConnectorError =>
  new ConnectorError('ERRORS_FILE', `the errors file ${path} can't be written: ${(cause as Error).message}`, { cause })
