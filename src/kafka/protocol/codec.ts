/**
 * The codec of a message in one version, generated when it is first asked for.
 *
 *     const { decode } = codecOf(FetchRequest, 12)
 *     const request = decode(reader)               every field is there: request.topics[0].topicId
 *     codecOf(FetchResponse, 12).encode({ responses: [] }, writer)
 */
import { compile } from '../../codegen/compile.ts'
import { decoderCode, decoderScope } from './decoder-code.ts'
import { encoderCode, encoderScope } from './encoder-code.ts'
import type { Reader } from './reader.ts'
import type { InputOf, Message, MessageOf } from './schema.ts'
import { inVersions } from './versions.ts'
import { ProtocolError } from './protocol-error.ts'
import type { Writer } from './writer.ts'

export interface Codec<M extends Message> {
  /** Reads the message; bytes behind it are left for the reader's next. */
  decode(reader: Reader): MessageOf<M>
  /** Writes what this version has. A value that it lacks is dropped where the field is ignorable, else an error. */
  encode(value: InputOf<M>, writer: Writer): void
}

const codecs = new Map<Message, Codec<any>[]>()

export function codecOf<M extends Message>(message: M, version: number): Codec<M> {
  const known = codecs.get(message)?.[version]
  if (known !== undefined) return known
  return remember(message, version)
}

function remember<M extends Message>(message: M, version: number): Codec<M> {
  if (!inVersions(message.versions, version)) {
    throw new ProtocolError('MESSAGE_VERSION', `${message.name} has versions ${message.versions}, not ${version}`)
  }
  const codec = new LazyCodec(message, version)
  const versions = codecs.get(message) ?? []
  versions[version] = codec
  codecs.set(message, versions)
  return codec
}

/** Each half is compiled at its first call: who only answers requests compiles no encoder of them. */
class LazyCodec<M extends Message> implements Codec<M> {
  decode: Codec<M>['decode']
  encode: Codec<M>['encode']

  constructor(message: M, version: number) {
    const name = `kafka/${message.name}-v${version}`
    let decode: Codec<M>['decode'] | undefined
    let encode: Codec<M>['encode'] | undefined
    this.decode = reader => {
      decode ??= compile<Codec<M>['decode']>(`${name}-decode.js`, decoderCode(message, version), decoderScope).run
      this.decode = decode
      return decode(reader)
    }
    this.encode = (value, writer) => {
      encode ??= compile<Codec<M>['encode']>(
        `${name}-encode.js`,
        encoderCode(message, version),
        encoderScope(message, version),
      ).run
      this.encode = encode
      encode(value, writer)
    }
  }
}
