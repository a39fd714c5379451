/** A gigabyte of JSON lines through a GROUP BY of up to 100 thousand groups, in both modes: the peak memory of a process of its own. */
import { spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './measure.ts'

const GROUPS = 100_000

export async function benchMemory(megabytes: number): Promise<Measurement[]> {
  const path = join(tmpdir(), `millrace-bench-${megabytes}mb.json`)
  const rows = await jsonLines(path, megabytes << 20)
  return ['batch', 'streaming'].map(mode => inOwnProcess(path, mode, rows))
}

function inOwnProcess(path: string, mode: string, events: number): Measurement {
  const module = fileURLToPath(new URL('./memory-child.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [module, path, mode, String(events)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measurement
}

/** Made once: `{"id":17,"user":"user-4711","amount":12.5,"note":"…"}`. Answers how many lines there are. */
async function jsonLines(path: string, bytes: number): Promise<number> {
  const line = (i: number) =>
    `{"id":${i},"user":"user-${(i * 7919) % GROUPS}","amount":${(i % 10000) / 100},"note":"${'x'.repeat(60)}"}\n`
  const count = Math.ceil(bytes / 110)
  if (existsSync(path) && statSync(path).size >= bytes * 0.9) return count
  const file = createWriteStream(path)
  for (let i = 0; i < count; i += 1000) {
    let text = ''
    for (let j = i; j < Math.min(i + 1000, count); j++) text += line(j)
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
  return count
}
