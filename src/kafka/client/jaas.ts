/**
 * `sasl.jaas.config`, as Java clients have it: a login module and its options.
 *
 *     org.apache.kafka.common.security.scram.ScramLoginModule required username="ann" password="se\"cret";
 */
import { MillraceError } from '../../base/errors.ts'

export interface JaasEntry {
  /** The last part of the class: `ScramLoginModule`. */
  readonly module: string
  readonly options: ReadonlyMap<string, string>
}

export function parseJaas(text: string): JaasEntry {
  const tokens = [...text.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([=;])|([^\s=;"']+)/gs)].map(found => ({
    text: (found[1] ?? found[2])?.replace(/\\(.)/gs, '$1') ?? found[3] ?? found[4]!,
    sign: found[3] !== undefined,
  }))
  const [module, flag, ...rest] = tokens
  if (module === undefined || module.sign) throw malformed('it does not begin with a login module')
  if (flag === undefined || !/^(required|requisite|sufficient|optional)$/i.test(flag.text))
    throw malformed(`'required' does not follow ${module.text}`)
  const options = new Map<string, string>()
  let at = 0
  while (at < rest.length && rest[at]!.text !== ';') {
    const [key, equals, value] = rest.slice(at, at + 3)
    if (equals?.sign !== true || equals.text !== '=' || value === undefined || value.sign)
      throw malformed(`'${key!.text}' has no value`)
    options.set(key!.text, value.text)
    at += 3
  }
  if (at >= rest.length) throw malformed("it does not end with ';'")
  if (at < rest.length - 1) throw malformed('it names more than one login module')
  return { module: module.text.split('.').at(-1)!, options }
}

const malformed = (why: string): MillraceError =>
  new MillraceError('KAFKA_CONFIG', 'user', `'sasl.jaas.config' can't be read: ${why}`, {
    hint: `such as org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";`,
  })
