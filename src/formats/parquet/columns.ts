/** The table's columns found in a file: what is read of it, how it is converted, or why it can't be. */
import { DataError, UnsupportedError } from '../../base/errors.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import { type Column, arraysOf, newColumn } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import { type DataType, type Field, printType } from '../../data/type.ts'
import type { BulkFile } from '../format.ts'
import { Batch, type ConvertSettings, converterOf } from './convert.ts'
import { ColumnOutput, type ColumnReader, FlatColumn } from './flat-column.ts'
import { LeafPages } from './leaf-pages.ts'
import type { RowGroupMeta } from './metadata.ts'
import { type Assembly, NestedColumn } from './nested-column.ts'
import type { LeafReading } from './page.ts'
import { PageBytes } from './page-bytes.ts'
import { type Node, type Shape, leafType, shapeOf, typeOfShape } from './schema.ts'
import { ValueArrays } from './values.ts'

/** A column of the table in a file: opens its reader, a row group at a time. */
export type ColumnPlan = (group: RowGroupMeta, place: string) => ColumnReader

export interface PlanContext extends ConvertSettings {
  readonly file: BulkFile
  readonly pool: BufferPool
}

export function planColumn(field: Field, columns: readonly Node[], context: PlanContext): ColumnPlan {
  const node = columns.find(column => column.name === field.name)
  if (node === undefined) return missingColumn(field, context)
  const shape = shapeOf(node)
  const output = new ColumnOutput(field, context.pool)
  if (shape.kind === 'leaf') {
    const reading = leafReading(shape.node, field.type, context)
    if (reading === undefined) throw mismatch(field, shape, context.file)
    return (group, place) => new FlatColumn(openPages(reading, group, place, context.file), output, node.definition)
  }
  const leaves: { readonly reading: LeafReading; readonly type: DataType }[] = []
  const assembly = assemble(shape, field.type, leaves, context)
  if (assembly === undefined) throw mismatch(field, shape, context.file)
  return (group, place) =>
    new NestedColumn(
      leaves.map(({ reading, type }) => ({ reading, type, pages: openPages(reading, group, place, context.file) })),
      assembly,
      output,
    )
}

function openPages(reading: LeafReading, group: RowGroupMeta, place: string, file: BulkFile): LeafPages {
  const { node } = reading
  const columnPlace = `${place}, column '${node.path.join('.')}'`
  const meta = group.columns[node.leaf]
  if (meta === undefined || meta.path.join('.') !== node.path.join('.'))
    throw new DataError('PARQUET_CORRUPT', columnPlace, 'the row group does not have the column')
  if (meta.elsewhere) throw new UnsupportedError(`a Parquet column in another file (${columnPlace})`)
  return new LeafPages(new PageBytes(file, meta, columnPlace), meta, reading)
}

function mismatch(field: Field, shape: Shape, file: BulkFile): DataError {
  const own = printType(typeOfShape(shape))
  return new DataError(
    'PARQUET_TYPE',
    file.name,
    `column '${field.name}' is ${own} in the file, the table says ${printType(field.type)}`,
    {
      hint: `declare it as ${own}`,
    },
  )
}

/** Undefined where the type does not hold what the leaf holds. */
function leafReading(node: Node, type: DataType, settings: ConvertSettings): LeafReading | undefined {
  const convert = converterOf(node, type, settings)
  return (
    convert && {
      node,
      convert,
      arrays: size => new ValueArrays(type, size),
      batch: new Batch(),
      codes: new Int32Array(CHUNK_ROWS),
    }
  )
}

/** How values of `type` are put together; adds the leaves that takes. Undefined where the file has something else. */
function assemble(
  shape: Shape,
  type: DataType,
  leaves: { reading: LeafReading; type: DataType }[],
  context: PlanContext,
): Assembly | undefined {
  const { nullable } = type
  const { node } = shape
  const first = leaves.length
  const added = () => Array.from({ length: leaves.length - first }, (_, i) => first + i)
  const parts = (...inner: readonly (readonly [Shape, DataType])[]): readonly Assembly[] | undefined => {
    const assemblies = inner.map(([shape, type]) => assemble(shape, type, leaves, context))
    return assemblies.every(part => part !== undefined) ? assemblies : undefined
  }
  switch (shape.kind) {
    case 'leaf': {
      const reading = leafReading(node, type, context)
      if (reading === undefined) return undefined
      leaves.push({ reading, type })
      return { kind: 'leaf', nullable, leaf: first, present: node.definition }
    }
    case 'row': {
      if (type.kind !== 'ROW') return undefined
      const fields: Assembly[] = []
      for (const field of type.fields) {
        const inner = shape.fields.find(f => f.name === field.name)
        const assembly =
          inner === undefined ? missingField(field, node, context) : assemble(inner.shape, field.type, leaves, context)
        if (assembly === undefined) return undefined
        fields.push(assembly)
      }
      if (leaves.length === first) leaves.push(anyLeaf(node, context))
      return { kind: 'row', nullable, present: node.definition, repeats: node.repeats, fields, leaves: added() }
    }
    case 'array':
    case 'map': {
      const inner =
        shape.kind === 'array' && type.kind === 'ARRAY'
          ? parts([shape.element, type.element])
          : shape.kind === 'map' && type.kind === 'MAP'
            ? parts([shape.key, type.key], [shape.value, type.value])
            : undefined
      if (inner === undefined) return undefined
      const { definition: repeated, repeats } = shape.repeated
      const present = shape.repeated === node ? repeated - 1 : node.definition
      return { kind: shape.kind, nullable, present, repeated, repeats, parts: inner, leaves: added() }
    }
  }
}

/** A leaf under `node`, for its levels. */
function anyLeaf(node: Node, settings: ConvertSettings): { reading: LeafReading; type: DataType } {
  let leaf = node
  while (leaf.physical === undefined) {
    if (leaf.children.length === 0) throw new UnsupportedError(`an empty group (Parquet column '${leaf.path.join('.')}')`)
    leaf = leaf.children[0]!
  }
  const type = leafType(leaf)
  return { reading: leafReading(leaf, type, settings)!, type }
}

// ── what the file does not have ─────────────────────────────────────────────────────────────────────

const missing = (field: Field, place: string, file: BulkFile): DataError =>
  new DataError('PARQUET_COLUMN', file.name, `${place} has no '${field.name}', which is NOT NULL in the table`)

function missingField(field: Field, node: Node, { file }: PlanContext): Assembly {
  if (!field.type.nullable) throw missing(field, `column '${node.path.join('.')}'`, file)
  return { kind: 'missing', nullable: true }
}

function missingColumn(field: Field, { file, pool }: PlanContext): ColumnPlan {
  if (!field.type.nullable) throw missing(field, 'the file', file)
  return () => ({
    prepare: () => undefined,
    skip: () => Promise.resolve(),
    read: (rows, _, owned) => nulls(field.type, rows, pool, owned),
  })
}

function nulls(type: DataType, rows: number, pool: BufferPool, owned: PooledArray[]): Column {
  const column = newColumn(type, CHUNK_ROWS, pool)
  if (column.storage === 'object') for (let row = 0; row < rows; row++) column.values.push(null)
  // Zero is NULL in `valid`, and what a NULL row shall hold in every other array.
  for (const { buffer, byteOffset, byteLength } of arraysOf(column)) new Uint8Array(buffer, byteOffset, byteLength).fill(0)
  owned.push(...arraysOf(column))
  return column
}
