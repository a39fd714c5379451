/**
 * The grammar of .proto files: proto2, proto3 and editions.
 *
 *     file    = { syntax | package | import | option | message | enum | extend | service }
 *     message = 'message' name '{' { field | oneof | group | message | enum | extend | extensions | reserved | option } '}'
 *     field   = [ label ] ( type | 'map' '<' type ',' type '>' ) name '=' number [ '[' option { ',' option } ']' ] ';'
 */
import {
  type EnumType,
  type Extend,
  type Extensions,
  type Field,
  type Group,
  type Label,
  MAX_TAG,
  type Message,
  type Oneof,
  type Option,
  type OptionValue,
  type ProtoFile,
  type ProtoType,
  type Range,
  type Reserved,
  type Rpc,
  type Service,
} from './file.ts'
import { ProtoError, Tokens } from './tokens.ts'

type Building<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

const LABELS: ReadonlySet<string> = new Set<Label>(['optional', 'required', 'repeated'])
/** Deeper than any file that was written by hand, and shallow enough for the stack. */
const MAX_DEPTH = 100

export function parseProto(text: string): ProtoFile {
  return new Parser(new Tokens(text)).file()
}

class Parser {
  readonly #tokens: Tokens
  #depth = 0

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  file(): ProtoFile {
    const tokens = this.#tokens
    const file: Building<ProtoFile> = {
      syntax: undefined,
      package: undefined,
      imports: [],
      publicImports: [],
      options: [],
      types: [],
      extends: [],
      services: [],
    }
    while (!tokens.isAtEnd) {
      if (tokens.sign(';')) continue
      const word = tokens.word('a declaration')
      switch (word) {
        case 'syntax':
        case 'edition':
          tokens.expect('=')
          file.syntax = tokens.string()
          if (word === 'syntax' && file.syntax !== 'proto2' && file.syntax !== 'proto3') {
            throw new ProtoError(`unknown syntax '${file.syntax}'`)
          }
          tokens.expect(';')
          break
        case 'package':
          file.package = tokens.word('a package')
          tokens.expect(';')
          break
        case 'import':
          if (tokens.keyword('public')) file.publicImports.push(tokens.string())
          else {
            if (!tokens.keyword('weak')) tokens.keyword('option')
            file.imports.push(tokens.string())
          }
          tokens.expect(';')
          break
        case 'option':
          file.options.push(this.#optionStatement())
          break
        case 'message':
          file.types.push(this.#message())
          break
        case 'enum':
          file.types.push(this.#enum())
          break
        case 'extend':
          file.extends.push(this.#extend())
          break
        case 'service':
          file.services.push(this.#service())
          break
        default:
          throw new ProtoError(`unexpected '${word}' at the top of the file`)
      }
    }
    return file
  }

  /** What stands between braces. */
  #block(statement: () => void): void {
    if (++this.#depth > MAX_DEPTH) throw new ProtoError(`blocks are nested deeper than ${MAX_DEPTH}`)
    this.#tokens.expect('{')
    while (!this.#tokens.sign('}')) if (!this.#tokens.sign(';')) statement()
    this.#depth--
  }

  #message(): Message {
    const tokens = this.#tokens
    const message: Building<Message> = {
      kind: 'message',
      name: this.#name(),
      options: [],
      reserved: [],
      fields: [],
      oneofs: [],
      groups: [],
      extensions: [],
      extends: [],
      types: [],
    }
    this.#block(() => {
      const type = this.#nested()
      if (type !== undefined) message.types.push(type)
      else if (tokens.keyword('option')) message.options.push(this.#optionStatement())
      else if (tokens.keyword('reserved')) message.reserved.push(this.#reserved())
      else if (tokens.keyword('extensions')) message.extensions.push(this.#extensions())
      else if (tokens.keyword('extend')) message.extends.push(this.#extend())
      else if (tokens.keyword('oneof')) message.oneofs.push(this.#oneof())
      else this.#member(message, true)
    })
    return message
  }

  #nested(): ProtoType | undefined {
    if (this.#tokens.keyword('message')) return this.#message()
    return this.#tokens.keyword('enum') ? this.#enum() : undefined
  }

  /** A field or a group. */
  #member(into: { readonly fields: Field[]; readonly groups: Group[] }, labelled: boolean): void {
    const tokens = this.#tokens
    const word = tokens.peekWord()
    const label = labelled && word !== undefined && LABELS.has(word) ? (tokens.word() as Label) : undefined
    if (tokens.keyword('group')) into.groups.push(this.#group(label))
    else into.fields.push(this.#field(label))
  }

  #field(label: Label | undefined): Field {
    const tokens = this.#tokens
    let type = tokens.word('a field')
    if (type === 'map' && tokens.sign('<')) {
      const key = tokens.word('a type')
      tokens.expect(',')
      type = `map<${key}, ${tokens.word('a type')}>`
      tokens.expect('>')
    }
    const name = this.#name()
    tokens.expect('=')
    const tag = tokens.integer()
    const options = this.#options()
    tokens.expect(';')
    const special = (wanted: string) => {
      const found = options.find(option => option.name === wanted && !option.custom)?.value
      return found !== undefined && 'text' in found ? found.text : undefined
    }
    return {
      label,
      type,
      name,
      tag,
      options: options.filter(({ name, custom }) => custom || (name !== 'default' && name !== 'json_name')),
      default: special('default'),
      jsonName: special('json_name'),
    }
  }

  #group(label: Label | undefined): Group {
    const name = this.#name()
    this.#tokens.expect('=')
    const tag = this.#tokens.integer()
    this.#options()
    const members = { fields: [] as Field[], groups: [] as Group[] }
    this.#block(() => this.#member(members, true))
    return { label, name, tag, fields: members.fields }
  }

  #oneof(): Oneof {
    const oneof: Building<Oneof> = { name: this.#name(), options: [], fields: [], groups: [] }
    this.#block(() => {
      if (this.#tokens.keyword('option')) oneof.options.push(this.#optionStatement())
      else this.#member(oneof, false)
    })
    return oneof
  }

  #enum(): EnumType {
    const tokens = this.#tokens
    const type: Building<EnumType> = { kind: 'enum', name: this.#name(), options: [], reserved: [], constants: [] }
    this.#block(() => {
      const word = tokens.word('an enum constant')
      if (word === 'option' && tokens.peek() !== '=') type.options.push(this.#optionStatement())
      else if (word === 'reserved' && tokens.peek() !== '=') type.reserved.push(this.#reserved())
      else {
        tokens.expect('=')
        const tag = tokens.integer()
        type.constants.push({ name: word, tag, options: this.#options() })
        tokens.expect(';')
      }
    })
    return type
  }

  #extend(): Extend {
    const members = { fields: [] as Field[], groups: [] as Group[] }
    const name = this.#tokens.word('a type')
    this.#block(() => this.#member(members, true))
    return { name, fields: members.fields }
  }

  #service(): Service {
    const service: Building<Service> = { name: this.#name(), options: [], rpcs: [] }
    this.#block(() => {
      if (this.#tokens.keyword('option')) service.options.push(this.#optionStatement())
      else if (this.#tokens.keyword('rpc')) service.rpcs.push(this.#rpc())
      else throw this.#tokens.unexpected('rpc')
    })
    return service
  }

  #rpc(): Rpc {
    const tokens = this.#tokens
    const name = this.#name()
    const [requestStreaming, request] = this.#rpcType()
    if (!tokens.keyword('returns')) throw tokens.unexpected('returns')
    const [responseStreaming, response] = this.#rpcType()
    const options: Option[] = []
    if (tokens.peek() === '{') {
      this.#block(() => {
        if (!tokens.keyword('option')) throw tokens.unexpected('option')
        options.push(this.#optionStatement())
      })
    } else tokens.expect(';')
    return { name, request, requestStreaming, response, responseStreaming, options }
  }

  #rpcType(): readonly [streaming: boolean, type: string] {
    const tokens = this.#tokens
    tokens.expect('(')
    const word = tokens.word('a type')
    const streaming = word === 'stream' && tokens.peek() !== ')'
    const type = streaming ? tokens.word('a type') : word
    tokens.expect(')')
    return [streaming, type]
  }

  #reserved(): Reserved {
    const values: (string | number | Range)[] = []
    do values.push(this.#tokens.isAtString ? this.#tokens.string() : this.#rangeOrName())
    while (this.#tokens.sign(','))
    this.#tokens.expect(';')
    return { values }
  }

  /** Editions reserve names without quotation marks. */
  #rangeOrName(): string | number | Range {
    return /^[A-Za-z_]/.test(this.#tokens.peek()) ? this.#tokens.word() : this.#range()
  }

  #extensions(): Extensions {
    const values: (number | Range)[] = []
    do values.push(this.#range())
    while (this.#tokens.sign(','))
    const options = this.#options()
    this.#tokens.expect(';')
    return { values, options }
  }

  #range(): number | Range {
    const start = this.#tokens.integer()
    if (!this.#tokens.keyword('to')) return start
    return { start, end: this.#tokens.keyword('max') ? MAX_TAG : this.#tokens.integer() }
  }

  #optionStatement(): Option {
    const option = this.#option('=')
    this.#tokens.expect(';')
    return option
  }

  /** In brackets behind a declaration. */
  #options(): Option[] {
    const options: Option[] = []
    if (!this.#tokens.sign('[')) return options
    do {
      if (this.#tokens.peek() === ']') break
      options.push(this.#option('='))
    } while (this.#tokens.sign(','))
    this.#tokens.expect(']')
    return options
  }

  #option(separator: '=' | ':'): Option {
    const tokens = this.#tokens
    const custom = tokens.sign('(')
    const extension = !custom && tokens.sign('[')
    let name = tokens.word('an option')
    if (custom) tokens.expect(')')
    if (extension) {
      if (tokens.sign('/')) name = `${name}/${tokens.word()}`
      tokens.expect(']')
      name = `[${name}]`
    }
    // `(foo).bar.baz`: the word behind the parenthesis begins with the dot.
    const inner = custom && tokens.peek() === '.' ? tokens.word().slice(1).split('.') : []
    if (separator === '=' || (tokens.peek() !== '{' && tokens.peek() !== '<')) tokens.expect(separator)
    const value = inner.reduceRight<OptionValue>(
      (value, name) => ({ kind: 'option', option: { name, custom: false, value } }),
      this.#value(),
    )
    return { name, custom, value }
  }

  #value(): OptionValue {
    const tokens = this.#tokens
    if (++this.#depth > MAX_DEPTH) throw new ProtoError(`options are nested deeper than ${MAX_DEPTH}`)
    const found = this.#compound() ?? (tokens.isAtString ? { kind: 'string' as const, text: tokens.string() } : this.#primitive())
    this.#depth--
    return found
  }

  #primitive(): OptionValue {
    const text = this.#tokens.word('a value')
    if (text.startsWith('-') || /^\.?[0-9]/.test(text)) return { kind: 'number', text }
    return { kind: text === 'true' || text === 'false' ? 'boolean' : 'enum', text }
  }

  #compound(): OptionValue | undefined {
    const tokens = this.#tokens
    const close = tokens.sign('{') ? '}' : tokens.sign('<') ? '>' : undefined
    if (close !== undefined) {
      const entries = new Map<string, OptionValue[]>()
      while (!tokens.sign(close)) {
        const { name, value } = this.#option(':')
        entries.set(name, [...(entries.get(name) ?? []), value])
        if (!tokens.sign(',')) tokens.sign(';')
      }
      return { kind: 'map', entries: Array.from(entries, ([key, values]) => [key, oneOrMany(values)]) }
    }
    if (!tokens.sign('[')) return undefined
    const elements: OptionValue[] = []
    while (!tokens.sign(']')) {
      elements.push(this.#value())
      tokens.sign(',')
    }
    return { kind: 'list', elements }
  }

  #name(): string {
    const name = this.#tokens.word('a name')
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ProtoError(`'${name}' is no name`)
    return name
  }
}

/** A key of text format that comes twice stands for a list. */
function oneOrMany(values: readonly OptionValue[]): OptionValue {
  if (values.length === 1) return values[0]!
  return { kind: 'list', elements: values.flatMap(value => (value.kind === 'list' ? value.elements : [value])) }
}
