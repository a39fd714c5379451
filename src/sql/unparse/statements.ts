/** Statements as text. Queries stay on one line; what a DDL statement lists stands one to a line. */
import { unreachable } from '../../base/assert.ts'
import type {
  AlterMaterializedTableAction,
  AlterTableAction,
  AlterView,
  AlterCatalog,
  CommentAction,
  Constraint,
  CreateMaterializedTable,
  CreateTable,
  Describe,
  Distribution,
  FunctionScope,
  Insert,
  PartitionDefinition,
  PositionedElement,
  Show,
  Statement,
  StatementSet,
  TableElement,
} from '../ast.ts'
import {
  block,
  commentText,
  identifierText,
  nameText,
  namesText,
  optionText,
  partitionText,
  phrase,
  stringText,
  withText,
} from './names.ts'
import { callText, expressionText, hintsText, queryText } from './queries.ts'
import { typeText } from './types.ts'

export function statementText(node: Statement): string {
  switch (node.kind) {
    case 'query':
      return queryText(node)
    case 'insert':
      return insertText(node)
    case 'update': {
      const assignments = node.assignments.map(({ column, value }) => `${nameText(column)} = ${expressionText(value)}`)
      const alias = node.alias && `AS ${identifierText(node.alias)}`
      const where = node.where && `WHERE ${expressionText(node.where)}`
      return phrase('UPDATE', nameText(node.table), alias, `SET ${assignments.join(', ')}`, where)
    }
    case 'delete': {
      const alias = node.alias && `AS ${identifierText(node.alias)}`
      return phrase('DELETE FROM', nameText(node.table), alias, node.where && `WHERE ${expressionText(node.where)}`)
    }
    case 'truncate':
      return `TRUNCATE TABLE ${nameText(node.table)}`
    case 'call-procedure':
      return `CALL ${callText(node.call)}`
    case 'execute':
      return `EXECUTE ${statementText(node.statement)}`
    case 'statement-set':
      return `EXECUTE ${statementSetText(node)}`
    case 'begin-statement-set':
      return 'BEGIN STATEMENT SET'
    case 'end-statement-set':
      return 'END'
    case 'create-table':
      return createTableText(node)
    case 'alter-table':
      return phrase('ALTER TABLE', node.ifExists && 'IF EXISTS', nameText(node.name), actionText(node.action))
    case 'drop-table':
      return dropText('TABLE', node.temporary ? 'temporary' : 'catalog', node.ifExists, nameText(node.name))
    case 'create-view': {
      const head = phrase('CREATE', node.orReplace && 'OR REPLACE', node.temporary && 'TEMPORARY', 'VIEW')
      const columns = node.columns.length > 0 && namesText(node.columns)
      const body = `AS ${queryText(node.query)}`
      return phrase(head, node.ifNotExists && 'IF NOT EXISTS', nameText(node.name), columns, commentText(node.comment), body)
    }
    case 'alter-view':
      return phrase('ALTER VIEW', node.ifExists && 'IF EXISTS', nameText(node.name), actionText(node.action))
    case 'drop-view':
      return dropText('VIEW', node.temporary ? 'temporary' : 'catalog', node.ifExists, nameText(node.name))
    case 'create-catalog':
      return createText('CATALOG', 'catalog', node.ifNotExists, identifierText(node.name), node)
    case 'alter-catalog':
      return phrase('ALTER CATALOG', identifierText(node.name), actionText(node.action))
    case 'drop-catalog':
      return dropText('CATALOG', 'catalog', node.ifExists, identifierText(node.name))
    case 'create-database':
      return createText('DATABASE', 'catalog', node.ifNotExists, nameText(node.name), node)
    case 'alter-database':
      return phrase('ALTER DATABASE', nameText(node.name), actionText(node.action))
    case 'drop-database':
      return phrase(dropText('DATABASE', 'catalog', node.ifExists, nameText(node.name)), node.behavior)
    case 'create-function': {
      const head = createText('FUNCTION', node.scope, node.ifNotExists, nameText(node.name))
      const using = node.using.map(({ type, uri }) => `${type} ${stringText(uri)}`)
      const language = node.language && `LANGUAGE ${node.language}`
      const body = `AS ${stringText(node.className)}`
      return phrase(head, body, language, using.length > 0 && `USING ${using.join(', ')}`, withText(node.options))
    }
    case 'alter-function': {
      const name = phrase(node.ifExists && 'IF EXISTS', nameText(node.name))
      const body = `AS ${stringText(node.className)}`
      return phrase('ALTER', scopeText(node.scope), 'FUNCTION', name, body, node.language && `LANGUAGE ${node.language}`)
    }
    case 'drop-function':
      return dropText('FUNCTION', node.scope, node.ifExists, nameText(node.name))
    case 'create-model': {
      const head = createText('MODEL', node.temporary ? 'temporary' : 'catalog', node.ifNotExists, nameText(node.name))
      const inputs = node.inputs.length > 0 && `INPUT (${node.inputs.map(elementText).join(', ')})`
      const outputs = node.outputs.length > 0 && `OUTPUT (${node.outputs.map(elementText).join(', ')})`
      const query = node.query && `AS ${queryText(node.query)}`
      return phrase(head, inputs, outputs, commentText(node.comment), withText(node.options), query)
    }
    case 'alter-model':
      return phrase('ALTER MODEL', node.ifExists && 'IF EXISTS', nameText(node.name), actionText(node.action))
    case 'drop-model':
      return dropText('MODEL', node.temporary ? 'temporary' : 'catalog', node.ifExists, nameText(node.name))
    case 'create-connection':
      return createText('CONNECTION', node.scope, node.ifNotExists, nameText(node.name), node)
    case 'alter-connection':
      return phrase('ALTER CONNECTION', node.ifExists && 'IF EXISTS', nameText(node.name), actionText(node.action))
    case 'drop-connection':
      return dropText('CONNECTION', node.scope, node.ifExists, nameText(node.name))
    case 'create-materialized-table':
      return createMaterializedTableText(node)
    case 'alter-materialized-table':
      return phrase('ALTER MATERIALIZED TABLE', node.ifExists && 'IF EXISTS', nameText(node.name), actionText(node.action))
    case 'drop-materialized-table':
      return dropText('MATERIALIZED TABLE', 'catalog', node.ifExists, nameText(node.name))
    case 'use-catalog':
      return `USE CATALOG ${identifierText(node.name)}`
    case 'use-database':
      return `USE ${nameText(node.name)}`
    case 'use-modules':
      return `USE MODULES ${node.names.map(identifierText).join(', ')}`
    case 'load-module':
      return phrase('LOAD MODULE', identifierText(node.name), withText(node.options))
    case 'unload-module':
      return `UNLOAD MODULE ${identifierText(node.name)}`
    case 'add-jar':
      return `ADD JAR ${stringText(node.path)}`
    case 'remove-jar':
      return `REMOVE JAR ${stringText(node.path)}`
    case 'set-option':
      return phrase('SET', node.option && optionText(node.option))
    case 'reset-option':
      return phrase('RESET', node.key && stringText(node.key))
    case 'show':
      return showText(node)
    case 'describe':
      return describeText(node)
    case 'explain':
      return phrase('EXPLAIN', node.details.join(', '), statementText(node.statement))
    case 'compile-plan': {
      const head = phrase('COMPILE', node.execute && 'AND EXECUTE', 'PLAN', stringText(node.path))
      const inner = node.statement.kind === 'insert' ? insertText(node.statement) : statementSetText(node.statement)
      return phrase(head, node.ifNotExists && 'IF NOT EXISTS', 'FOR', inner)
    }
    case 'execute-plan':
      return `EXECUTE PLAN ${stringText(node.path)}`
    case 'analyze-table': {
      const all = node.columns === 'ALL' && 'FOR ALL COLUMNS'
      const some = Array.isArray(node.columns) && `FOR COLUMNS ${node.columns.map(identifierText).join(', ')}`
      return phrase('ANALYZE TABLE', nameText(node.table), entriesText(node.partition), 'COMPUTE STATISTICS', all, some)
    }
    case 'stop-job':
      return phrase('STOP JOB', stringText(node.id), node.savepoint && 'WITH SAVEPOINT', node.drain && 'WITH DRAIN')
    default:
      return unreachable(node)
  }
}

const entriesText = (entries: Insert['partition']): string => partitionText(entries, entry => expressionText(entry.value!))

function insertText(node: Insert): string {
  return phrase(
    node.overwrite ? 'INSERT OVERWRITE' : 'INSERT INTO',
    nameText(node.table),
    hintsText(node.hints),
    entriesText(node.partition),
    node.columns && namesText(node.columns),
    queryText(node.source),
    node.onConflict && `ON CONFLICT DO ${node.onConflict}`,
  )
}

function statementSetText({ statements }: StatementSet): string {
  return `STATEMENT SET BEGIN\n${statements.map(statement => `${insertText(statement)};\n`).join('')}END`
}

// ── tables ──

function createTableText(node: CreateTable): string {
  const verb = { 'create': 'CREATE', 'replace': 'REPLACE', 'create-or-replace': 'CREATE OR REPLACE' }[node.mode]
  const head = phrase(verb, node.temporary && 'TEMPORARY', 'TABLE', node.ifNotExists && 'IF NOT EXISTS', nameText(node.name))
  const like = node.like && `LIKE ${nameText(node.like.source)}`
  const likeOptions = node.like?.options.map(({ strategy, feature }) => `${strategy} ${feature}`) ?? []
  return phrase(
    head,
    ...definitionTexts(node),
    like,
    likeOptions.length > 0 && `(${likeOptions.join(' ')})`,
    node.query && `AS ${queryText(node.query)}`,
  )
}

function createMaterializedTableText(node: CreateMaterializedTable): string {
  return phrase(
    phrase('CREATE', node.orAlter && 'OR ALTER', 'MATERIALIZED TABLE', node.ifNotExists && 'IF NOT EXISTS', nameText(node.name)),
    ...definitionTexts(node),
    node.freshness && `FRESHNESS = ${expressionText(node.freshness)}`,
    node.refreshMode && `REFRESH_MODE = ${node.refreshMode}`,
    `AS ${queryText(node.query)}`,
  )
}

/** What both kinds of tables have between their name and their end. */
function definitionTexts(node: CreateTable | CreateMaterializedTable): readonly (string | false)[] {
  return [
    node.elements.length > 0 && block(node.elements.map(elementText)),
    commentText(node.comment),
    node.distribution !== undefined && `DISTRIBUTED ${distributionText(node.distribution)}`,
    node.partitionedBy.length > 0 && `PARTITIONED BY ${namesText(node.partitionedBy)}`,
    withText(node.options),
  ]
}

export function elementText(node: TableElement): string {
  switch (node.kind) {
    case 'physical-column': {
      const constraint = node.constraint && constraintText(node.constraint, false)
      return phrase(identifierText(node.name), typeText(node.type), constraint, commentText(node.comment))
    }
    case 'metadata-column': {
      const from = node.from && `FROM ${stringText(node.from)}`
      const virtual = node.virtual && 'VIRTUAL'
      return phrase(identifierText(node.name), typeText(node.type), 'METADATA', from, virtual, commentText(node.comment))
    }
    case 'computed-column':
      return phrase(identifierText(node.name), 'AS', expressionText(node.expression), commentText(node.comment))
    case 'column-name':
      return identifierText(node.name)
    case 'constraint':
      return constraintText(node, true)
    case 'watermark':
      return `WATERMARK FOR ${nameText(node.column)} AS ${expressionText(node.expression)}`
    default:
      return unreachable(node)
  }
}

/** A constraint behind a column does not name it. */
function constraintText({ name, type, columns, enforced }: Constraint, named: boolean): string {
  const enforcement = enforced === undefined ? '' : enforced ? 'ENFORCED' : 'NOT ENFORCED'
  return phrase(name && `CONSTRAINT ${identifierText(name)}`, type, named && namesText(columns), enforcement)
}

function distributionText({ method, columns, buckets }: Distribution): string {
  const by = columns.length > 0 && phrase('BY', `${method ?? ''}${namesText(columns)}`)
  return phrase(by, buckets !== undefined && `INTO ${buckets} BUCKETS`)
}

// ── alterations ──

type Action = AlterTableAction | AlterMaterializedTableAction | AlterView['action'] | AlterCatalog['action'] | CommentAction

function actionText(node: Action): string {
  switch (node.kind) {
    case 'rename':
      return `RENAME TO ${nameText(node.to)}`
    case 'rename-column':
      return `RENAME ${nameText(node.from)} TO ${identifierText(node.to)}`
    case 'set':
      return `SET (${node.options.map(optionText).join(', ')})`
    case 'reset':
      return `RESET (${node.keys.map(stringText).join(', ')})`
    case 'comment':
      return commentText(node.comment)
    case 'as-query':
      return `AS ${queryText(node.query)}`
    case 'add':
      return `ADD ${positionedText(node.elements)}`
    case 'modify':
      return `MODIFY ${positionedText(node.elements)}`
    case 'add-distribution':
      return `ADD DISTRIBUTION ${distributionText(node.distribution)}`
    case 'modify-distribution':
      return `MODIFY DISTRIBUTION ${distributionText(node.distribution)}`
    case 'drop-columns':
      return node.columns.length === 1 ? `DROP ${nameText(node.columns[0]!)}` : `DROP (${node.columns.map(nameText).join(', ')})`
    case 'drop-primary-key':
      return 'DROP PRIMARY KEY'
    case 'drop-constraint':
      return `DROP CONSTRAINT ${identifierText(node.name)}`
    case 'drop-watermark':
      return 'DROP WATERMARK'
    case 'drop-distribution':
      return 'DROP DISTRIBUTION'
    case 'add-partitions':
      return phrase('ADD', node.ifNotExists && 'IF NOT EXISTS', node.partitions.map(partitionDefinitionText).join(' '))
    case 'drop-partitions':
      return phrase('DROP', node.ifExists && 'IF EXISTS', node.partitions.map(partitionDefinitionText).join(', '))
    case 'suspend':
      return 'SUSPEND'
    case 'resume':
      return phrase('RESUME', withText(node.options))
    case 'refresh':
      return phrase('REFRESH', entriesText(node.partition))
    case 'set-freshness':
      return `SET FRESHNESS = ${expressionText(node.freshness)}`
    case 'set-refresh-mode':
      return `SET REFRESH_MODE = ${node.refreshMode}`
    default:
      return unreachable(node)
  }
}

function positionedText(elements: readonly PositionedElement[]): string {
  const texts = elements.map(({ element, position }) => {
    const place = position === 'FIRST' ? 'FIRST' : position && `AFTER ${identifierText(position)}`
    return phrase(elementText(element), place)
  })
  return texts.length === 1 ? texts[0]! : `(${texts.join(', ')})`
}

const partitionDefinitionText = ({ entries, options }: PartitionDefinition): string =>
  phrase(entriesText(entries), withText(options))

// ── names of things ──

function scopeText(scope: FunctionScope): string {
  return { 'catalog': '', 'temporary': 'TEMPORARY', 'temporary-system': 'TEMPORARY SYSTEM' }[scope]
}

function createText(
  what: string,
  scope: FunctionScope,
  ifNotExists: boolean,
  name: string,
  rest?: Pick<CreateTable, 'comment' | 'options'>,
): string {
  const tail = rest && phrase(commentText(rest.comment), withText(rest.options))
  return phrase('CREATE', scopeText(scope), what, ifNotExists && 'IF NOT EXISTS', name, tail)
}

function dropText(what: string, scope: FunctionScope, ifExists: boolean, name: string): string {
  return phrase('DROP', scopeText(scope), what, ifExists && 'IF EXISTS', name)
}

function showText({ target, name, partition, pattern }: Show): string {
  const direct = target === 'PARTITIONS' || target.startsWith('CREATE ')
  const like = pattern && phrase(pattern.negated && 'NOT', pattern.operator, stringText(pattern.pattern))
  return phrase('SHOW', target, name && phrase(!direct && 'FROM', nameText(name)), entriesText(partition), like)
}

function describeText({ target, name, id, extended }: Describe): string {
  const what = target === 'TABLE' ? '' : target
  return phrase('DESCRIBE', what, extended && 'EXTENDED', name && nameText(name), id && stringText(id))
}
