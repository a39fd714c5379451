/** MD5 and the SHAs of text (its UTF-8) or binary, in lower-case hexadecimal digits, and HASH_CODE. */
import { createHash } from 'node:crypto'
import { EvaluationError } from '../../base/errors.ts'
import { types } from '../../data/type.ts'
import type { ScalarFunction } from '../function.ts'
import { anyNullable, define, returns } from './define.ts'

type Input = string | Uint8Array

const digest = (algorithm: string, input: Input): string => createHash(algorithm).update(input).digest('hex')

const hashFunction = (name: string, algorithm: string, digits: number): ScalarFunction =>
  define({
    name,
    signatures: [`${name}(<STRING>)`],
    doc: `The ${name} hash in hexadecimal digits.`,
    params: ['text or binary'],
    returns: args => types.char(digits, anyNullable(args)),
    implement: () => (input: Input) => digest(algorithm, input),
  })

function sha2(input: Input, bits: number): string {
  if ([224, 256, 384, 512].includes(bits)) return digest(`sha${bits}`, input)
  throw new EvaluationError('INVALID_ARGUMENT', `SHA2 has 224, 256, 384 or 512 bits, not ${bits}`)
}

/** java.lang.String.hashCode. */
function hashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

export const hashFunctions: readonly ScalarFunction[] = [
  hashFunction('MD5', 'md5', 32),
  hashFunction('SHA1', 'sha1', 40),
  hashFunction('SHA224', 'sha224', 56),
  hashFunction('SHA256', 'sha256', 64),
  hashFunction('SHA384', 'sha384', 96),
  hashFunction('SHA512', 'sha512', 128),
  define({
    name: 'SHA2',
    signatures: ['SHA2(<STRING>, <INTEGER>)'],
    doc: 'The SHA-2 hash of 224, 256, 384 or 512 bits in hexadecimal digits.',
    params: ['text or binary', 'integer'],
    returns: args => types.varchar(128, anyNullable(args)),
    implement: () => sha2,
  }),
  define({
    name: 'HASH_CODE',
    signatures: ['HASH_CODE(<CHARACTER>)'],
    doc: 'The hash of the text as Java computes it.',
    params: ['text'],
    returns: returns.int,
    implement: () => hashCode,
  }),
]
