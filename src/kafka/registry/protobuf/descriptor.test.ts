import { describe, expect, test } from 'vitest'
import type { Field, Message, ProtoFile, ProtoType } from './file.ts'
import { protoFromDescriptor } from './from-descriptor.ts'
import { normalizeProto } from './normalize.ts'
import { parseProto } from './parse.ts'
import { printProto } from './print.ts'
import { Scope } from './scope.ts'
import { descriptorOf } from './to-descriptor.ts'
import { WireMessage, WireWriter } from './wire.ts'

/** Every descriptor gives fields the names they have in JSON. */
const withoutJsonNames = (file: ProtoFile): ProtoFile => ({
  ...file,
  types: file.types.map(bare),
  extends: file.extends.map(each => ({ ...each, fields: each.fields.map(bareField) })),
})
const bare = (type: ProtoType): ProtoType => (type.kind === 'enum' ? type : bareMessage(type))
const bareField = (field: Field): Field => ({ ...field, jsonName: undefined })
const bareMessage = (type: Message): Message => ({
  ...type,
  fields: type.fields.map(bareField),
  oneofs: type.oneofs.map(oneof => ({ ...oneof, fields: oneof.fields.map(bareField) })),
  groups: type.groups.map(group => ({ ...group, fields: group.fields.map(bareField) })),
  types: type.types.map(bare),
})

describe('a file and its descriptor say the same', () => {
  test.each([
    'syntax = "proto3"; message A {}',
    'syntax = "proto3"; package p.q; import "b.proto"; import public "c.proto"; option java_package = "j"; option optimize_for = LITE_RUNTIME; message A { option deprecated = true; }',
    'syntax = "proto3"; message A { int32 a = 1; optional string b = 2; repeated A c = 3 [deprecated = true]; map<string, B> by_name = 4; map<int32, double> d = 5; google.protobuf.Timestamp t = 6; message B { E e = 1; } }  enum E { X = 0; }',
    'syntax = "proto3"; message A { oneof one { int32 a = 1; A b = 2; } optional int32 o = 3; oneof two { string c = 4; } reserved 10, 20 to 29, 1000 to max; reserved "x"; }',
    'syntax = "proto3"; enum E { option allow_alias = true; reserved 5 to 7; reserved "G"; A = 0; B = 0 [deprecated = true]; C = -1; } service S { rpc Do (M) returns (stream M) { option idempotency_level = IDEMPOTENT; } } message M {}',
    'message M { required int32 a = 1 [default = -5]; optional string s = 2 [default = "q\\"\\n"]; optional bytes b = 3 [default = "\\001x"]; optional E e = 4 [default = B]; repeated group G = 7 { optional int32 x = 1; } extensions 100 to 199, 300; } enum E { A = 1; B = 2; } extend M { optional int32 ext = 100; }',
  ])('%s', text => {
    const file = parseProto(text)
    const again = protoFromDescriptor(descriptorOf(new Scope(file)))
    expect(printProto(normalizeProto(withoutJsonNames(again), new Map()))).toBe(printProto(normalizeProto(file, new Map())))
  })
})

test('as protoc wrote it', () => {
  // syntax = "proto3"; package p; message A { map<string, int32> by_name = 1; optional bool ok = 2; }
  const descriptor =
    'CgdhLnByb3RvEgFwIoUBCgFBEikKB2J5X25hbWUYASADKAsyEC5wLkEuQnlOYW1lRW50cnlSBmJ5TmFtZRITCgJvaxgCIAEoCEgAUgJva4gBARo5CgtCeU5hbWVFbnRyeRIQCgNrZXkYASABKAlSA2tleRIUCgV2YWx1ZRgCIAEoBVIFdmFsdWU6AjgBQgUKA19va2IGcHJvdG8z'
  expect(printProto(protoFromDescriptor(Buffer.from(descriptor, 'base64')))).toBe(`syntax = "proto3";
package p;

message A {
  repeated .p.A.ByNameEntry by_name = 1 [json_name = "byName"];
  optional bool ok = 2 [json_name = "ok"];

  message ByNameEntry {
    option map_entry = true;
  
    string key = 1 [json_name = "key"];
    int32 value = 2 [json_name = "value"];
  }
}
`)
})

describe('the wire', () => {
  test.each([0, 1, 127, 128, 300, 536_870_911, -1, -2_147_483_648])('%d', value => {
    const message = new WireMessage(new WireWriter().varint(5, value).text(1, 'é').bytes)
    expect([message.number(5), message.text(1)]).toEqual([value, 'é'])
  })

  test.each(['0a', '0aff', '0a05ff', '0b', '08', '09ff'])('%s is cut short', hex => {
    expect(() => new WireMessage(Buffer.from(hex, 'hex'))).toThrow(/descriptor/)
  })

  test('repeated numbers, packed or not', () => {
    expect(new WireMessage(Buffer.from('520301ac025002', 'hex')).numbers(10)).toEqual([1, 300, 2])
  })
})
