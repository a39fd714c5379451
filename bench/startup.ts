/** `millrace -e "SELECT 1"` against `node -e 0`: both started by node directly, in turn; the least of each counts. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './measure.ts'

const cli = fileURLToPath(new URL('../../dist/bin/millrace.js', import.meta.url))

export function benchStartup(runs: number): Measurement[] {
  const empty: number[] = []
  const select: number[] = []
  for (let i = 0; i < Math.max(runs * 5, 5); i++) {
    empty.push(started(['-e', '0']))
    select.push(started([cli, '-e', 'SELECT 1']))
  }
  const row = (query: string, seconds: number): Measurement => ({
    query,
    events: 1,
    seconds,
    eventsPerSecond: 0,
    cpuSeconds: 0,
    eventsPerCpuSecond: 0,
    rssMB: 0,
  })
  const [a, b] = [Math.min(...select), Math.min(...empty)]
  console.log(`start: SELECT 1 takes ${Math.round((a - b) * 1000)} ms more than node -e 0`)
  return [row('millrace -e "SELECT 1"', a), row('node -e 0', b)]
}

function started(args: readonly string[]): number {
  const before = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Math.round(Number(process.hrtime.bigint() - before) / 1e6) / 1000
}
