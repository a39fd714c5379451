/** How a CSV file is written: the options of the format csv, by Flink's names, and `header`, which is ours. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { OptionSet, Options } from '../../catalog/option.ts'
import { textBytes } from '../../data/text.ts'

export const csvOptions: OptionSet = {
  required: [],
  optional: [
    { name: 'field-delimiter', type: 'string', default: ',', description: 'one character between fields; \\t for a tab' },
    { name: 'quote-character', type: 'string', default: '"', description: 'encloses fields that hold delimiters or line ends' },
    { name: 'disable-quote-character', type: 'boolean', default: 'false', description: 'quotes mean nothing' },
    { name: 'allow-comments', type: 'boolean', default: 'false', description: "skip lines that begin with '#'" },
    {
      name: 'ignore-parse-errors',
      type: 'boolean',
      default: 'false',
      description: 'a field that does not fit its column is NULL, a broken record is skipped; both are counted',
    },
    {
      name: 'array-element-delimiter',
      type: 'string',
      default: ';',
      description: 'one character between elements of ARRAY and ROW',
    },
    { name: 'escape-character', type: 'string', description: 'the character behind it is text' },
    { name: 'null-literal', type: 'string', description: 'a field that reads so is NULL, and NULL is written so' },
    {
      name: 'write-bigdecimal-in-scientific-notation',
      type: 'boolean',
      default: 'true',
      description: 'write DECIMAL as 1E+5 where that is shorter',
    },
    {
      name: 'header',
      type: 'boolean',
      default: 'false',
      description: 'the first record of each file names the columns and is skipped',
    },
  ],
}

export interface CsvDialect {
  readonly delimiter: number
  /** Undefined when quotes mean nothing. */
  readonly quote: number | undefined
  readonly escape: number | undefined
  /** Lines that begin with `#` are no records. */
  readonly comments: boolean
  /** Between the elements of ARRAY and ROW. */
  readonly elementDelimiter: string
  readonly nullLiteral: Uint8Array | undefined
}

export const csvDialect = (options: Options): CsvDialect => {
  const nullLiteral = options.string('null-literal')
  return {
    delimiter: byteOf(options, 'field-delimiter')!,
    quote: options.boolean('disable-quote-character') ? undefined : byteOf(options, 'quote-character'),
    escape: byteOf(options, 'escape-character'),
    comments: options.boolean('allow-comments'),
    elementDelimiter: characterOf(options, 'array-element-delimiter')!,
    nullLiteral: nullLiteral === undefined ? undefined : textBytes(nullLiteral),
  }
}

function byteOf(options: Options, name: string): number | undefined {
  const character = characterOf(options, name)
  if (character === undefined) return undefined
  const code = character.charCodeAt(0)
  if (code === 10 || code === 13) throw new SqlError('OPTION_VALUE', `the option '${name}' of the format csv can't be a line end`)
  if (code >= 128) throw new UnsupportedError(`'${character}' as '${name}' of the format csv, a character beyond ASCII,`)
  return code
}

/** One character, written as itself or the way Java escapes it: `\t`, `\u0001`. */
function characterOf(options: Options, name: string): string | undefined {
  const text = options.string(name)
  if (text === undefined) return undefined
  const character = text.length === 1 ? text : unescapeJava(text)
  if (character.length === 1) return character
  throw new SqlError('OPTION_VALUE', `the option '${name}' of the format csv is one character, not '${text}'`)
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f' }

const unescapeJava = (text: string): string =>
  text.replace(/\\(?:u+([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, plain: string) =>
    hex === undefined ? (escapes[plain] ?? plain) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
