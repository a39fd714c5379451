/** A directory as one small file that can be committed: names and bytes, compressed. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What is no part of what is kept: locks, the journal's reserve, what is being deleted. */
const left = /(^|\/)(\.lock.*|reserve)$|-delete\//

export function pack(directory: string, file: string): void {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()
  const kept = names.filter(name => !left.test(name) && statSync(join(directory, name)).isFile())
  const files = Object.fromEntries(kept.map(name => [name, readFileSync(join(directory, name)).toString('base64')]))
  writeFileSync(file, gzipSync(JSON.stringify(files), { level: 9 }))
}

export function unpack(file: string, directory: string): void {
  const files = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Readonly<Record<string, string>>
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), Buffer.from(bytes, 'base64'))
  }
}
