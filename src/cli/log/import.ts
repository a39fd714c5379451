/** `millrace log import`: takes over what a Kafka left, and says what, and what not. */
import { systemClock } from '../../base/clock.ts'
import { importKafka } from '../../kafka/tools/import/import.ts'
import type { ParsedCommand } from '../kafka/arguments.ts'
import { counted } from '../kafka/topic.ts'
import type { Surroundings } from './main.ts'
import { WorkLine, bytesText } from './work-line.ts'

export async function importCommand(command: ParsedCommand, { out, err }: Surroundings): Promise<number> {
  const [from, to] = command.names as [string, string]
  const line = new WorkLine(err, systemClock.elapsedMs)
  const dryRun = command.flag('dry-run')
  const done = await importKafka(from, to, {
    links: !command.flag('copy'),
    dryRun,
    progress: each => line.update(each),
  }).finally(() => line.clear())
  if (command.flag('quiet')) return 0
  const { topics, groups, transactions, cluster, notes } = done.plan
  const partitions = topics.flatMap(topic => topic.partitions)
  const groupCount = new Set([...groups.groups.keys(), ...groups.offsets.keys()]).size
  const what = [
    counted(topics.length, 'topic'),
    counted(partitions.length, 'partition'),
    `${partitions.reduce((sum, { report }) => sum + report.records, 0)} records`,
    counted(groupCount, 'group'),
    counted(transactions.transactions.size, 'transactional id'),
    counted(cluster.scram.size, 'SCRAM credential'),
    counted(cluster.acls.size, 'ACL'),
  ]
  const linked = done.linkedBytes > 0 ? `, ${bytesText(done.linkedBytes)} shared` : ''
  const how = dryRun
    ? 'can be imported; nothing was written'
    : `${bytesText(done.copiedBytes)} copied${linked}, opened and compared`
  await out.line(`${dryRun ? from : to}: ${what.join(', ')}; ${how}`)
  for (const note of notes) await out.line(`  not taken: ${note}`)
  return 0
}
