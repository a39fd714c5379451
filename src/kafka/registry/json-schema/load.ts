/**
 * From the text of a JSON Schema to its model, and the proof that it is one: every keyword has the type it must have, every
 * `$ref` leads somewhere.
 *
 *     loadJsonSchema(parseJson('{"type": "object", "properties": {"a": {"$ref": "#"}}}'))
 */
import { type Json, type JsonObject, isArray, isObject, print } from '../json/json.ts'
import { Documents, JsonSchemaError } from './documents.ts'
import { type Draft, draftOf, idKeyword, isModern } from './draft.ts'
import { Keywords } from './keywords.ts'
import { loadLegacy } from './legacy.ts'
import type { Annotations, ReferenceNode, SchemaNode } from './model.ts'
import { loadModern } from './modern.ts'

export function loadJsonSchema(root: Json, references: ReadonlyMap<string, Json> = new Map()): SchemaNode {
  if (typeof root !== 'boolean' && !isObject(root)) throw new JsonSchemaError('#', 'expected an object or boolean at the root')
  const draft = draftOf(isObject(root) ? root.get('$schema') : undefined)
  const loader = new Loader(draft, new Documents(root, draft, references))
  const node = loader.load(root, loader.documents.rootBase, '#')
  loader.tie()
  return node
}

/** Loads the schemas below one: what the drafts' own files call. */
export interface Children {
  readonly draft: Draft
  load(json: Json, base: string, pointer: string): SchemaNode
  reference(ref: string, base: string, pointer: string): ReferenceNode
}

class Loader implements Children {
  readonly draft: Draft
  readonly documents: Documents
  /** One node per place, so that references to it are references to one thing. */
  readonly #nodes = new Map<JsonObject, SchemaNode>()
  readonly #loose: { readonly node: ReferenceNode; readonly base: string; readonly pointer: string }[] = []

  constructor(draft: Draft, documents: Documents) {
    this.draft = draft
    this.documents = documents
  }

  load(json: Json, base: string, pointer: string): SchemaNode {
    if (typeof json === 'boolean') return { kind: json ? 'empty' : 'false' }
    if (!isObject(json))
      throw new JsonSchemaError(pointer, `expected a schema, found ${isArray(json) ? 'an array' : print(json)}`)
    const known = this.#nodes.get(json)
    if (known !== undefined) return known
    const keywords = new Keywords(json, pointer)
    const inner = this.documents.baseOf(json, base)
    const node = (isModern(this.draft) ? loadModern : loadLegacy)(keywords, inner, this)
    const annotated = { ...node, ...annotations(keywords, this.draft) }
    // A reference is tied later, and by its identity.
    const result = node.kind === 'reference' ? node : annotated
    this.#nodes.set(json, result)
    return result
  }

  reference(ref: string, base: string, pointer: string): ReferenceNode {
    const node: ReferenceNode = { kind: 'reference', ref, target: undefined }
    this.#loose.push({ node, base, pointer })
    return node
  }

  /** Ties every reference to what it means; the targets may have further references. */
  tie(): void {
    for (let knot = this.#loose.pop(); knot !== undefined; knot = this.#loose.pop()) {
      const { node, base, pointer } = knot
      const place = this.documents.resolve(node.ref, base, pointer)
      node.target = place === undefined ? { kind: 'empty' } : this.load(place.json, place.base, place.pointer)
    }
  }
}

function annotations(keywords: Keywords, draft: Draft): Annotations {
  const found: { -readonly [K in keyof Annotations]: Annotations[K] } = {}
  const id = keywords.text(idKeyword(draft))
  const title = keywords.text('title')
  const description = keywords.text('description')
  const connectType = keywords.get('connect.type')
  if (id !== undefined) found.id = id
  if (title !== undefined) found.title = title
  if (description !== undefined) found.description = description
  if (keywords.has('default')) found.default = keywords.get('default')
  if (typeof connectType === 'string') found.connectType = connectType
  return found
}
