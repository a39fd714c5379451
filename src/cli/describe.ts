/** `millrace describe FILE`: the CREATE TABLE for a file, ready to paste. */
import { describeFile } from '../engine/describe-file.ts'
import { errorText, exitCodeOf } from './script.ts'

export async function describe(file: string): Promise<number> {
  try {
    const { sql } = await describeFile(file)
    process.stdout.write(`${sql}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
}
