/** `millrace log dump`: a heading per file, a line per thing in it; or JSON lines. */
import { type DumpLine, dump } from '../../kafka/tools/dump.ts'
import { plainJson } from '../../kafka/tools/journal-text.ts'
import { type ParsedCommand, oneOf } from '../kafka/arguments.ts'
import { UsageError } from '../usage-error.ts'
import type { Surroundings } from './main.ts'

/** Lines are written so many bytes at a time. */
const AT_ONCE = 64 * 1024

export async function dumpCommand(command: ParsedCommand, { out }: Surroundings): Promise<number> {
  const asJson = oneOf('output', command.text('output'), ['text', 'json']) === 'json'
  const [topic, partition] = [command.text('topic'), command.count('partition', 0)]
  if (partition !== undefined && topic === undefined) throw new UsageError('--partition goes with --topic')
  const lines = dump(command.names[0]!, {
    topic,
    partition,
    from: command.count('from', 0),
    to: command.count('to', 0),
    records: command.flag('records'),
  })
  const print = asJson ? jsonLine : headed()
  let faults = 0
  let text = ''
  for await (const line of lines) {
    if (line.kind === 'fault') faults++
    text += print(line)
    if (text.length < AT_ONCE) continue
    await out.write(text)
    text = ''
  }
  await out.write(text)
  return faults === 0 ? 0 : 1
}

const jsonLine = ({ file, kind, value }: DumpLine): string => `${plainJson({ file, kind, ...value })}\n`

/** Each file's name stands once, above its lines. */
function headed(): (line: DumpLine) => string {
  let file: string | undefined
  return line => {
    const heading = line.file === file ? '' : `${file === undefined ? '' : '\n'}# ${line.file}\n`
    file = line.file
    return `${heading}${line.kind === 'record' ? '  ' : ''}${line.kind === 'fault' ? `FAULT ${line.text}` : line.text}\n`
  }
}
