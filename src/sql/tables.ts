/** CREATE, ALTER and DROP TABLE. */
import type {
  AlterTable,
  AlterTableAction,
  CreateTable,
  Distribution,
  DropTable,
  Identifier,
  LikeOption,
  PartitionDefinition,
  PositionedElement,
  TableElement,
  TableLike,
} from './ast.ts'
import {
  columnNames,
  comment,
  distribution,
  ifExists,
  ifNotExists,
  optionKeys,
  options,
  partitionEntries,
  withOptions,
} from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { tableElement } from './table-elements.ts'

/** From TABLE on. */
export function createTable(p: Cursor, start: number, mode: CreateTable['mode'], temporary: boolean): CreateTable {
  p.expect('TABLE')
  const notExists = ifNotExists(p)
  const name = p.name('a table')
  const elements = tableElements(p)
  const text = comment(p)
  const layout = tableLayout(p)
  const properties = withOptions(p)
  const like = p.at('LIKE') ? tableLike(p) : undefined
  const query = like === undefined && p.take('AS') ? p.query() : undefined
  if (mode !== 'create' && query === undefined) p.fail('AS')
  const named = elements.find(element => element.kind === 'column-name')
  if (named !== undefined && query === undefined) p.reject(`column '${named.name.name}' has no type`, named.span)
  const span = p.spanFrom(start)
  const flags = { temporary, ifNotExists: notExists }
  return {
    kind: 'create-table',
    mode,
    ...flags,
    name,
    elements,
    comment: text,
    ...layout,
    options: properties,
    like,
    query,
    span,
  }
}

export function tableElements(p: Cursor): TableElement[] {
  return p.at('(') ? p.parenthesized(() => tableElement(p)) : []
}

/** How rows are spread: DISTRIBUTED and PARTITIONED BY, in either order. */
export function tableLayout(p: Cursor): Pick<CreateTable, 'distribution' | 'partitionedBy'> {
  let distributed: Distribution | undefined
  let partitionedBy: Identifier[] = []
  for (;;) {
    if (distributed === undefined && p.take('DISTRIBUTED')) distributed = distribution(p)
    else if (partitionedBy.length === 0 && p.take('PARTITIONED')) {
      p.expect('BY')
      partitionedBy = columnNames(p)
    } else return { distribution: distributed, partitionedBy }
  }
}

function tableLike(p: Cursor): TableLike {
  const { start } = p.expect('LIKE')
  const source = p.name('a table')
  const list: LikeOption[] = []
  if (p.take('(')) {
    while (!p.take(')')) list.push(likeOption(p))
  }
  return { kind: 'like-table', source, options: list, span: p.spanFrom(start) }
}

function likeOption(p: Cursor): LikeOption {
  const start = p.start
  const strategy = p.expectAny('INCLUDING', 'EXCLUDING', 'OVERWRITING')
  const feature = p.expectAny(
    'ALL',
    'CONSTRAINTS',
    'DISTRIBUTION',
    'GENERATED',
    'METADATA',
    'OPTIONS',
    'PARTITIONS',
    'WATERMARKS',
  )
  return { kind: 'like-option', strategy, feature, span: p.spanFrom(start) }
}

/** From TABLE on. */
export function dropTable(p: Cursor, start: number, temporary: boolean): DropTable {
  p.expect('TABLE')
  const exists = ifExists(p)
  return { kind: 'drop-table', temporary, ifExists: exists, name: p.name('a table'), span: p.spanFrom(start) }
}

// ── ALTER TABLE ──

/** From TABLE on. */
export function alterTable(p: Cursor, start: number): AlterTable {
  p.expect('TABLE')
  const exists = ifExists(p)
  const name = p.name('a table')
  const action = alterTableAction(p)
  return { kind: 'alter-table', ifExists: exists, name, action, span: p.spanFrom(start) }
}

function alterTableAction(p: Cursor): AlterTableAction {
  const start = p.start
  switch (p.expectAny('RENAME', 'SET', 'RESET', 'ADD', 'MODIFY', 'DROP')) {
    case 'RENAME': {
      if (p.take('TO')) return { kind: 'rename', to: p.name('a table'), span: p.spanFrom(start) }
      const from = p.name('a column or TO')
      p.expect('TO')
      return { kind: 'rename-column', from, to: p.identifier('a column'), span: p.spanFrom(start) }
    }
    case 'SET':
      return { kind: 'set', options: options(p), span: p.spanFrom(start) }
    case 'RESET':
      return { kind: 'reset', keys: optionKeys(p), span: p.spanFrom(start) }
    case 'ADD': {
      const notExists = ifNotExists(p)
      if (notExists && !p.at('PARTITION')) p.fail('PARTITION')
      if (p.at('PARTITION')) {
        const partitions = [partitionDefinition(p)]
        while (p.at('PARTITION')) partitions.push(partitionDefinition(p))
        return { kind: 'add-partitions', ifNotExists: notExists, partitions, span: p.spanFrom(start) }
      }
      return addAction(p, start)
    }
    case 'MODIFY':
      return modifyAction(p, start)
    case 'DROP': {
      const exists = ifExists(p)
      if (exists && !p.at('PARTITION')) p.fail('PARTITION')
      if (p.at('PARTITION')) {
        const partitions = p.list(() => partitionDefinition(p))
        return { kind: 'drop-partitions', ifExists: exists, partitions, span: p.spanFrom(start) }
      }
      return dropAction(p, start)
    }
  }
}

/** `PARTITION (dt = '1') [WITH (..)]`. */
function partitionDefinition(p: Cursor): PartitionDefinition {
  const { start } = p.expect('PARTITION')
  const entries = partitionEntries(p)
  return { kind: 'partition-definition', entries, options: withOptions(p), span: p.spanFrom(start) }
}

/** What ALTER TABLE and ALTER MATERIALIZED TABLE can ADD. The word itself is read. */
export function addAction(p: Cursor, start: number) {
  if (p.take('DISTRIBUTION')) return { kind: 'add-distribution', distribution: distribution(p), span: p.spanFrom(start) } as const
  return { kind: 'add', elements: positionedElements(p), span: p.spanFrom(start) } as const
}

export function modifyAction(p: Cursor, start: number) {
  if (p.take('DISTRIBUTION')) {
    return { kind: 'modify-distribution', distribution: distribution(p), span: p.spanFrom(start) } as const
  }
  return { kind: 'modify', elements: positionedElements(p), span: p.spanFrom(start) } as const
}

export function dropAction(p: Cursor, start: number) {
  if (p.take('PRIMARY')) {
    p.expect('KEY')
    return { kind: 'drop-primary-key', span: p.spanFrom(start) } as const
  }
  if (p.take('CONSTRAINT')) return { kind: 'drop-constraint', name: p.identifier(), span: p.spanFrom(start) } as const
  if (p.take('WATERMARK')) return { kind: 'drop-watermark', span: p.spanFrom(start) } as const
  if (p.take('DISTRIBUTION')) return { kind: 'drop-distribution', span: p.spanFrom(start) } as const
  const columns = p.at('(') ? p.parenthesized(() => p.name('a column')) : [p.name('a column')]
  return { kind: 'drop-columns', columns, span: p.spanFrom(start) } as const
}

/** One element, or several in parentheses. */
function positionedElements(p: Cursor): PositionedElement[] {
  return p.at('(') ? p.parenthesized(() => positionedElement(p)) : [positionedElement(p)]
}

function positionedElement(p: Cursor): PositionedElement {
  const start = p.start
  const element = tableElement(p)
  const position = p.take('FIRST') ? 'FIRST' : p.take('AFTER') ? p.identifier('a column') : undefined
  if (element.kind === 'column-name') p.reject(`column '${element.name.name}' has no type`, element.span)
  return { kind: 'positioned-element', element, position, span: p.spanFrom(start) }
}
