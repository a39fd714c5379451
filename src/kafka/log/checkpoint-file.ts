/**
 * Small text files in Kafka's notation: a version, a count, and a line per entry.
 *
 *     0
 *     2
 *     orders 0 4711
 *     orders 1 12
 */
import { dirname, basename } from 'node:path'
import { type Disk, publishFile } from '../../base/disk.ts'

/** The lines behind version and count, cut at spaces. Undefined when there is no such file, or not a whole one. */
export async function readCheckpoint(disk: Disk, path: string): Promise<readonly (readonly string[])[] | undefined> {
  let text: string
  try {
    text = new TextDecoder().decode(await disk.read(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [version, count, ...lines] = text.split('\n')
  if (version !== '0' || lines.filter(line => line !== '').length !== Number(count)) return undefined
  return lines.filter(line => line !== '').map(line => line.split(' '))
}

/** Replaces the file as a whole; when it resolves, the new one survives a crash. */
export function writeCheckpoint(disk: Disk, path: string, lines: readonly (readonly (string | number)[])[]): Promise<void> {
  const text = `0\n${lines.length}\n${lines.map(line => `${line.join(' ')}\n`).join('')}`
  return publishFile(disk, dirname(path), basename(path), new TextEncoder().encode(text))
}
