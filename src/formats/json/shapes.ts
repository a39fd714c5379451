/**
 * Which objects of a message are walked over: the message itself, and each ROW of which single fields are asked for.
 *
 *     id, bid.price, bid.auction     message   id → column 0, bid → object 1
 *                                    object 1  price → column 1, auction → column 2
 */
import type { Schema } from '../../data/type.ts'
import type { ColumnSource, DecoderContext } from '../format.ts'
import type { FieldTarget, ObjectShape } from './decoder-code.ts'
import { Keys } from './keys.ts'

/** Where each column lies. */
export const sourcesOf = (schema: Schema, { sources }: DecoderContext): readonly ColumnSource[] =>
  sources ?? schema.map(({ name }) => ({ column: name, path: [] }))

/** `all` are the table's columns: their names are known from the start, read or not. */
export function objectShapes(sources: readonly ColumnSource[], all: Schema): readonly ObjectShape[] {
  const objects: ObjectShape[] = []
  const paths = sources.map(({ column, path }) => [column, ...path])
  shape(
    paths.map((path, column) => ({ path, column })),
    all,
    objects,
  )
  return objects
}

interface Wanted {
  readonly path: readonly string[]
  readonly column: number
}

/** Adds the object and those inside it; answers its place. `all` are its fields, read or not. */
function shape(wanted: readonly Wanted[], all: Schema, objects: ObjectShape[]): number {
  const place = objects.length
  const names = [...new Set([...wanted.map(({ path }) => path[0]!), ...all.map(field => field.name)])]
  const fields: FieldTarget[] = []
  objects.push({ fields, keys: new Keys(names), columns: wanted.map(({ column }) => column) })
  for (const name of names) {
    const here = wanted.filter(({ path }) => path[0] === name)
    const whole = here.find(({ path }) => path.length === 1)
    const inner = here.map(({ path, column }) => ({ path: path.slice(1), column }))
    const type = all.find(field => field.name === name)?.type
    const within = type?.kind === 'ROW' ? type.fields : []
    fields.push(whole ? { column: whole.column } : here.length === 0 ? undefined : { object: shape(inner, within, objects) })
  }
  return place
}
