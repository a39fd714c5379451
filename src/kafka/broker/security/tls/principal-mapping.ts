/**
 * `ssl.principal.mapping.rules`: what a client is called after its certificate's name. The first rule that fits says.
 *
 *     RULE:^CN=(.*?),OU=Sales.*$/$1/L,DEFAULT
 *
 *     CN=Ann,OU=Sales,C=DE     ann
 *     CN=Bob,OU=Board,C=DE     CN=Bob,OU=Board,C=DE
 */
import { MillraceError } from '../../../../base/errors.ts'

/** Undefined: no rule fits, and the client is nobody. */
export type PrincipalMapping = (distinguishedName: string) => string | undefined

const RULE = /\s*(?:(DEFAULT)|RULE:((?:\\.|[^\\/])*)\/((?:\\.|[^\\/])*)\/([LU]?))\s*(?:,|$)/y

export function principalMapping(rules: string): PrincipalMapping {
  const mappings: PrincipalMapping[] = []
  RULE.lastIndex = 0
  while (RULE.lastIndex < rules.length) {
    const at = RULE.lastIndex
    const [whole, isDefault, pattern, replacement, letters] = RULE.exec(rules) ?? []
    if (whole === undefined) throw invalid(rules.slice(at))
    mappings.push(isDefault === undefined ? mappingOf(pattern!, replacement!, letters!) : name => name)
  }
  return name => {
    for (const mapping of mappings) {
      const mapped = mapping(name)
      if (mapped !== undefined) return mapped
    }
    return undefined
  }
}

function mappingOf(pattern: string, replacement: string, letters: string): PrincipalMapping {
  const wanted = expression(pattern)
  return name => {
    const groups = wanted.exec(name)
    if (groups === null) return undefined
    const mapped = replacement.replaceAll(/\\(.)|\$(\d)/g, (_, literal?: string, group?: string) =>
      group === undefined ? literal! : (groups[Number(group)] ?? ''),
    )
    return letters === 'L' ? mapped.toLowerCase() : letters === 'U' ? mapped.toUpperCase() : mapped
  }
}

/** The whole name has to fit. */
function expression(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`)
  } catch (error) {
    throw invalid(pattern, error)
  }
}

const invalid = (rule: string, cause?: unknown): MillraceError =>
  new MillraceError('TLS_INVALID', 'user', `ssl.principal.mapping.rules has no rule '${rule}'`, {
    hint: 'RULE:pattern/replacement/, with L or U behind it for lower or upper case, or DEFAULT',
    cause,
  })
