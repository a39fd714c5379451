import { expect, test } from 'vitest'
import { principalMapping } from './principal-mapping.ts'

test.each([
  ['DEFAULT', 'CN=ann,O=x', 'CN=ann,O=x'],
  ['RULE:^CN=(.*?),OU=Sales.*$/$1/L,DEFAULT', 'CN=Ann,OU=Sales,C=DE', 'ann'],
  ['RULE:^CN=(.*?),OU=Sales.*$/$1/L,DEFAULT', 'CN=Bob,OU=Board,C=DE', 'CN=Bob,OU=Board,C=DE'],
  ['RULE:^CN=(.*?),.*$/$1@shop/U', 'CN=ann,O=x', 'ANN@SHOP'],
  ['RULE:^CN=(.*?)/$1/', 'CN=ann', 'ann'],
  ['RULE:^CN=(\\w+)\\/(\\w+)$/$2.$1/', 'CN=a/b', 'b.a'],
  ['RULE:CN=ann/x/', 'CN=anne', undefined],
])('%s: %s is %s', (rules, name, principal) => {
  expect(principalMapping(rules)(name)).toBe(principal)
})

test.each(['RULE:^CN=(.*)', 'RULE:(/x/', 'CN=.*'])('no rule: %s', rules => {
  expect(() => principalMapping(rules)).toThrow('ssl.principal.mapping.rules has no rule')
})
