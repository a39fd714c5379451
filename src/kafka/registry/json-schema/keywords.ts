/** The keywords of one schema, read with the type that each must have: `#/properties/a/minLength: expected an integer`. */
import { type Json, JsonNumber, type JsonObject, isArray, isObject } from '../json/json.ts'
import { JsonSchemaError } from './documents.ts'
import { isPattern } from './pattern.ts'

export class Keywords {
  readonly json: JsonObject
  readonly pointer: string

  constructor(json: JsonObject, pointer: string) {
    this.json = json
    this.pointer = pointer
  }

  has(...names: readonly string[]): boolean {
    return names.some(name => this.json.has(name))
  }

  get(name: string): Json | undefined {
    return this.json.get(name)
  }

  integer(name: string): number | undefined {
    const value = this.json.get(name)
    if (value === undefined) return undefined
    if (!(value instanceof JsonNumber) || !Number.isInteger(value.value)) throw this.wrong(name, 'an integer')
    if (value.value < 0) throw this.wrong(name, 'an integer of at least 0')
    return value.value
  }

  number(name: string): JsonNumber | undefined {
    const value = this.json.get(name)
    if (value === undefined || value instanceof JsonNumber) return value
    throw this.wrong(name, 'a number')
  }

  text(name: string): string | undefined {
    const value = this.json.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(name, 'a string')
  }

  boolean(name: string): boolean | undefined {
    const value = this.json.get(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.wrong(name, 'a boolean')
  }

  list(name: string): readonly Json[] | undefined {
    const value = this.json.get(name)
    if (value === undefined || isArray(value)) return value
    throw this.wrong(name, 'an array')
  }

  texts(name: string): readonly string[] | undefined {
    const list = this.list(name)
    if (list?.some(element => typeof element !== 'string') === true) throw this.wrong(name, 'an array of strings')
    return list as readonly string[] | undefined
  }

  object(name: string): JsonObject | undefined {
    const value = this.json.get(name)
    if (value === undefined || isObject(value)) return value
    throw this.wrong(name, 'an object')
  }

  pattern(name: string): string | undefined {
    const pattern = this.text(name)
    if (pattern !== undefined && !isPattern(pattern)) throw this.wrong(name, 'a regular expression')
    return pattern
  }

  checkPatterns(patterns: Iterable<string>): void {
    for (const pattern of patterns) {
      if (isPattern(pattern)) continue
      throw new JsonSchemaError(`${this.pointer}/patternProperties`, `${JSON.stringify(pattern)} is no regular expression`)
    }
  }

  multipleOf(): JsonNumber | undefined {
    const value = this.number('multipleOf')
    if (value !== undefined && !(value.value > 0)) throw this.wrong('multipleOf', 'a number above 0')
    return value
  }

  wrong(name: string, wanted: string): JsonSchemaError {
    return new JsonSchemaError(`${this.pointer}/${name}`, `expected ${wanted}, found ${titleOf(this.json.get(name))}`)
  }
}

const titleOf = (json: Json | undefined): string => {
  if (json === null) return 'null'
  if (json instanceof JsonNumber) return json.text
  if (isArray(json)) return 'an array'
  if (isObject(json)) return 'an object'
  return typeof json === 'string' ? JSON.stringify(json) : String(json)
}
