/** What may follow in a half-written statement: keywords, tables and views, their columns, functions. */
import type { CatalogEntry } from '../catalog/table.ts'
import { aggregateFunctions } from '../expr/aggregates.ts'
import { scalarFunctions } from '../expr/functions/index.ts'
import { isComplete, keywords } from '../sql/parser.ts'
import { sessionOptions } from './config.ts'
import type { Session } from './session.ts'

export interface Completion {
  /** Whole words, each with the case of what was written. */
  readonly candidates: readonly string[]
  /** The part that is being written, which a candidate replaces. */
  readonly word: string
}

/** True when a text is one or more whole statements. A shell asks before it runs what was typed. */
export const isWholeScript = (text: string): boolean => text.trim() !== '' && isComplete(text) && !OPEN_SET.test(text)

/** A statement set that is written as statements of its own is not whole before its END. */
const OPEN_SET = /\bbegin\s+statement\s+set\s*;(?![\s\S]*\bend\s*;)/i

export function complete(session: Session, text: string): Completion {
  const quoted = /'([^']*)$/.exec(text)
  if (quoted !== null && /\b(re)?set\s+'[^']*$/i.test(text)) {
    return {
      word: quoted[1]!,
      candidates: Object.keys(sessionOptions)
        .filter(key => key.startsWith(quoted[1]!))
        .map(key => `${key}'`),
    }
  }
  const word = /[\w$.`]*$/.exec(text)![0]
  const before = text.slice(0, text.length - word.length)
  const entries = visible(session)
  const qualified = /^(.*)\.([^.]*)$/.exec(word)
  if (qualified !== null)
    return {
      word,
      candidates: columnsOf(qualified[1]!, entries, text)
        .filter(starts(qualified[2]!))
        .map(c => `${qualified[1]}.${c}`),
    }
  if (word === '') return { word, candidates: [] }
  const tables = entries.map(entry => entry.path[2])
  if (/\b(from|join|into|table|describe|desc|view)\s+$/i.test(before)) return { word, candidates: tables.filter(starts(word)) }
  const mentioned = entries.filter(entry => new RegExp(`\\b${escaped(entry.path[2])}\\b`).test(text))
  const columns = mentioned.flatMap(columnNames)
  const functions = [...scalarFunctions, ...aggregateFunctions].map(f => f.name).filter(name => /^[A-Z_0-9]+$/.test(name))
  const upper = word === word.toUpperCase()
  const words = [...new Set([...keywords, ...functions])].filter(starts(word)).map(name => (upper ? name : name.toLowerCase()))
  return { word, candidates: [...new Set([...columns.filter(starts(word)), ...tables.filter(starts(word)), ...words])] }
}

const starts = (word: string) => (candidate: string) => candidate.toLowerCase().startsWith(word.toLowerCase())
const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function visible(session: Session): readonly CatalogEntry[] {
  const { currentCatalog, currentDatabase } = session.catalogs
  return currentDatabase === undefined ? [] : session.catalogs.list(currentCatalog, currentDatabase)
}

const columnNames = (entry: CatalogEntry): string[] =>
  (entry.kind === 'table' ? entry.columns : entry.schema).map(column => column.name)

/** Columns of a table by its name or by an alias given in the text. */
function columnsOf(name: string, entries: readonly CatalogEntry[], text: string): string[] {
  const table = new RegExp(`\\b(?:from|join)\\s+(\\w+)\\s+(?:as\\s+)?${escaped(name)}\\b`, 'i').exec(text)?.[1] ?? name
  const entry = entries.find(e => e.path[2] === table)
  return entry === undefined ? [] : columnNames(entry)
}
