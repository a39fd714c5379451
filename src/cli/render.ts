/** A query's rows in the form that was asked for. */
import { type Chunk, rowAt } from '../data/chunk.ts'
import { RowKind, retracts, rowKindText } from '../data/row-kind.ts'
import { type Schema, isNumeric } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { rowTexts } from '../engine/display.ts'
import { jsonLines } from '../engine/json-lines.ts'
import type { RunningQuery, TableOutcome } from '../engine/outcome.ts'
import type { OutputFormat } from './arguments.ts'
import { type Cell, type TableColumn, displayWidth, tableLines } from './table.ts'
import type { ProgressLine } from './progress.ts'
import type { Out } from './terminal.ts'

/** Rows of a batch table that are laid out together: a longer result is printed in parts of one width each. */
const TABLE_PART_ROWS = 5000
const REDRAW_MS = 100

export async function renderQuery(
  query: RunningQuery,
  format: OutputFormat,
  out: Out,
  progress: ProgressLine | undefined,
): Promise<void> {
  switch (format) {
    case 'json':
      return renderJson(query, out)
    case 'csv':
      return renderCsv(query, out)
    case 'changelog':
      return renderChangelog(query, out, progress)
    case 'table':
      return query.insertOnly && query.mode === 'batch' ? renderRows(query, out, progress) : renderLiveTable(query, out, progress)
  }
}

async function renderJson(query: RunningQuery, out: Out): Promise<void> {
  const lines = jsonLines(query.schema, query.name)
  for await (const chunk of query.chunks()) {
    const bytes = Buffer.from(lines(chunk))
    chunk.release()
    await out.write(bytes)
  }
}

/** A header, then a line a row. A changelog that takes rows back has the kind of each row in a first column `op`. */
async function renderCsv(query: RunningQuery, out: Out): Promise<void> {
  const texts = rowTexts(query.schema, query.session)
  const withOp = !query.insertOnly
  const header = query.schema.map(field => csvCell(field.name))
  await out.line((withOp ? ['op', ...header] : header).join(','))
  for await (const chunk of query.chunks()) {
    let text = ''
    for (let row = 0; row < chunk.length; row++) {
      const cells = texts(rowAt(chunk, row)).map(cell => (cell === undefined ? '' : csvCell(cell)))
      text += `${(withOp ? [opAt(chunk, row), ...cells] : cells).join(',')}\n`
    }
    chunk.release()
    await out.write(text)
  }
}

/** An empty text is quoted, so that it can be told from NULL. */
const csvCell = (text: string): string => (text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const opAt = (chunk: Chunk, row: number): string => rowKindText[chunk.kinds?.[row] ?? RowKind.Insert]!

const columnsOf = (schema: Schema): TableColumn[] => schema.map(({ name, type }) => ({ name, alignRight: isNumeric(type) }))

/** Every change as it comes, the kind in a column of its own; widths follow the rows seen so far. */
async function renderChangelog(query: RunningQuery, out: Out, progress: ProgressLine | undefined): Promise<void> {
  const texts = rowTexts(query.schema, query.session)
  const columns: TableColumn[] = [{ name: 'op', alignRight: false }, ...columnsOf(query.schema)]
  let first = true
  // The widest cell of each column so far, laid out as a row that is not shown: later rows stand below earlier ones.
  const widest: Cell[] = columns.map(() => '')
  for await (const chunk of query.chunks()) {
    const rows: Cell[][] = []
    for (let row = 0; row < chunk.length; row++) rows.push([opAt(chunk, row), ...texts(rowAt(chunk, row))])
    chunk.release()
    if (rows.length === 0) continue
    for (const row of rows) row.forEach((cell, i) => (widest[i] = wider(widest[i], cell)))
    const [rule, header, , , ...body] = tableLines(columns, [widest, ...rows], out.columns)
    progress?.clear()
    await out.write(`${[...(first ? [rule, header, rule] : []), ...body.slice(0, -1)].join('\n')}\n`)
    first = false
  }
}

const wider = (a: Cell, b: Cell = '<NULL>'): Cell => (displayWidth(b) > displayWidth(a ?? '') ? b : a)

/** The rows of a batch, laid out together. */
async function renderRows(query: RunningQuery, out: Out, progress: ProgressLine | undefined): Promise<void> {
  const texts = rowTexts(query.schema, query.session)
  let rows: Cell[][] = []
  let printed = false
  const print = async () => {
    progress?.clear()
    const lines = tableLines(columnsOf(query.schema), rows, out.columns)
    if (lines.length > 0) await out.write(`${(printed ? lines.slice(3) : lines).join('\n')}\n`)
    printed = true
    rows = []
  }
  for await (const chunk of query.chunks()) {
    for (let row = 0; row < chunk.length; row++) rows.push(texts(rowAt(chunk, row)))
    chunk.release()
    if (rows.length >= TABLE_PART_ROWS) await print()
  }
  if (rows.length > 0 || !printed) await print()
}

/** The table a changelog describes: on a terminal redrawn as it changes, in a pipe printed once at the end. */
async function renderLiveTable(query: RunningQuery, out: Out, progress: ProgressLine | undefined): Promise<void> {
  const table = new LiveTable(rowTexts(query.schema, query.session))
  const live = out.isTerminal
  let drawnMs = 0
  let drawnLines = 0
  const draw = async (rows: readonly (readonly Cell[])[]) => {
    progress?.clear()
    const lines = tableLines(columnsOf(query.schema), rows, out.columns)
    const up = drawnLines > 0 ? `\x1b[${drawnLines}A\x1b[J` : ''
    drawnLines = live ? lines.length : 0
    await out.write(`${up}${lines.join('\n')}\n`)
  }
  for await (const chunk of query.chunks()) {
    table.apply(chunk)
    chunk.release()
    const nowMs = query.progress().elapsedMs
    if (!live || nowMs - drawnMs < REDRAW_MS) continue
    await draw(table.rows(Math.max(1, out.rows - 8)))
    drawnMs = nowMs
  }
  await draw(table.rows(Number.POSITIVE_INFINITY))
}

interface LiveRow {
  readonly cells: readonly Cell[]
  readonly place: number
  count: number
}

/** Rows as a bag. A new row takes the place of the one that went last, so that what is updated stays where it is. */
class LiveTable {
  readonly #texts: (row: readonly Value[]) => (string | undefined)[]
  readonly #rows = new Map<string, LiveRow>()
  readonly #places: (LiveRow | undefined)[] = []
  readonly #free: number[] = []

  constructor(texts: (row: readonly Value[]) => (string | undefined)[]) {
    this.#texts = texts
  }

  apply(chunk: Chunk): void {
    for (let row = 0; row < chunk.length; row++) {
      const cells = this.#texts(rowAt(chunk, row))
      const key = cells.map(cell => (cell === undefined ? 'N' : `${cell.length}:${cell}`)).join('|')
      this.#count(key, cells, retracts(chunk.kinds?.[row] ?? RowKind.Insert) ? -1 : 1)
    }
  }

  #count(key: string, cells: readonly Cell[], change: number): void {
    const known = this.#rows.get(key)
    if (known === undefined) {
      const place = this.#free.pop() ?? this.#places.length
      const added: LiveRow = { cells, place, count: change }
      this.#places[place] = added
      this.#rows.set(key, added)
      return
    }
    known.count += change
    if (known.count !== 0) return
    this.#rows.delete(key)
    this.#places[known.place] = undefined
    this.#free.push(known.place)
  }

  rows(most: number): (readonly Cell[])[] {
    const rows: (readonly Cell[])[] = []
    for (const row of this.#places) {
      for (let i = 0; i < (row?.count ?? 0); i++) {
        rows.push(row!.cells)
        if (rows.length >= most) return rows
      }
    }
    return rows
  }
}

/** SHOW, DESCRIBE and EXPLAIN. */
export async function renderTable(outcome: TableOutcome, format: OutputFormat, out: Out): Promise<void> {
  const { schema, rows } = outcome
  const cells = rows.map(row =>
    row.map(value => (value === null ? undefined : typeof value === 'boolean' ? String(value).toUpperCase() : String(value))),
  )
  if (format === 'json') {
    for (const row of rows)
      await out.line(JSON.stringify({ op: '+I', row: Object.fromEntries(schema.map((field, i) => [field.name, row[i]])) }))
  } else if (format === 'csv') {
    await out.line(schema.map(field => csvCell(field.name)).join(','))
    for (const row of cells) await out.line(row.map(cell => (cell === undefined ? '' : csvCell(cell))).join(','))
  } else if (outcome.text !== undefined) {
    await out.line(outcome.text)
  } else {
    await out.line(tableLines(columnsOf(schema), cells, out.columns).join('\n'))
  }
}
