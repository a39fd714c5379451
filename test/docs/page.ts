/**
 * Pages of `docs/` that tests hold to the code. A generated part stands between two comments:
 *
 *     <!-- session-options: generated from src/engine/config.ts -->
 *     | option | … |
 *     <!-- /session-options -->
 *
 * Run with UPDATE_DOCS=1 to write the parts anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'

export const updating = process.env['UPDATE_DOCS'] !== undefined

export const readPage = (page: string): string => readFileSync(page, 'utf8')

/** Fails when the page's text is another; writes it when asked to. */
export function holdPage(page: string, wanted: string): void {
  if (updating) writeFileSync(page, wanted)
  else expect(readPage(page)).toBe(wanted)
}

/** Holds one generated part of a page to `body`. */
export function holdPart(page: string, part: string, body: string): void {
  const text = readPage(page)
  const open = new RegExp(`<!-- ${part}: [^>]*-->\\n`).exec(text)
  const close = text.indexOf(`<!-- /${part} -->`)
  expect({ page, part, found: open !== null && close > 0 }).toEqual({ page, part, found: true })
  holdPage(page, `${text.slice(0, open!.index + open![0].length)}${body.trimEnd()}\n${text.slice(close)}`)
}

const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

/** A table in Markdown; bars inside cells are escaped. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n')
}

export const code = (text: string): string => `\`${text}\``

/** A fenced block: its language, what stands behind that, its lines, and where it is in the page. */
export interface Fence {
  readonly language: string
  readonly title: string
  readonly body: string
  readonly start: number
  readonly end: number
}

export function fences(text: string): Fence[] {
  return Array.from(text.matchAll(/^```(\w+)(?: +([^\n]+))?\n([\s\S]*?)^```$/gm), found => ({
    language: found[1]!,
    title: found[2] ?? '',
    body: found[3]!,
    start: found.index,
    end: found.index + found[0].length,
  }))
}
