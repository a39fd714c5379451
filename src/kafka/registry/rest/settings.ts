/** `/config` and `/mode`: for everything, for a context, for a subject. */
import { type Config, levelNamed } from '../config.ts'
import { RegistryError, invalidLevel, invalidMode, invalidSubject, noSubjectConfig, noSubjectMode } from '../errors.ts'
import { modeNamed } from '../mode.ts'
import { isValidSubject, normalizeSubject } from '../subject.ts'
import { type Members, flag, membersOf } from './parameters.ts'
import { type Call, type Route, route } from './route.ts'

export const SETTINGS: readonly Route[] = [
  ...['/config', '/config/:subject'].flatMap(path => [
    route('GET', path, getConfig),
    route('PUT', path, putConfig),
    route('DELETE', path, ({ registry, names }) => registry.deleteConfig(placeOf(names))),
  ]),
  ...['/mode', '/mode/:subject'].flatMap(path => [
    route('GET', path, getMode),
    route('PUT', path, putMode),
    route('DELETE', path, async ({ registry, names, query }) => {
      const mode = await registry.deleteMode(placeOf(names), flag(query, 'recursive'))
      return mode === undefined ? {} : { mode }
    }),
  ]),
]

/** Undefined for everything: no subject, or the default context. */
function placeOf({ subject }: Readonly<Record<string, string>>): string | undefined {
  const normalized = normalizeSubject(subject ?? '')
  return normalized === '' ? undefined : normalized
}

function writablePlace(names: Readonly<Record<string, string>>): string | undefined {
  const subject = names['subject']
  if (subject !== undefined && !isValidSubject(subject, true)) throw invalidSubject(subject)
  return placeOf(names)
}

function getConfig({ registry, names, query }: Call) {
  const place = placeOf(names)
  const config = flag(query, 'defaultToGlobal') ? registry.settings.configInScope(place) : registry.settings.config(place)
  if (config === undefined) throw noSubjectConfig(place!)
  return config
}

/** Members of data contracts: they say what nobody here would hold to. */
const REFUSED = [
  'compatibilityGroup',
  'validateFields',
  'validateRules',
  'defaultMetadata',
  'overrideMetadata',
  'defaultRuleSet',
  'overrideRuleSet',
]

async function putConfig({ registry, names, body }: Call) {
  const members = membersOf(body)
  const refused = REFUSED.find(name => members[name] !== undefined && members[name] !== null)
  if (refused !== undefined) throw new RegistryError(422, `The setting "${refused}" is not supported by this registry`)
  const changes = {
    ...taken(members, 'alias', value => (typeof value === 'string' ? value : undefined)),
    ...taken(members, 'normalize', value => (typeof value === 'boolean' ? value : undefined)),
    ...taken(members, 'compatibility', level, 'compatibilityLevel'),
    ...taken(members, 'compatibilityLevel', level),
    ...taken(members, 'compatibilityPolicy', value => (value === 'STRICT' || value === 'LENIENT' ? value : undefined)),
  }
  const { compatibilityLevel, ...config } = await registry.setConfig(writablePlace(names), changes)
  return { ...config, ...(compatibilityLevel === undefined ? {} : { compatibility: compatibilityLevel }) }
}

function level(value: unknown) {
  const found = typeof value === 'string' ? levelNamed(value) : undefined
  if (found === undefined) throw invalidLevel()
  return found
}

/** A member that is there, under its name in `Config`; null takes the setting away. */
function taken<T>(members: Members, name: string, read: (value: unknown) => T | undefined, as: string = name) {
  const value = members[name]
  if (value === undefined) return {}
  if (value === null) return { [as]: null }
  const found = read(value)
  if (found === undefined) throw new RegistryError(422, `The setting "${name}" can't be ${JSON.stringify(value)}`)
  return { [as]: found } as { [K in keyof Config]: Config[K] }
}

function getMode({ registry, names, query }: Call) {
  const place = placeOf(names)
  const mode = flag(query, 'defaultToGlobal') ? registry.settings.modeInScope(place) : registry.settings.mode(place)
  if (mode === undefined) throw noSubjectMode(place!)
  return { mode }
}

async function putMode({ registry, names, query, body }: Call) {
  const place = writablePlace(names)
  const { mode: text } = membersOf(body)
  if (text !== null && typeof text !== 'string') throw invalidMode()
  const mode = text === null ? null : modeNamed(text)
  if (mode === undefined) throw invalidMode()
  await registry.setMode(place, mode, flag(query, 'force'))
  return { mode: text }
}
