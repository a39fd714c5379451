/**
 * The text of a .proto file in the one form that is stored and compared: messages before enums, no comments, two spaces.
 *
 *     syntax = "proto3";
 *     package shop;
 *
 *     message Order {
 *       int64 id = 1;
 *     }
 */
import type {
  EnumType,
  Extend,
  Extensions,
  Field,
  Group,
  Message,
  Oneof,
  Option,
  OptionValue,
  ProtoFile,
  ProtoType,
  Range,
  Reserved,
  Rpc,
  Service,
} from './file.ts'
import { MAX_TAG } from './file.ts'

export function printProto(file: ProtoFile): string {
  const head = [
    file.syntax === undefined ? '' : `${file.syntax.startsWith('proto') ? 'syntax' : 'edition'} = "${file.syntax}";\n`,
    file.package === undefined ? '' : `package ${file.package};\n`,
  ]
  const imports = [
    ...file.imports.map(name => `import "${name}";\n`),
    ...file.publicImports.map(name => `import public "${name}";\n`),
  ]
  const sections = [imports, file.options.map(statement), types(file.types), file.extends.map(extend), file.services.map(service)]
  return [...head, ...sections.map(section)].join('')
}

/** Set apart by an empty line, if there is anything. */
const section = (parts: readonly string[]): string => (parts.length === 0 ? '' : `\n${parts.join('')}`)

const indented = (text: string): string =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => `  ${line}\n`)
    .join('')

/** The parts of a block, each part in lines of its own and set apart. */
const block = (head: string, sections: readonly (readonly string[])[]): string =>
  `${head} {${sections.map(parts => section(parts.map(indented))).join('')}}\n`

const types = (list: readonly ProtoType[]): readonly string[] => [
  ...list.filter(type => type.kind === 'message').map(message),
  ...list.filter(type => type.kind === 'enum').map(enumType),
]

function message(type: Message): string {
  return block(`message ${type.name}`, [
    type.reserved.map(reserved),
    type.options.map(statement),
    type.fields.map(field),
    type.oneofs.map(oneof),
    type.groups.map(group),
    type.extensions.map(extensions),
    type.extends.map(extend),
    types(type.types),
  ])
}

/** Options and constants follow the reserved names without an empty line. */
function enumType(type: EnumType): string {
  const constants = type.constants.map(({ name, tag, options }) => `${name} = ${tag}${bracketed(options)};\n`)
  return block(`enum ${type.name}`, [[...type.reserved.map(reserved), ...type.options.map(statement), ...constants]])
}

function field({ label, type, name, tag, options, default: fallback, jsonName }: Field): string {
  const all = [
    ...options,
    ...(fallback === undefined ? [] : [plainOption('default', { kind: defaultKind(type), text: fallback })]),
    ...(jsonName === undefined ? [] : [plainOption('json_name', { kind: 'string', text: jsonName })]),
  ]
  return `${label === undefined ? '' : `${label} `}${type} ${name} = ${tag}${bracketed(all)};\n`
}

const plainOption = (name: string, value: OptionValue): Option => ({ name, custom: false, value })
const defaultKind = (type: string) => (type === 'string' || type === 'bytes' ? 'string' : 'enum')

const oneof = ({ name, options, fields, groups }: Oneof): string =>
  block(`oneof ${name}`, [options.map(statement), fields.map(field), groups.map(group)])

const group = ({ label, name, tag, fields }: Group): string =>
  block(`${label === undefined ? '' : `${label} `}group ${name} = ${tag}`, [fields.map(field)])

const extend = ({ name, fields }: Extend): string => block(`extend ${name}`, [fields.map(field)])

const reserved = ({ values }: Reserved): string => `reserved ${values.map(range).join(', ')};\n`

const extensions = ({ values, options }: Extensions): string =>
  `extensions ${values.map(range).join(', ')}${bracketed(options)};\n`

function range(value: string | number | Range): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'number') return String(value)
  return `${value.start} to ${value.end < MAX_TAG ? value.end : 'max'}`
}

function service({ name, options, rpcs }: Service): string {
  return block(`service ${name}`, [options.map(statement), rpcs.map(rpc)])
}

function rpc({ name, request, requestStreaming, response, responseStreaming, options }: Rpc): string {
  const stream = (streaming: boolean, type: string) => `(${streaming ? 'stream ' : ''}${type})`
  const body = options.length === 0 ? '' : ` {\n${options.map(option => indented(statement(option))).join('')}}`
  return `rpc ${name} ${stream(requestStreaming, request)} returns ${stream(responseStreaming, response)}${body};\n`
}

const statement = (each: Option): string => `option ${option(each)};\n`

function option({ name, custom, value }: Option): string {
  const head = custom ? `(${name})` : name
  return value.kind === 'option' ? `${head}.${option(value.option)}` : `${head} = ${optionValue(value, true)}`
}

/** One option in a line, several in lines of their own. */
const bracketed = (options: readonly Option[]): string => (options.length === 0 ? '' : ` ${list(options.map(option))}`)

function list(parts: readonly string[]): string {
  return parts.length === 1 ? `[${parts[0]!}]` : lines('[', parts, ']')
}

const lines = (open: string, parts: readonly string[], close: string): string =>
  `${open}\n${parts.map((part, i) => indented(i < parts.length - 1 ? `${part},` : part)).join('')}${close}`

function optionValue(value: OptionValue, top: boolean): string {
  switch (value.kind) {
    case 'string':
      return `"${escape(value.text)}"`
    case 'map':
      return lines(
        '{',
        value.entries.map(([key, each]) => `${key}: ${optionValue(each, false)}`),
        '}',
      )
    case 'list': {
      const parts = value.elements.map(each => optionValue(each, false))
      return top ? list(parts) : lines('[', parts, ']')
    }
    case 'option':
      return option(value.option)
    default:
      return value.text
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
}
// oxlint-disable-next-line no-control-regex
const escape = (text: string): string => text.replace(/[\x07-\r\\'"]/g, char => ESCAPES[char]!)
