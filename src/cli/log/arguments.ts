/** Commands on a broker's directory: what each takes. */
import type { CommandShape, Flag } from '../kafka/arguments.ts'

const outputFlag: Flag = { name: 'output', short: 'o', value: 'FORMAT', help: 'text, or json: one object a line' }

export const logCommands: readonly CommandShape[] = [
  {
    name: 'log verify',
    takes: 'DIR',
    help: 'is everything whole in a directory of a broker, running or stopped, of a Kafka, or of one partition',
    flags: [
      { name: 'deep', help: 'decode every record, too' },
      { name: 'quiet', short: 'q', help: 'only what is wrong' },
      outputFlag,
    ],
  },
  {
    name: 'log dump',
    takes: 'PATH',
    help: 'print what a directory or file holds: batches, indexes, snapshots, journals',
    flags: [
      { name: 'topic', short: 't', value: 'TOPIC', help: 'only its partitions' },
      { name: 'partition', short: 'p', value: 'N', help: 'only this one' },
      { name: 'from', value: 'OFFSET', help: 'batches that hold offsets from here on' },
      { name: 'to', value: 'OFFSET', help: 'and up to here' },
      { name: 'records', short: 'r', help: 'records, too: offset, timestamp, key=value, headers' },
      outputFlag,
    ],
  },
  {
    name: 'log backup',
    takes: 'DIR TO',
    help: 'copy the directory of a broker, running or stopped; a broker starts on the copy',
    flags: [
      { name: 'copy', help: 'copy every byte; closed segments get a second name otherwise, where the file system can' },
      { name: 'quiet', short: 'q', help: 'no summary' },
    ],
  },
  {
    name: 'log import',
    takes: 'KAFKA_DIR DIR',
    help: 'make a directory of what a stopped or killed Kafka 4 left; a broker starts on it',
    flags: [
      { name: 'copy', help: 'copy every byte; closed segments get a second name otherwise, where the file system can' },
      { name: 'dry-run', help: 'read and check everything, and write nothing' },
      { name: 'quiet', short: 'q', help: 'no summary' },
    ],
  },
]
