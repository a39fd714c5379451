import { describe, expect, test } from 'vitest'
import { compareProtos } from './compare.ts'
import { breaks, describe as describeDifference } from './difference.ts'
import { normalizeProto } from './normalize.ts'
import { parseProto } from './parse.ts'
import { printProto } from './print.ts'
import { type Dependency, Scope } from './scope.ts'
import { checkProto } from './validity.ts'

const PROTO3 = 'syntax = "proto3";\n'
const canonical = (text: string) => printProto(parseProto(text))
const files = (texts: Readonly<Record<string, string>>): ReadonlyMap<string, Dependency> =>
  new Map(Object.entries(texts).map(([name, text]) => [name, { file: parseProto(text), origin: `${name} ${text}` }]))
const normalized = (text: string, texts: Readonly<Record<string, string>> = {}) =>
  printProto(normalizeProto(parseProto(text), files(texts)))

describe('the canonical text', () => {
  test('messages before enums, no comments, two spaces', () => {
    expect(
      canonical(`syntax = "proto3"; /* of orders */ package shop; import public "b.proto"; import "a.proto";
        option java_package = 'x';
        enum E { A = 0; }
        message M { // a message
          int32 a = 1 [deprecated = true, json_name = "A"]; map<string,M> m = 2;
          oneof o { string s = 3; } reserved 5, 7 to 9, 10 to max; reserved "x"; message N {} enum F { G = 0; }
        }`),
    ).toBe(`syntax = "proto3";
package shop;

import "a.proto";
import public "b.proto";

option java_package = "x";

message M {
  reserved 5, 7 to 9, 10 to max;
  reserved "x";

  int32 a = 1 [
    deprecated = true,
    json_name = "A"
  ];
  map<string, M> m = 2;

  oneof o {
    string s = 3;
  }

  message N {}
  enum F {
    G = 0;
  }
}
enum E {
  A = 0;
}
`)
  })

  test('proto2: groups, extensions, defaults', () => {
    expect(
      canonical(
        'message M { optional string a = 1 [default = "x\\n"]; repeated group G = 2 { required int32 c = 1; } extensions 100 to 199; extend N { optional int32 z = 4; } }',
      ),
    ).toBe(`
message M {
  optional string a = 1 [default = "x\\n"];

  repeated group G = 2 {
    required int32 c = 1;
  }

  extensions 100 to 199;

  extend N {
    optional int32 z = 4;
  }
}
`)
  })

  test('options of every kind, services', () => {
    expect(
      canonical(`${PROTO3} option (foo).bar.baz = 3; option (foo) = { a: 1, b: "x" c: [1, 2], d { e: true } f: FOO f: BAR };
        service S { rpc A (stream .x.B) returns (C) { option deprecated = true; } rpc B(A) returns (stream A); }`),
    ).toBe(`syntax = "proto3";

option (foo).bar.baz = 3;
option (foo) = {
  a: 1,
  b: "x",
  c: [
    1,
    2
  ],
  d: {
    e: true
  },
  f: [
    FOO,
    BAR
  ]
};

service S {
  rpc A (stream .x.B) returns (C) {
    option deprecated = true;
  };
  rpc B (A) returns (stream A);
}
`)
  })

  test.each(['', 'syntax = "proto3";\n\nmessage A {}\n', 'syntax = "proto3";\n\nmessage message {\n  string option = 3;\n}\n'])(
    '%j prints as itself',
    text => {
      expect(canonical(text)).toBe(text)
    },
  )
})

describe('normalized', () => {
  test('by number, with full names', () => {
    expect(
      normalized(
        `${PROTO3} package p; import "b.proto"; import "google/protobuf/timestamp.proto"; import "b.proto";
        option java_package = "j"; option go_package = "g";
        message M { b.Other z = 3; google.protobuf.Timestamp a = 1; repeated Entry e = 2; N n = 4; reserved 9, 8 to 8;
          message Entry { option map_entry = true; string key = 1; N value = 2; } message N {} }`,
        { 'b.proto': 'syntax = "proto3"; package b; message Other {}' },
      ),
    ).toBe(`syntax = "proto3";
package p;

import "b.proto";
import "google/protobuf/timestamp.proto";

option go_package = "g";
option java_package = "j";

message M {
  reserved 8;
  reserved 9;

  .google.protobuf.Timestamp a = 1;
  map<string, .p.M.N> e = 2;
  .b.Other z = 3;
  .p.M.N n = 4;

  message N {}
}
`)
  })

  test('the innermost scope names a type', () => {
    const text = normalized(
      `${PROTO3} package p; message A { A a = 1; B b = 2; message B { B b = 1; C c = 2; } message C {} } message C {}`,
    )
    expect(text).toContain('  .p.A a = 1;\n  .p.A.B b = 2;')
    expect(text).toContain('    .p.A.B b = 1;\n    .p.A.C c = 2;')
  })

  test('options of extensions join', () => {
    const text = `import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions { optional R x = 50000; } message R { optional int32 a = 1; optional int32 b = 2; }
      message M { optional int32 a = 1 [(x).b = 1, (x).a = 0x10]; }`
    expect(normalized(text)).toContain('optional int32 a = 1 [(x) = {\n    a: 16,\n    b: 1\n  }];')
  })

  test('a type that is nowhere is refused', () => {
    expect(() => normalized(`${PROTO3} message A { B b = 1; }`)).toThrow('Could not resolve type: B')
  })
})

describe('refused', () => {
  test.each([
    ['message A {', 'expected a field and found the end'],
    ['syntax = "proto4";', "unknown syntax 'proto4'"],
    ['foo', "unexpected 'foo' at the top of the file"],
    [`${PROTO3}message A { int32 a = ; }`, "line 2, column 23: expected a number and found ';'"],
    [`${PROTO3}message A { int32 a = 1 }`, "expected ';' and found '}'"],
    ['message A { int32 a = 1; }', "needs 'optional', 'required' or 'repeated' in proto2"],
    [`${PROTO3}message A { required int32 a = 1; }`, "'required' label forbidden in proto3"],
    [`${PROTO3}message A { int32 a = 1; int32 b = 1; }`, 'field number 1 is used twice in A'],
    [`${PROTO3}message A { int32 a = 1; oneof o { int32 a = 2; } }`, 'field a is declared twice in A'],
    [`${PROTO3}message A { int32 a = 0; }`, 'has the number 0, which is out of range'],
    [`${PROTO3}message A { int32 a = 19000; }`, 'out of range'],
    [`${PROTO3}message A { reserved 1 to 3; int32 a = 2; }`, 'uses what is reserved'],
    [`${PROTO3}message A {} enum A { X = 0; }`, 'A is already defined'],
    [`${PROTO3}message A { map<float, int32> a = 1; }`, 'map key must be non-byte, non-floating point scalar: float'],
    [`${PROTO3}enum E { A = 0; B = 0; }`, 'number 0 is used twice in E'],
    [`${'message A {'.repeat(200)}`, 'nested deeper'],
  ])('%s', (text, sentence) => {
    expect(() => checkProto(parseProto(text))).toThrow(sentence)
  })
})

describe('what breaks readers', () => {
  const compare = (original: string, update: string, before = {}, after = {}) =>
    compareProtos(new Scope(parseProto(PROTO3 + original), files(before)), new Scope(parseProto(PROTO3 + update), files(after)))
      .filter(breaks)
      .map(({ kind, path }) => `${kind} ${path}`)
      .join('; ')
  const A = (fields: string) => `message A { ${fields} }`

  test.each([
    ['package a; message A {}', 'package b; message A {}', 'PACKAGE_CHANGED #/'],
    [`${A('')} message B {}`, A(''), 'MESSAGE_REMOVED #/B'],
    [A(''), `message B {} ${A('')}`, ''],
    [A('message N {}'), A(''), 'MESSAGE_REMOVED #/A/N'],
    [`${A('')} enum E { X = 0; Y = 1; }`, `${A('')} enum E { X = 0; Z = 2; }`, ''],
    [`${A('')} enum E { X = 0; }`, A(''), ''],
    [A('int32 a = 1;'), A('int32 b = 1; int32 c = 2;'), ''],
    [A('int32 a = 1;'), A(''), ''],
    [A('int32 a = 1;'), A('int64 a = 1;'), ''],
    [A('int32 a = 1;'), A('bool a = 1;'), ''],
    [`${A('E a = 1;')} enum E { X = 0; }`, `${A('uint32 a = 1;')} enum E { X = 0; }`, ''],
    [A('int32 a = 1;'), A('sint32 a = 1;'), 'FIELD_SCALAR_KIND_CHANGED #/A/1'],
    [A('string a = 1;'), A('bytes a = 1;'), ''],
    [A('fixed32 a = 1;'), A('sfixed32 a = 1;'), ''],
    [A('float a = 1;'), A('double a = 1;'), 'FIELD_SCALAR_KIND_CHANGED #/A/1'],
    [A('int32 a = 1;'), A('A a = 1;'), 'FIELD_KIND_CHANGED #/A/1'],
    [A('map<string, int32> a = 1;'), A('map<string, string> a = 1;'), 'FIELD_SCALAR_KIND_CHANGED #/A/1'],
    [A('map<string, int32> a = 1;'), A('A a = 1;'), 'FIELD_KIND_CHANGED #/A/1'],
    [
      `${A('B a = 1;')} message B {} message C {}`,
      `${A('C a = 1;')} message B {} message C {}`,
      'FIELD_NAMED_TYPE_CHANGED #/A/1',
    ],
    [A('optional int32 a = 1;'), A('repeated int32 a = 1;'), 'FIELD_NUMERIC_LABEL_CHANGED #/A/1'],
    [A('optional string a = 1;'), A('repeated string a = 1;'), ''],
    [A('int32 a = 1;'), A('oneof o { int32 a = 1; int32 b = 2; }'), ''],
    [A('int32 a = 1; int32 b = 2;'), A('oneof o { int32 a = 1; int32 b = 2; }'), 'MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o'],
    [
      A('oneof o { int32 a = 1; } int32 b = 2;'),
      A('oneof o { int32 a = 1; int32 b = 2; }'),
      'FIELD_MOVED_TO_EXISTING_ONEOF #/A/o',
    ],
    [A('oneof o { int32 a = 1; int32 b = 2; }'), A('oneof o { int32 a = 1; }'), 'ONEOF_FIELD_REMOVED #/A/o/2'],
    [A('oneof o { int32 a = 1; int32 b = 2; }'), A('int32 a = 1; int32 b = 2;'), ''],
    [A('oneof o { int32 a = 1; }'), A(''), ''],
    [A('oneof o { int32 a = 1; }'), A('oneof o { string a = 1; }'), 'FIELD_SCALAR_KIND_CHANGED #/A/o/1'],
    [A('google.protobuf.Timestamp t = 1;'), A('google.protobuf.Duration t = 1;'), 'FIELD_NAMED_TYPE_CHANGED #/A/1'],
  ])('%s → %s %j', (original, update, expected) => {
    expect(compare(original, update)).toBe(expected)
  })

  test('labels of proto2', () => {
    const compare2 = (original: string, update: string) =>
      compareProtos(new Scope(parseProto(original)), new Scope(parseProto(update)))
        .filter(breaks)
        .map(({ kind }) => kind)
    expect(compare2('message A { required int32 a = 1; }', 'message A {}')).toEqual(['REQUIRED_FIELD_REMOVED'])
    expect(compare2('message A {}', 'message A { required int32 a = 1; }')).toEqual(['REQUIRED_FIELD_ADDED'])
  })

  test('what is imported is compared where it is used', () => {
    const uses = 'import "b.proto"; message A { b.B b = 1; }'
    const of = (type: string) => ({ 'b.proto': `${PROTO3} package b; message B { ${type} x = 1; B again = 2; }` })
    expect(compare(uses, uses, of('int32'), of('int32'))).toBe('')
    expect(compare(uses, uses, of('int32'), of('string'))).toBe('FIELD_SCALAR_KIND_CHANGED #/B/1; FIELD_NAMED_TYPE_CHANGED #/A/1')
  })

  test('a sentence names both schemas', () => {
    expect(describeDifference({ kind: 'MESSAGE_REMOVED', path: '#/B' }, 'new', 'old')).toBe(
      `{errorType:"MESSAGE_REMOVED", description:"The new schema is missing a MESSAGE type at path '#/B' in the old schema"}`,
    )
  })
})
