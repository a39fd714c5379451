/** `docs/architecture.md` shows the rooms as they are. Run with UPDATE_DOCS=1 to write the table anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rooms } from './rooms.ts'

const page = 'docs/architecture.md'

/** What a room knows, in the order of the table. */
const knows: { readonly [R in keyof typeof rooms]: string } = {
  'base': 'facts, time and files as things one is handed, errors, text',
  'codegen': 'JavaScript as a value, and how it is compiled',
  'data': 'types, columns, rows, row kinds, their notation',
  'expr': 'what functions, casts and aggregates mean',
  'sql': 'characters, tokens, syntax, spans',
  'catalog': 'names and what they stand for, options',
  'planner': 'meaning and shape of a query; no clock, no JavaScript, no disk',
  'runtime/state': 'keys, slots, snapshots; not who keeps what in them',
  'runtime/dataflow': 'the contracts of operators, sources and sinks; event time',
  'runtime/codegen': 'which JavaScript an expression becomes',
  'runtime/operators': 'one step of algebra each, and its state',
  'runtime/job': 'watermarks, barriers, failure and recovery; not what a row means',
  'formats': 'the bytes of messages and files; not where they come from',
  'kafka/protocol': 'Kafka messages as bytes, in every version; no sockets',
  'kafka/records': 'record batches: header, checksum, compression, records',
  'kafka/log': 'partitions on disk: segments, indexes, commit, recovery; the journal',
  'kafka/broker': 'one file per API; groups, transactions, security; sockets',
  'kafka/tools': 'the directory of a broker without the broker: verify, dump, backup, import',
  'kafka/client': 'what speaks to any Kafka, ours included',
  'kafka/registry': 'schemas by subject and version over a compacted topic',
  'connectors': 'one outside system each',
  'engine': 'sessions, statements, jobs',
  'server': 'what runs for long: the broker with its HTTP side',
  'cli': 'a user at a terminal',
  'testing': 'drivers, tables in memory, crashes; imported by tests only',
}

test('the architecture page lists the rooms', () => {
  const rows = Object.entries(rooms).map(
    ([room, uses]) => `| \`${room}\` | ${knows[room as keyof typeof rooms]} | ${uses.toReversed().join(', ') || '–'} |`,
  )
  const table = `<!-- rooms: generated from test/rooms.ts, held by test/architecture.test.ts -->\n| room | knows | may use |\n|---|---|---|\n${rows.join('\n')}\n<!-- /rooms -->`
  const text = readFileSync(page, 'utf8')
  const updated = text.replace(/<!-- rooms:[\s\S]*<!-- \/rooms -->/, table)
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, updated)
  else expect(text).toBe(updated)
})
