/** Names, strings and the glue between them. */
import type { Identifier, Name, Option, PartitionEntry, StringLiteral } from '../ast.ts'
import { isReserved, mustQuoteBehindDot } from '../keywords.ts'

const plain = /^[\p{L}\p{Nl}_$][\p{L}\p{Nl}\p{Nd}_$]*$/u

/** A name in back-quotes. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** A text in single quotes. */
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A name as it was written; with back-quotes also where it can't do without. */
export function identifierText({ name, quoted: wasQuoted }: Identifier): string {
  return wasQuoted || !plain.test(name) || name === '$' || isReserved(name) ? quoted(name) : name
}

/** A name where keywords are names too. */
export function wordText({ name, quoted: wasQuoted }: Identifier): string {
  return wasQuoted || !plain.test(name) || name === '$' ? quoted(name) : name
}

export function memberText(node: Identifier): string {
  return mustQuoteBehindDot(node.name) ? identifierText(node) : wordText(node)
}

/** `a.b.c`; the first of it by a rule of its own. */
export function pathText(parts: readonly Identifier[], first = identifierText): string {
  return parts.map((part, i) => (i === 0 ? first(part) : memberText(part))).join('.')
}

export const nameText = ({ parts }: Name): string => pathText(parts)

export const stringText = ({ value }: StringLiteral): string => quotedText(value)

export const namesText = (names: readonly Identifier[]): string => `(${names.map(identifierText).join(', ')})`

/** The parts that are there, with blanks between them. */
export const phrase = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter(part => part !== undefined && part !== false && part !== '').join(' ')

/** One item a line, in parentheses. */
export const block = (items: readonly string[]): string => `(\n${items.map(item => `  ${item}`).join(',\n')}\n)`

export const optionText = ({ key, value }: Option): string => `${stringText(key)} = ${stringText(value)}`

/** `WITH (..)` when there are options. */
export const withText = (options: readonly Option[]): string =>
  options.length === 0 ? '' : `WITH ${block(options.map(optionText))}`

export const commentText = (comment: StringLiteral | undefined): string =>
  comment === undefined ? '' : `COMMENT ${stringText(comment)}`

/** `PARTITION (dt = '1')` when there are entries. */
export function partitionText(entries: readonly PartitionEntry[], value: (entry: PartitionEntry) => string): string {
  if (entries.length === 0) return ''
  const items = entries.map(entry => {
    return entry.value === undefined ? identifierText(entry.column) : `${identifierText(entry.column)} = ${value(entry)}`
  })
  return `PARTITION (${items.join(', ')})`
}
