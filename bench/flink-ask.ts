/** Statements on a real Flink, in one process. FLINK names the `flink` tool when it is not in ../shared/real. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './measure.ts'

export const flinkTool: string = process.env['FLINK'] ?? fileURLToPath(new URL('../../../shared/real/flink', import.meta.url))

/** The last run of each `INSERT INTO sink_NAME`, by name: an earlier one warms up the compiler. */
export function askFlink(
  statements: readonly string[],
  events: number,
  settings: readonly string[],
): ReadonlyMap<string, Measurement> {
  const script = join(tmpdir(), 'millrace-bench-flink.sql')
  writeFileSync(script, `${statements.join('\n')}\n`)
  const options = settings.flatMap(setting => ['--set', setting])
  const { status, stdout, stderr } = spawnSync(flinkTool, ['ask', '--times', ...options, script], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`the real Flink failed:\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
  const measured = new Map<string, Measurement>()
  for (const [, name, seconds, cpuSeconds] of stdout.matchAll(/> INSERT INTO sink_(\w+)[\s\S]*?-- ([\d.]+) s, CPU ([\d.]+) s/g)) {
    measured.set(name!, {
      query: name!,
      events,
      seconds: Number(seconds),
      eventsPerSecond: Math.round(events / Number(seconds)),
      cpuSeconds: Number(cpuSeconds),
      eventsPerCpuSecond: Math.round(events / Number(cpuSeconds)),
      rssMB: 0,
    })
  }
  return measured
}
