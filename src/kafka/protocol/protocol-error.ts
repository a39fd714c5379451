import { MillraceError } from '../../base/errors.ts'

/**
 * What can be wrong with a message.
 *
 *     MESSAGE_TRUNCATED      it ends inside a field, or claims more elements than it has bytes
 *     MESSAGE_MALFORMED      a negative length, a null where none may be, a varint without an end
 *     MESSAGE_TRAILING       bytes are left behind its last field
 *     MESSAGE_VERSION        there is no such version of it
 *     MESSAGE_UNENCODABLE    a value that this version can't carry, or that its type can't hold
 */
export type ProtocolErrorCode =
  | 'MESSAGE_TRUNCATED'
  | 'MESSAGE_MALFORMED'
  | 'MESSAGE_TRAILING'
  | 'MESSAGE_VERSION'
  | 'MESSAGE_UNENCODABLE'

/** A message that can't be read or written. */
export class ProtocolError extends MillraceError {
  declare readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string) {
    super(code, 'external', message)
  }
}
