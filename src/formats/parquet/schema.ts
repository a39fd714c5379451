/**
 * A file's columns as a tree, and what they are in SQL. A LIST is written as two nested groups, by older writers as one;
 * `shapeOf` sees through both:
 *
 *     optional group tags (LIST) { repeated group list { optional binary element (STRING) } }     ARRAY<STRING>
 *     repeated int32 scores                                                                       ARRAY<INT NOT NULL> NOT NULL
 */
import { UnsupportedError } from '../../base/errors.ts'
import { type DataType, type Schema, types, withNullable } from '../../data/type.ts'
import { type Annotation, MetadataError, type PhysicalType, type SchemaElement } from './metadata.ts'

export interface Node {
  readonly name: string
  readonly path: readonly string[]
  readonly repetition: SchemaElement['repetition']
  readonly annotation: Annotation
  /** The definition level from which on this node is there, and the repetition level at which it repeats. */
  readonly definition: number
  readonly repeats: number
  readonly children: readonly Node[]
  readonly physical: PhysicalType | undefined
  readonly typeLength: number
  /** For a leaf: its position among the leaves, which is that of its column in every row group. */
  readonly leaf: number
}

/** The columns of the file, from the footer's depth-first list. */
export function columnTree(elements: readonly SchemaElement[]): readonly Node[] {
  let at = 0
  let leaves = 0
  const read = (
    parent: { readonly path: readonly string[]; readonly definition: number; readonly repeats: number } | undefined,
  ): Node => {
    const element = elements[at++]
    if (element === undefined) throw new MetadataError('its schema ends too early')
    const own = {
      name: element.name,
      path: parent === undefined ? [] : [...parent.path, element.name],
      repetition: element.repetition,
      annotation: element.annotation,
      definition: parent === undefined ? 0 : parent.definition + (element.repetition === 'REQUIRED' ? 0 : 1),
      repeats: parent === undefined ? 0 : parent.repeats + (element.repetition === 'REPEATED' ? 1 : 0),
      physical: element.physical,
      typeLength: element.typeLength,
    }
    const isLeaf = element.physical !== undefined
    return {
      ...own,
      leaf: isLeaf ? leaves++ : -1,
      children: isLeaf ? [] : Array.from({ length: element.children }, () => read(own)),
    }
  }
  return read(undefined).children
}

export type Shape =
  | { readonly kind: 'leaf'; readonly node: Node }
  | { readonly kind: 'row'; readonly node: Node; readonly fields: readonly { readonly name: string; readonly shape: Shape }[] }
  | { readonly kind: 'array'; readonly node: Node; readonly repeated: Node; readonly element: Shape }
  | { readonly kind: 'map'; readonly node: Node; readonly repeated: Node; readonly key: Shape; readonly value: Shape }

export function shapeOf(node: Node): Shape {
  if (node.repetition === 'REPEATED') return { kind: 'array', node, repeated: node, element: bareShape(node) }
  return bareShape(node)
}

/** The shape of one value of a node, however often it repeats. */
function bareShape(node: Node): Shape {
  if (node.physical !== undefined) return { kind: 'leaf', node }
  const inner = node.children.length === 1 ? node.children[0]! : undefined
  if (inner?.repetition === 'REPEATED') {
    if (node.annotation.kind === 'LIST') return { kind: 'array', node, repeated: inner, element: elementShape(node, inner) }
    if (node.annotation.kind === 'MAP' && inner.children.length === 2) {
      const [key, value] = inner.children as [Node, Node]
      return { kind: 'map', node, repeated: inner, key: shapeOf(key), value: shapeOf(value) }
    }
  }
  return { kind: 'row', node, fields: node.children.map(child => ({ name: child.name, shape: shapeOf(child) })) }
}

/** The rules for lists of older writers, from the format's LogicalTypes.md. */
function elementShape(list: Node, repeated: Node): Shape {
  const { children, name } = repeated
  if (children.length !== 1 || name === 'array' || name === `${list.name}_tuple`) return bareShape(repeated)
  return shapeOf(children[0]!)
}

/** The type that holds every value of the column exactly. */
export function typeOfShape(shape: Shape): DataType {
  const nullable = shape.node.repetition === 'OPTIONAL'
  switch (shape.kind) {
    case 'leaf':
      return withNullable(leafType(shape.node), nullable)
    case 'row':
      return types.row(
        shape.fields.map(f => ({ name: f.name, type: typeOfShape(f.shape) })),
        nullable,
      )
    case 'array':
      return types.array(typeOfShape(shape.element), nullable)
    case 'map':
      return types.map(typeOfShape(shape.key), typeOfShape(shape.value), nullable)
  }
}

/** The columns of a file as a table has them. */
export const schemaOf = (columns: readonly Node[]): Schema =>
  columns.map(node => ({ name: node.name, type: typeOfShape(shapeOf(node)) }))

export function leafType({ physical, annotation, typeLength, path }: Node): DataType {
  switch (physical) {
    case 'BOOLEAN':
      return types.boolean()
    case 'INT32':
    case 'INT64':
      return integerType(physical, annotation)
    case 'INT96':
      return types.timestamp(9)
    case 'FLOAT':
      return types.float()
    case 'DOUBLE':
      return types.double()
    case 'BYTE_ARRAY':
      if (annotation.kind === 'DECIMAL') return decimalType(annotation)
      return annotation.kind === 'STRING' || annotation.kind === 'ENUM' || annotation.kind === 'JSON'
        ? types.string()
        : types.bytes()
    case 'FIXED_LEN_BYTE_ARRAY':
      if (annotation.kind === 'DECIMAL') return decimalType(annotation)
      return annotation.kind === 'FLOAT16' ? types.float() : types.binary(typeLength)
    case undefined:
      throw new UnsupportedError(`a group as a value (Parquet column '${path.join('.')}')`)
  }
}

function integerType(physical: 'INT32' | 'INT64', annotation: Annotation): DataType {
  switch (annotation.kind) {
    case 'DECIMAL':
      return decimalType(annotation)
    case 'DATE':
      return types.date()
    case 'TIME':
      // Values are milliseconds of the day, whatever the precision.
      return types.time(3)
    case 'TIMESTAMP':
      return annotation.utc ? types.timestampLtz(digits[annotation.unit]) : types.timestamp(digits[annotation.unit])
    case 'INTEGER': {
      const { bits, signed } = annotation
      // An unsigned integer needs the next wider type.
      if (signed)
        return bits === 8 ? types.tinyint() : bits === 16 ? types.smallint() : bits === 32 ? types.int() : types.bigint()
      return bits === 8 ? types.smallint() : bits === 16 ? types.int() : bits === 32 ? types.bigint() : types.decimal(20, 0)
    }
    default:
      return physical === 'INT32' ? types.int() : types.bigint()
  }
}

export const digits = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const

const decimalType = ({ precision, scale }: { readonly precision: number; readonly scale: number }): DataType => {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
    throw new UnsupportedError(`a Parquet column of type DECIMAL(${precision}, ${scale})`)
  return types.decimal(precision, scale)
}
