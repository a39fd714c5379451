/** A stretch of a text, in UTF-16 code units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** From the start of the first to the end of the last. */
export const spanOf = (first: Span, last: Span): Span => ({ start: first.start, end: last.end })

/** Line and column, both from 1, of a position in a text. */
export function lineAndColumn(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return { line, column: position - before.lastIndexOf('\n') }
}

/** A longer line is shown in part, around what is pointed at. */
const SHOWN_COLUMNS = 100
const CONTEXT_COLUMNS = 40

/**
 * The line a span starts in, with carets below what it covers.
 *
 *      1 | SELECT user, SUM(amout) FROM orders
 *        |                  ^^^^^ did you mean 'amount'?
 */
export function excerpt(text: string, span: Span, hint?: string): string {
  const { line, column } = lineAndColumn(text, span.start)
  const whole = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ').replaceAll('\r', '')
  const skipped =
    whole.length <= SHOWN_COLUMNS ? 0 : Math.max(0, Math.min(column - 1 - CONTEXT_COLUMNS, whole.length - SHOWN_COLUMNS))
  const part = whole.slice(skipped, skipped + SHOWN_COLUMNS)
  const shown = `${skipped > 0 ? '…' : ''}${part}${skipped + SHOWN_COLUMNS < whole.length ? '…' : ''}`
  const indent = column - 1 - skipped + (skipped > 0 ? 1 : 0)
  const width = Math.max(1, Math.min(span.end - span.start, part.length - (column - 1 - skipped)))
  const number = String(line).padStart(2)
  const carets = `${' '.repeat(indent)}${'^'.repeat(width)}`
  return ` ${number} | ${shown}\n ${' '.repeat(number.length)} | ${carets}${hint === undefined ? '' : ` ${hint}`}`
}
