/** `millrace describe FILE`: the CREATE TABLE for a file, ready to paste. */
import { describeFile } from '../engine/describe-file.ts'
import { errorText, exitCodeOf } from './script.ts'
import { Out, isClosedPipe } from './terminal.ts'

export async function describe(file: string): Promise<number> {
  try {
    const { sql } = await describeFile(file)
    await new Out(process.stdout).line(sql)
    return 0
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
}
