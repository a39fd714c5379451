/**
 * A CSV file's delimiter, header and columns, from its beginning. The delimiter is the one that cuts most records into
 * the same number of fields; the first record is a header when it names columns rather than having values like those below.
 */
import { DataError } from '../../base/errors.ts'
import { type Guess, NULL, guessField, merge, typeOfGuess } from './guess.ts'
import { type Inferred, SAMPLE_RECORDS, type Sample } from './inferred.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const
const SNIFFED_RECORDS = 200

export function inferCsv({ name, bytes, whole }: Sample): Inferred {
  const text = new TextDecoder('utf-8').decode(bytes)
  const delimiter = sniffDelimiter(text)
  const records = readRecords(text, delimiter, SAMPLE_RECORDS + 1, whole)
  const first = records[0]
  if (first === undefined) throw new DataError('FILE_EMPTY', name, 'it has no records to tell the columns from')
  const header = isHeader(first, records.slice(1))
  const rows = header ? records.slice(1) : records
  const columns = Math.max(first.length, 1)
  const guesses: Guess[] = Array.from({ length: columns }, () => NULL)
  let emptyNumbers = false
  const empty = new Set<number>()
  for (const row of rows) {
    for (let i = 0; i < columns; i++) {
      const field = row[i] ?? ''
      if (field === '') empty.add(i)
      else guesses[i] = merge(guesses[i]!, guessField(field))
    }
  }
  for (const i of empty) if (guesses[i]!.kind !== 'string' && guesses[i]!.kind !== 'null') emptyNumbers = true
  const schema = guesses.map((guess, i) => ({ name: header ? first[i]! : `c${i + 1}`, type: typeOfGuess(guess, false) }))
  return {
    schema,
    options: {
      ...(header && { header: 'true' }),
      ...(delimiter !== ',' && { 'field-delimiter': delimiter === '\t' ? '\\t' : delimiter }),
      // An empty field is no number: read as NULL it fits.
      ...(emptyNumbers && { 'null-literal': '' }),
    },
  }
}

function sniffDelimiter(text: string): string {
  let best = ','
  let bestScore = 0
  for (const delimiter of DELIMITERS) {
    const records = readRecords(text, delimiter, SNIFFED_RECORDS, false)
    const fields = records[0]?.length ?? 1
    if (fields === 1) continue
    const alike = records.filter(record => record.length === fields).length / records.length
    const score = alike + fields / 1000
    if (score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

/** All fields are names, none has a value's form, and some column's values are of another kind, or none reads like its name. */
function isHeader(first: readonly string[], rows: readonly (readonly string[])[]): boolean {
  if (rows.length === 0) return first.every(field => /^[A-Za-z_]\w*$/.test(field))
  const names = first.every(field => field !== '' && guessField(field).kind === 'string')
  if (!names || new Set(first).size !== first.length) return false
  return first.every((field, i) => rows.every(row => row[i] !== field))
}

/** Up to `most` records as texts; empty lines are none. The last one counts only when the text is `whole`. */
function readRecords(text: string, delimiter: string, most: number, whole: boolean): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length && records.length < most) {
    const { field, end } = text[at] === '"' ? quotedField(text, at, delimiter) : plainField(text, at, delimiter)
    record.push(field)
    if (text[end] === delimiter) {
      at = end + 1
      if (at < text.length) continue
      record.push('')
    }
    if (end >= text.length && !whole && records.length > 0) return records
    at = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  return records
}

function plainField(text: string, start: number, delimiter: string): { readonly field: string; readonly end: number } {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return { field: text.slice(start, end), end }
}

function quotedField(text: string, start: number, delimiter: string): { readonly field: string; readonly end: number } {
  let field = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return { field: field + text.slice(from), end: text.length }
    field += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { field, end: plainField(text, quote + 1, delimiter).end }
    field += '"'
    from = quote + 2
  }
}
