/** Which draft of JSON Schema a document is written in: its `$schema` says so; without one it is 7. */
import type { Json } from '../json/json.ts'

export type Draft = '4' | '6' | '7' | '2019-09' | '2020-12'

const URLS: readonly (readonly [prefix: string, draft: Draft])[] = [
  ['json-schema.org/draft-04/schema', '4'],
  ['json-schema.org/draft-06/schema', '6'],
  ['json-schema.org/draft-07/schema', '7'],
  ['json-schema.org/draft/2019-09/schema', '2019-09'],
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
]

export function draftOf($schema: Json | undefined): Draft {
  if (typeof $schema !== 'string') return '7'
  return metaSchemaDraft($schema) ?? '7'
}

/** The draft whose own schema lies at this address. */
export function metaSchemaDraft(url: string): Draft | undefined {
  const bare = url.replace(/^https?:\/\//, '')
  return bare === url ? undefined : URLS.find(([prefix]) => bare.startsWith(prefix))?.[1]
}

export const isModern = (draft: Draft): boolean => draft === '2019-09' || draft === '2020-12'
export const idKeyword = (draft: Draft): 'id' | '$id' => (draft === '4' ? 'id' : '$id')
