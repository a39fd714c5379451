import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PatternError } from './syntax.ts'
import { compilePattern } from './topic-pattern.ts'

const matching = (pattern: string, ...names: string[]) => names.filter(name => compilePattern(pattern).matches(name))

test('a pattern has to match the whole name', () => {
  expect(matching('orders', 'orders', 'orders-eu', 'my-orders')).toEqual(['orders'])
  expect(matching('orders.*', 'orders', 'orders-eu', 'my-orders')).toEqual(['orders', 'orders-eu'])
  expect(matching('', '', 'a')).toEqual([''])
})

test.each<[string, string[], string[]]>([
  ['orders-(eu|us)', ['orders-eu', 'orders-us'], ['orders-', 'orders-uk']],
  ['a|b|', ['a', 'b', ''], ['ab']],
  ['a{2,3}', ['aa', 'aaa'], ['a', 'aaaa']],
  ['a{2}', ['aa'], ['a', 'aaa']],
  ['a{2,}', ['aa', 'aaaaa'], ['a']],
  ['a{,2}', ['a{,2}'], ['aa']],
  ['(ab)*?c+', ['c', 'ababcc'], ['ab']],
  ['[a-c_.-]+', ['a.b-c_'], ['d']],
  ['[^a-z]', ['A', '-'], ['b']],
  ['[]a]', [']', 'a'], ['b']],
  ['\\d+\\.\\w', ['12.x', '1._'], ['12x', 'a.x']],
  ['\\D\\W\\S', ['a-b'], ['1-b']],
  ['[\\d\\-x]+', ['1-x'], ['a']],
  ['(?i)Orders', ['orders', 'ORDERS'], ['order']],
  ['(?i:o)rders', ['Orders', 'orders'], ['ORDERS']],
  ['a(?i)b', ['ab', 'aB'], ['AB']],
  ['(?i)[a-c]', ['B'], ['d']],
  ['(?P<region>eu|us)-x', ['eu-x'], ['x']],
  ['\\Qa.b\\E+', ['a.b', 'a.bb'], ['axb', 'a.ba.b']],
  ['[[:alpha:]]+[[:^digit:]]', ['ab-'], ['ab1']],
  ['\\pL\\p{Nd}\\PN', ['a1a', 'z0-'], ['111']],
  ['\\p{Greek}|\\p{Latin}', ['x'], ['1']],
  ['\\x41\\x{42}\\103', ['ABC'], ['abc']],
  ['^a$', ['a'], ['b']],
  ['a\\b-\\Bb?', ['a-'], ['a-b']],
  ['\\Aa.\\z', ['ab'], ['a']],
  ['(?i)\u212a', ['k', 'K'], ['x']],
])('%s', (pattern, those, others) => {
  expect(matching(pattern, ...those, ...others)).toEqual(those)
})

test.each<[string, RegExp]>([
  ['[', /missing closing \]/],
  ['(a', /missing closing \)/],
  ['a)', /unexpected \)/],
  ['*a', /missing argument/],
  ['(|*)', /missing argument/],
  ['{2}', /missing argument/],
  ['a**', /nested repetition/],
  ['a{1001}', /repeat count/],
  ['a{3,2}', /repeat count/],
  ['(a{100}){11}', /repeat count/],
  ['(?!a)b', /Perl syntax/],
  ['(?<=a)b', /Perl syntax/],
  ['(a)\\1', /escape sequence/],
  ['\\q', /escape sequence/],
  ['a\\', /trailing backslash/],
  ['[b-a]', /class range/],
  ['\\p{Nonsense}', /class range/],
  ['\\p{L}|\\p{=)}', /class range/],
  ['(?P<n>a)(?P<n>b)', /group name/],
])('%s is refused', (pattern, why) => {
  expect(() => compilePattern(pattern)).toThrow(PatternError)
  expect(() => compilePattern(pattern)).toThrow(why)
})

test('a pattern has its limits', () => {
  expect(() => compilePattern('('.repeat(1001))).toThrow(/too deeply/)
  expect(() => compilePattern('x{1000}'.repeat(60))).toThrow(/too large/)
  expect(() => compilePattern('a'.repeat(70_000))).toThrow(/characters/)
})

test('what makes other engines go back and forth for years is over at once', () => {
  const name = `${'a'.repeat(248)}b`
  expect(matching('(a+)+', name)).toEqual([])
  expect(matching('(a|a)*(a|aa)+$', name)).toEqual([])
  expect(matching('(a?){200}a{200}', 'a'.repeat(249))).toEqual(['a'.repeat(249)])
})

test('a pattern that would take too long for all topics is given up', () => {
  const pattern = compilePattern('(.?){1000}'.repeat(10))
  const all = () => {
    for (let i = 0; i < 100; i++) pattern.matches('a'.repeat(249))
  }
  expect(all).toThrow(/too long/)
})

test('patterns mean what they mean to JavaScript', () => {
  const leaf = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', 'a?', 'b*', 'c')
  const { pattern } = fc.letrec<{ pattern: string }>(tie => ({
    pattern: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}${b}`),
      fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
      fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{0,2}', '{2}', '{1,}')).map(([a, times]) => `(?:${a})${times}`),
    ),
  }))
  const names = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), maxLength: 6 }), { maxLength: 5 })
  fc.assert(
    fc.property(pattern, names, (text, all) => {
      const ours = compilePattern(text)
      for (const name of all) expect(ours.matches(name)).toBe(new RegExp(`^(?:${text})$`).test(name))
    }),
  )
})
