/** What security takes from the machine: files with keys, keys that are published on the web, and chance that nobody can guess. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'

export interface SecurityHost {
  readFile(path: string): Promise<Uint8Array>
  /** What is at a URL, if that is at most so long. */
  fetch(url: string, maxBytes: number): Promise<Uint8Array>
  randomBytes(count: number): Uint8Array
}

const FETCH_TIMEOUT_MS = 10_000

export const systemHost: SecurityHost = {
  readFile: path => readFile(path),
  async fetch(url, maxBytes) {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), headers: { accept: 'application/json' } })
    if (!response.ok) throw new Error(`${url} answers ${response.status} ${response.statusText}`)
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of response.body ?? []) {
      bytes += part.length
      if (bytes > maxBytes) throw new Error(`${url} is longer than ${maxBytes} bytes`)
      parts.push(part)
    }
    return Buffer.concat(parts)
  },
  randomBytes: count => randomBytes(count),
}
