import { expect, test } from 'vitest'
import { parseBootstrap } from './address.ts'
import { parseJaas } from './jaas.ts'
import { parseProperties } from '../../base/properties.ts'
import { ClientSettings } from './settings.ts'

test('properties as Java writes them', () => {
  const text = String.raw`
    # who we are
    ! and so on
    security.protocol = SASL_SSL
    sasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required \
        username="ann" password="a\\b";
    path c:\\keys
    with\ blank\=key=\u0041\tb
    empty=`
  expect([...parseProperties(text)]).toEqual([
    ['security.protocol', 'SASL_SSL'],
    [
      'sasl.jaas.config',
      String.raw`org.apache.kafka.common.security.plain.PlainLoginModule required username="ann" password="a\b";`,
    ],
    ['path', String.raw`c:\keys`],
    ['with blank=key', 'A\tb'],
    ['empty', ''],
  ])
})

test('a login module and its options', () => {
  const { module, options } = parseJaas(String.raw`o.a.k.ScramLoginModule required username="ann" password="s\"e;c=ret" x=1;`)
  expect(module).toBe('ScramLoginModule')
  expect(Object.fromEntries(options)).toEqual({ username: 'ann', password: 's"e;c=ret', x: '1' })
})

test.each([
  ['', 'it does not begin with a login module'],
  ['a.B username="x";', "'required' does not follow a.B"],
  ['a.B required username="x"', "it does not end with ';'"],
  ['a.B required username;', "'username' has no value"],
  ['a.B required; c.D required;', 'it names more than one login module'],
])('%s: %s', (text, why) => expect(() => parseJaas(text)).toThrow(why))

test('where brokers listen', () => {
  expect(parseBootstrap('kafka-1:9092, SSL://kafka-2:9093,[::1]:9094')).toEqual([
    { host: 'kafka-1', port: 9092 },
    { host: 'kafka-2', port: 9093 },
    { host: '::1', port: 9094 },
  ])
  for (const wrong of ['', 'kafka', 'kafka:0', 'kafka:99999', 'a b:1']) expect(() => parseBootstrap(wrong)).toThrow(/broker/)
})

test('settings are checked, defaults filled in, and what nobody knows is told', () => {
  const settings = new ClientSettings({ 'linger.ms': '20', 'key.serializer': 'x', 'linger.sm': '1', 'acks': 'ALL' })
  expect(settings.integer('linger.ms')).toBe(20)
  expect(settings.integer('fetch.min.bytes')).toBe(1)
  expect(settings.string('acks')).toBe('all')
  expect(settings.warnings).toEqual(["Kafka clients have no property 'linger.sm'; did you mean 'linger.ms'?"])
  expect(() => new ClientSettings({ 'linger.ms': 'soon' })).toThrow(
    "'linger.ms' is a whole number from 0 to 2147483647, not 'soon'",
  )
  expect(() => new ClientSettings({ 'compression.type': 'lz5' })).toThrow('one of none, gzip, snappy, lz4, zstd')
})
