/** `millrace log backup`: copies a directory and says what was copied. */
import { systemClock } from '../../base/clock.ts'
import { backup } from '../../kafka/tools/backup.ts'
import type { ParsedCommand } from '../kafka/arguments.ts'
import { counted } from '../kafka/topic.ts'
import type { Surroundings } from './main.ts'
import { WorkLine, bytesText } from './work-line.ts'

export async function backupCommand(command: ParsedCommand, { out, err }: Surroundings): Promise<number> {
  const [from, to] = command.names as [string, string]
  const line = new WorkLine(err, systemClock.elapsedMs)
  const done = await backup(from, to, { links: !command.flag('copy'), progress: each => line.update(each) }).finally(() =>
    line.clear(),
  )
  if (command.flag('quiet')) return 0
  const linked = done.linkedBytes > 0 ? `, ${bytesText(done.linkedBytes)} shared` : ''
  const state = done.live ? 'of a running broker' : 'of a stopped broker'
  await out.line(
    `${to}: ${counted(done.partitions, 'partition')} ${state}, ${bytesText(done.copiedBytes)} copied${linked}, verified`,
  )
  return 0
}
