/** `millrace log verify`: a line per partition, and what is wrong where. */
import { systemClock } from '../../base/clock.ts'
import { type Finding, findingText } from '../../kafka/tools/finding.ts'
import { type Verification, verify } from '../../kafka/tools/verify.ts'
import type { PartitionReport } from '../../kafka/tools/verify-partition.ts'
import { type ParsedCommand, oneOf } from '../kafka/arguments.ts'
import { counted } from '../kafka/topic.ts'
import type { Out } from '../terminal.ts'
import type { Surroundings } from './main.ts'
import { WorkLine, bytesText } from './work-line.ts'

export async function verifyCommand(command: ParsedCommand, { out, err }: Surroundings): Promise<number> {
  const asJson = oneOf('output', command.text('output'), ['text', 'json']) === 'json'
  const quiet = command.flag('quiet')
  const line = new WorkLine(err, systemClock.elapsedMs)
  const result = await verify(command.names[0]!, {
    deep: command.flag('deep'),
    progress: done => line.update(done),
    async partition(report) {
      line.clear()
      await (asJson ? out.line(JSON.stringify(jsonOf(report))) : printPartition(report, quiet, out))
    },
  })
  line.clear()
  const problems = [...result.problems, ...result.partitions.flatMap(partition => partition.problems)]
  await (asJson ? out.line(JSON.stringify(summaryOf(result, problems))) : printSummary(result, problems, quiet, out))
  return problems.length === 0 ? 0 : 1
}

async function printPartition(report: PartitionReport, quiet: boolean, out: Out): Promise<void> {
  const { name, problems, notes, segments, batches, records, startOffset, endOffset, missingOffsets, bytes, openTransactions } =
    report
  const parts = [
    `offsets ${startOffset}..${endOffset}`,
    counted(segments, 'segment'),
    `${batches} batch${batches === 1 ? '' : 'es'}`,
    counted(records, 'record'),
    bytesText(bytes),
    ...(missingOffsets > 0 ? [`${missingOffsets} offsets compacted away`] : []),
    ...(openTransactions.size > 0 ? [counted(openTransactions.size, 'open transaction')] : []),
  ]
  if (!quiet || problems.length > 0) await out.line(`${name}: ${problems.length === 0 ? 'ok' : 'DAMAGED'}, ${parts.join(', ')}`)
  await printFindings(problems, quiet ? [] : notes, out)
}

/** Of many of one kind the first ones tell enough. */
const SHOWN = 20

async function printFindings(problems: readonly Finding[], notes: readonly Finding[], out: Out): Promise<void> {
  for (const problem of problems.slice(0, SHOWN)) await out.line(`  ${findingText(problem)}`)
  if (problems.length > SHOWN) await out.line(`  and ${problems.length - SHOWN} more`)
  for (const note of notes.slice(0, SHOWN)) await out.line(`  note: ${findingText(note)}`)
}

async function printSummary(result: Verification, problems: readonly Finding[], quiet: boolean, out: Out): Promise<void> {
  const { place, partitions, journals, clean } = result
  await printFindings(result.problems, quiet ? [] : result.notes, out)
  if (quiet && problems.length === 0) return
  const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  const found = problems.length === 0 ? 'nothing wrong' : counted(problems.length, 'problem')
  const state =
    place.user !== undefined
      ? `in use by ${place.user}`
      : clean
        ? 'stopped cleanly'
        : 'not stopped cleanly: the next start recovers it'
  const parts = [counted(partitions.length, 'partition'), bytesText(bytes), found]
  if (place.kind === 'kafka') parts.unshift('a directory of Apache Kafka', state)
  if (place.kind === 'millrace')
    parts.unshift(`format ${place.meta.format}`, state, `${journals.entries + journals.batchEntries} entries in journals`)
  await out.line(`${place.path}: ${parts.join(', ')}`)
}

const jsonOf = ({ openTransactions, ...report }: PartitionReport) => ({
  partition: report.name,
  ok: report.problems.length === 0,
  ...report,
  name: undefined,
  openTransactions: openTransactions.size,
})

const summaryOf = ({ place, clean, partitions, problems, notes }: Verification, all: readonly Finding[]) => ({
  directory: place.path,
  kind: place.kind,
  inUse: place.user ?? null,
  clean,
  partitions: partitions.length,
  ok: all.length === 0,
  problems,
  notes,
})
