/**
 * The options that descriptors know by number. Those of extensions are not among them: what they mean stands in files that a
 * descriptor does not bring along.
 */
import type { Option } from './file.ts'
import type { WireMessage } from './wire.ts'
import { WireWriter } from './wire.ts'

type Form = 'string' | 'boolean' | readonly string[]
type Known = readonly (readonly [number: number, name: string, form: Form])[]

/** Constants of an enum stand at their numbers. */
export const FILE_OPTIONS: Known = [
  [1, 'java_package', 'string'],
  [8, 'java_outer_classname', 'string'],
  [10, 'java_multiple_files', 'boolean'],
  [20, 'java_generate_equals_and_hash', 'boolean'],
  [27, 'java_string_check_utf8', 'boolean'],
  [9, 'optimize_for', ['', 'SPEED', 'CODE_SIZE', 'LITE_RUNTIME']],
  [11, 'go_package', 'string'],
  [16, 'cc_generic_services', 'boolean'],
  [17, 'java_generic_services', 'boolean'],
  [18, 'py_generic_services', 'boolean'],
  [23, 'deprecated', 'boolean'],
  [31, 'cc_enable_arenas', 'boolean'],
  [36, 'objc_class_prefix', 'string'],
  [37, 'csharp_namespace', 'string'],
  [39, 'swift_prefix', 'string'],
  [40, 'php_class_prefix', 'string'],
  [41, 'php_namespace', 'string'],
  [44, 'php_metadata_namespace', 'string'],
  [45, 'ruby_package', 'string'],
]
export const MESSAGE_OPTIONS: Known = [
  [2, 'no_standard_descriptor_accessor', 'boolean'],
  [3, 'deprecated', 'boolean'],
  [7, 'map_entry', 'boolean'],
]
export const FIELD_OPTIONS: Known = [
  [1, 'ctype', ['STRING', 'CORD', 'STRING_PIECE']],
  [2, 'packed', 'boolean'],
  [6, 'jstype', ['JS_NORMAL', 'JS_STRING', 'JS_NUMBER']],
  [3, 'deprecated', 'boolean'],
  [5, 'lazy', 'boolean'],
  [16, 'debug_redact', 'boolean'],
]
export const ENUM_OPTIONS: Known = [
  [2, 'allow_alias', 'boolean'],
  [3, 'deprecated', 'boolean'],
]
export const CONSTANT_OPTIONS: Known = [[1, 'deprecated', 'boolean']]
export const SERVICE_OPTIONS: Known = [[33, 'deprecated', 'boolean']]
export const METHOD_OPTIONS: Known = [
  [33, 'deprecated', 'boolean'],
  [34, 'idempotency_level', ['IDEMPOTENCY_UNKNOWN', 'NO_SIDE_EFFECTS', 'IDEMPOTENT']],
]

export function readOptions(message: WireMessage | undefined, known: Known): readonly Option[] {
  if (message === undefined) return []
  return known.flatMap(([number, name, form]): readonly Option[] => {
    if (form === 'string') {
      const text = message.text(number)
      return text === undefined ? [] : [{ name, custom: false, value: { kind: 'string', text } }]
    }
    const value = message.number(number)
    if (value === undefined) return []
    if (form === 'boolean') return [{ name, custom: false, value: { kind: 'boolean', text: String(value !== 0) } }]
    const text = form[value]
    return text === undefined ? [] : [{ name, custom: false, value: { kind: 'enum', text } }]
  })
}

/** Undefined if there are none. */
export function writeOptions(options: readonly Option[], known: Known): WireWriter | undefined {
  const writer = new WireWriter()
  for (const [number, name, form] of known) {
    const value = options.findLast(option => option.name === name && !option.custom)?.value
    if (value === undefined || !('text' in value)) continue
    if (form === 'string') writer.text(number, value.text)
    else writer.varint(number, form === 'boolean' ? value.text === 'true' : Math.max(0, form.indexOf(value.text)))
  }
  return writer.isEmpty ? undefined : writer
}
