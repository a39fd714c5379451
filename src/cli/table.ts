/**
 * Rows as a table that fits the terminal.
 *
 *     +--------+-------+
 *     | origin | total |
 *     +--------+-------+
 *     | SEA    | 4,711 |
 *     | NULL   |     3 |
 *     +--------+-------+
 */

export interface TableColumn {
  readonly name: string
  readonly alignRight: boolean
}

/** A cell; undefined is NULL. */
export type Cell = string | undefined

const MIN_WIDTH = 4

/** Lines of the table, none wider than `maxWidth` unless the columns can't be made narrower. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[], maxWidth: number): string[] {
  if (columns.length === 0) return []
  const shown = rows.map(row => row.map(cell => (cell === undefined ? '<NULL>' : oneLine(cell))))
  const widths = fitted(
    columns.map((column, i) => shown.reduce((width, row) => Math.max(width, displayWidth(row[i]!)), displayWidth(column.name))),
    maxWidth,
  )
  const rule = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+`
  const line = (cells: readonly string[], header: boolean) =>
    `|${cells.map((cell, i) => ` ${padded(cut(cell, widths[i]!), widths[i]!, !header && columns[i]!.alignRight)} `).join('|')}|`
  return [
    rule,
    line(
      columns.map(c => c.name),
      true,
    ),
    rule,
    ...shown.map(row => line(row, false)),
    rule,
  ]
}

/** Takes from the widest columns until the table fits. */
function fitted(widths: readonly number[], maxWidth: number): number[] {
  const result = [...widths]
  const room = maxWidth - 3 * widths.length - 1
  let total = result.reduce((sum, width) => sum + width, 0)
  while (total > room) {
    const widest = result.indexOf(Math.max(...result))
    if (result[widest]! <= MIN_WIDTH) break
    result[widest] = result[widest]! - 1
    total -= 1
  }
  return result
}

const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, ' ')

/** East Asian wide characters and emoji take two cells, marks that combine take none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x300) width += 1
    else if (/\p{Mark}/u.test(character) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) continue
    else width += isWide(code) ? 2 : 1
  }
  return width
}

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0x1f300 && code <= 0x1faff) ||
  (code >= 0x20000 && code <= 0x3fffd)

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

function padded(text: string, width: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return right ? blank + text : text + blank
}
