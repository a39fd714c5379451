/** `millrace log …`: commands on a directory of a broker. */
import { kafkaUsage, parseKafkaCommand, type ParsedCommand } from '../kafka/arguments.ts'
import { failureCode, failureText } from '../failure.ts'
import { Out, isClosedPipe } from '../terminal.ts'
import { logCommands } from './arguments.ts'

/** What a command gets. */
export interface Surroundings {
  readonly out: Out
  readonly err: Out
}

/** Ends with a command's exit code. */
export async function logCommand(args: readonly string[]): Promise<number> {
  const given = { out: new Out(process.stdout), err: new Out(process.stderr) }
  let command: ParsedCommand | undefined
  try {
    command = parseKafkaCommand(args, logCommands, [])
    if (command === undefined) {
      await given.out.write(kafkaUsage(args, logCommands, []))
      return 0
    }
    return await run(command, given)
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${failureText(error, command?.shape.name ?? args[0])}\n`)
    return failureCode(error)
  }
}

async function run(command: ParsedCommand, given: Surroundings): Promise<number> {
  switch (command.shape.name) {
    case 'log verify': {
      const { verifyCommand } = await import('./verify.ts')
      return verifyCommand(command, given)
    }
    case 'log backup': {
      const { backupCommand } = await import('./backup.ts')
      return backupCommand(command, given)
    }
    case 'log import': {
      const { importCommand } = await import('./import.ts')
      return importCommand(command, given)
    }
    default: {
      const { dumpCommand } = await import('./dump.ts')
      return dumpCommand(command, given)
    }
  }
}
