/** `millrace check FILE`: runs a script as a batch and as a stream, and says where they differ. */
import { type CheckResult, check } from '../engine/check.ts'
import type { RunOptions } from './arguments.ts'
import { readScript } from './run.ts'
import { errorText, exitCodeOf } from './script.ts'
import { tableLines } from './table.ts'
import { Out, isClosedPipe } from './terminal.ts'

const SHOWN_ROWS = 10

export async function checkFile(file: string, options: RunOptions): Promise<number> {
  const text = readScript(file)
  if (text === undefined) return 2
  const out = new Out(process.stdout)
  let compared = 0
  let different = 0
  try {
    for await (const result of check(text, { config: options.settings })) {
      compared += 1
      if (differs(result)) different += 1
      await report(result, out)
    }
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
  if (compared === 0) {
    process.stderr.write('millrace: the script has no query and no INSERT to compare\n')
    return 2
  }
  return different === 0 ? 0 : 1
}

const differs = (result: CheckResult): boolean =>
  result.onlyBatch.length > 0 || result.onlyStreaming.length > 0 || result.orderDiffers

async function report(result: CheckResult, out: Out): Promise<void> {
  const late = result.lateRows > 0 ? ` (${result.lateRows} late rows were dropped by the stream)` : ''
  if (!differs(result)) return out.line(`${result.name}: stream = batch, ${result.rows} rows equal${late}`)
  await out.line(`${result.name}: stream and batch differ${late}`)
  if (result.orderDiffers) await out.line('  the rows come in another order')
  for (const [side, rows] of [
    ['batch', result.onlyBatch],
    ['stream', result.onlyStreaming],
  ] as const) {
    if (rows.length === 0) continue
    await out.line(`  ${rows.length} rows only in the ${side}${rows.length > SHOWN_ROWS ? `, the first ${SHOWN_ROWS}` : ''}:`)
    const columns = result.columns.map(name => ({ name, alignRight: false }))
    for (const line of tableLines(columns, rows.slice(0, SHOWN_ROWS), out.columns - 2)) await out.line(`  ${line}`)
  }
}
