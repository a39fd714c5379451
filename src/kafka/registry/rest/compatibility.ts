/** `/compatibility`: what registering a schema would say, without registering it. */
import { RegistryError, versionNotFound } from '../errors.ts'
import { LATEST } from '../store.ts'
import { normalizeSubject } from '../subject.ts'
import type { SchemaValue } from '../records.ts'
import { flag, schemaRequestOf, versionOf } from './parameters.ts'
import { type Call, type Route, route } from './route.ts'

export const COMPATIBILITY: readonly Route[] = [
  route('POST', '/compatibility/subjects/:subject/versions', call => {
    const subject = normalizeSubject(call.names['subject']!)
    return check(
      call,
      subject,
      call.registry.store.versions(subject).filter(({ deleted }) => !deleted),
    )
  }),
  route('POST', '/compatibility/subjects/:subject/versions/:version', call => {
    const subject = normalizeSubject(call.names['subject']!)
    const version = versionOf(call.names['version']!)
    const { store } = call.registry
    const found = version === LATEST ? store.latest(subject) : store.version(subject, version)
    if ((found === undefined || found.deleted) && version !== LATEST) throw versionNotFound(version)
    return check(call, subject, found === undefined ? [] : [found])
  }),
]

function check(call: Call, subject: string, versions: readonly SchemaValue[]) {
  const verbose = flag(call.query, 'verbose')
  const messages = messagesOf(call, subject, versions, verbose)
  return { is_compatible: messages.length === 0, ...(verbose ? { messages } : {}) }
}

/** With `verbose` a schema that is none is a message too. */
function messagesOf({ registry, query, body }: Call, subject: string, versions: readonly SchemaValue[], verbose: boolean) {
  try {
    const normalize = flag(query, 'normalize') || registry.settings.configInScope(subject).normalize === true
    const schema = registry.reader.parse(subject, schemaRequestOf(body), { strict: true, normalize })
    return registry.incompatibilities(subject, schema, versions)
  } catch (error) {
    if (verbose && error instanceof RegistryError && error.errorCode === 42201) return [error.message]
    throw error
  }
}
