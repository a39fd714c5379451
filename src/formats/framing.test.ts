import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BufferPool } from '../data/pool.ts'
import { type FramePosition, type Frames, type Splitter, type SplitterSettings, LineSplitter } from './framing.ts'
import { CsvSplitter } from './framing-csv.ts'
import { JsonSplitter } from './framing-json.ts'

const dialect = { delimiter: 44, quote: 34, escape: undefined, comments: false, elementDelimiter: ';', nullLiteral: undefined }

const splitters: Readonly<Record<string, (settings: SplitterSettings) => Splitter>> = {
  lines: settings => new LineSplitter(settings),
  json: settings => new JsonSplitter(settings),
  csv: settings => new CsvSplitter(settings, dialect, { header: false }),
  'csv with header': settings => new CsvSplitter(settings, dialect, { header: true }),
  'csv with escapes': settings => new CsvSplitter(settings, { ...dialect, escape: 92, comments: true }, { header: false }),
}

interface Told {
  /** `line: text`. */
  readonly messages: string[]
  /** Behind each batch of messages: how many there were, and the position. */
  readonly positions: [number, FramePosition][]
}

/** What a splitter tells of these bytes, in blocks that end at `cuts`. */
function tell(kind: string, bytes: Uint8Array, cuts: readonly number[] = [], settings: Partial<SplitterSettings> = {}): Told {
  const splitter = splitters[kind]!({ name: 'f', pool: new BufferPool({ poison: true }), blockBytes: 64, ...settings })
  const told: Told = { messages: [], positions: [] }
  const note = (frames: Frames) => {
    for (let i = 0; i < frames.count; i++) {
      told.messages.push(
        `${frames.place(i).slice(2)}: ${new TextDecoder().decode(frames.bytes.subarray(frames.starts[i], frames.ends[i]))}`,
      )
      frames.bytes.fill(63, frames.starts[i], frames.ends[i]) // a decoder may write there
    }
    told.positions.push([told.messages.length, splitter.position])
  }
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    for (const frames of splitter.feed(bytes.subarray(from, cut))) note(frames)
    from = Math.max(from, cut)
  }
  splitter.end()
  for (let frames = splitter.next(); frames !== undefined; frames = splitter.next()) note(frames)
  splitter.close()
  return told
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const cases: readonly (readonly [kind: string, text: string, messages: readonly string[]])[] = [
  ['lines', 'a\nbb\r\n\nc', ['1: a', '2: bb', '3: ', '4: c']],
  ['lines', '\ufeffa\n', ['1: a']],
  ['lines', 'a\r', ['1: a']],
  ['lines', '\n\n', ['1: ', '2: ']],
  ['lines', '', []],
  ['lines', '\ufeff', []],
  ['lines', `${'x'.repeat(300)}\ny`, [`1: ${'x'.repeat(300)}`, '2: y']],
  ['json', '{"a":1}\n\n{"a":2}', ['1: {"a":1}', '3: {"a":2}']],
  ['json', '\ufeff [ {"a":"]}\\"[","b":[1,{}]} ,\n {"a":2}\n]\n', ['1: {"a":"]}\\"[","b":[1,{}]}', '2: {"a":2}']],
  ['json', '[{"a":1},{"a":2}]\n[{"a":3}]\n{"a":4}\n[]', ['1: {"a":1}', '1: {"a":2}', '2: {"a":3}', '3: {"a":4}']],
  ['json', '[1,"a,b", null ]', ['1: 1', '1: "a,b"', '1: null']],
  ['json', `[{"a":"${'\\"'.repeat(90)}"},\n{}]`, [`1: {"a":"${'\\"'.repeat(90)}"}`, '2: {}']],
  ['csv', '1,x\n2,"y\nz"\r\n3,a"b\n', ['1: 1,x', '2: 2,"y\nz"', '4: 3,a"b']],
  ['csv', '1,"a""b\n"\n"c",d', ['1: 1,"a""b\n"', '3: "c",d']],
  ['csv', 'a\rb\r\nc', ['1: a', '2: b', '3: c']],
  ['csv', '"a\rb",c\nd', ['1: "a\rb",c', '2: d']],
  ['csv', '1,"open\n2,x', ['1: 1,"open\n2,x']],
  ['csv', `"${'q\n'.repeat(70)}"\nx\n`, [`1: "${'q\n'.repeat(70)}"`, '72: x']],
  ['csv with header', 'a,"b\nc"\n1,2\n', ['3: 1,2']],
  ['csv with escapes', '1,a\\\nb\n# "no\n"x\\"\n",y\n', ['1: 1,a\\\nb', '3: # "no', '4: "x\\"\n",y']],
]

describe.each(cases)('%s of %j', (kind, text, messages) => {
  const bytes = bytesOf(text)

  test('whole', () => {
    expect(tell(kind, bytes).messages).toEqual(messages)
  })

  test('cut at every byte, and into bytes', () => {
    for (let cut = 0; cut <= bytes.length; cut++) expect(tell(kind, bytes, [cut]).messages, `cut at ${cut}`).toEqual(messages)
    expect(
      tell(
        kind,
        bytes,
        Array.from(bytes, (_, i) => i),
      ).messages,
    ).toEqual(messages)
  })

  test('goes on from every position it told', () => {
    for (const [told, from] of tell(
      kind,
      bytes,
      Array.from(bytes, (_, i) => i),
    ).positions) {
      expect(tell(kind, bytes.subarray(from.offset), [], { from }).messages, `from ${from.offset}`).toEqual(messages.slice(told))
    }
  })
})

test.each([
  ['[{"a":1} {"a":2}]', "f:1: expected ',' or ']' behind an element of the array"],
  ['[{"a":1},\n,]', "f:2: expected an element of the array, not ','"],
  ['[{"a":1},]', "f:1: expected an element of the array, not ']'"],
  ['[{"a":1', 'f:1: the file ends inside an element of its array'],
  ['[{"a":1}\n', "f:2: the file ends before the ']' of its array"],
])('a broken array: %j', (text, message) => {
  expect(() => tell('json', bytesOf(text))).toThrow(message)
})

test.each(['lines', 'json', 'csv'])('%s: a message beyond max-line-bytes is an error with its line', kind => {
  const bytes = bytesOf(`{}\n{"a":"${'x'.repeat(500)}"}\n{}\n`)
  expect(tell(kind, bytes, [], { maxLineBytes: 508 }).messages).toHaveLength(3)
  expect(() => tell(kind, bytes, [], { maxLineBytes: 507 })).toThrow(
    'f:2: a message of 508 bytes or more is longer than the 507 allowed',
  )
  // It does not take the end of the message to know.
  expect(() => tell(kind, bytesOf(`{}\n{"a":"${'x'.repeat(500)}`), [], { maxLineBytes: 100 })).toThrow('f:2: a message of')
})

test('more messages than fit a batch', () => {
  const text = Array.from({ length: 5000 }, (_, i) => `{"a":${i}}`)
  for (const kind of ['lines', 'json', 'csv']) {
    const told = tell(kind, bytesOf(`${text.join('\n')}\n`), [], { blockBytes: 1 << 20 })
    expect(told.messages).toEqual(text.map((line, i) => `${i + 1}: ${line}`))
    expect(told.positions.map(([count]) => count)).toEqual([2048, 4096, 5000])
  }
  expect(tell('json', bytesOf(`[${text.join(',')}]`), [], { blockBytes: 1 << 20 }).messages).toHaveLength(5000)
})

test('any text, any cuts: the same lines', () => {
  const text = fc
    .array(fc.constantFrom('a', ',', '"', '\n', '\r', '\r\n', 'é', '\\', 'xxxxxxxxxxxxxxxxxxxxxxxx'))
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(200), { maxLength: 8 }),
      fc.constantFrom('lines', 'csv', 'csv with escapes'),
      (written, places, kind) => {
        const bytes = bytesOf(written)
        const cuts = places.map(place => Math.min(place, bytes.length)).toSorted((a, b) => a - b)
        expect(tell(kind, bytes, cuts).messages).toEqual(tell(kind, bytes, [], { blockBytes: 1 << 16 }).messages)
      },
    ),
  )
})
