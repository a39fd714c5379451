/**
 * Users in the form of a Java login configuration, which is how Kafka lists those of PLAIN.
 *
 *     org.apache.kafka.common.security.plain.PlainLoginModule required
 *       username="admin" password="1234"
 *       user_admin="1234"
 *       user_alice="secret \"quoted\"";
 */
import { MillraceError } from '../../../../base/errors.ts'

const MODULE = /^\s*([\w.$]+)\s+(required|requisite|sufficient|optional)\b/
const OPTION = /\s*([\w.$-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))/y
const END = /\s*;?\s*$/y

/** The options of a login module. */
export function jaasOptions(text: string): ReadonlyMap<string, string> {
  const module = MODULE.exec(text)
  if (module === null) throw invalid('it begins with the name of a login module, and "required"')
  const options = new Map<string, string>()
  let at = module[0].length
  for (;;) {
    OPTION.lastIndex = at
    const [whole, name, quoted, bare] = OPTION.exec(text) ?? []
    if (whole === undefined) break
    options.set(name!, quoted?.replaceAll(/\\(.)/gs, '$1') ?? bare!)
    at += whole.length
  }
  END.lastIndex = at
  if (!END.test(text)) throw invalid(`after ${options.size} options something else follows than name="value"`)
  return options
}

/** Passwords by name: its options `user_NAME`. */
export function jaasUsers(text: string): Map<string, string> {
  const users = new Map<string, string>()
  for (const [name, value] of jaasOptions(text)) if (name.startsWith('user_')) users.set(name.slice('user_'.length), value)
  return users
}

const invalid = (what: string): MillraceError =>
  new MillraceError('SASL_INVALID', 'user', `sasl.jaas.config can not be read: ${what}`, {
    hint: 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";',
  })
