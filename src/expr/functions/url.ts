/**
 * URLs as java.net.URL, URLEncoder and URLDecoder see them. What java.net.URL has no handler for is no URL.
 *
 *     urlPart('http://me@host:80/a/b?x=1#end', 'FILE')   '/a/b?x=1'
 */

const handled: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'file', 'jar', 'mailto'])

/** application/x-www-form-urlencoded: a blank is '+', and only letters, digits and `.-*_` stand for themselves. */
export const encodeUrl = (text: string): string =>
  encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed().replaceAll('\ufffd', '?'))
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** NULL where a '%' is not followed by two hexadecimal digits. */
export function decodeUrl(text: string): string | null {
  const plain = text.replaceAll('+', ' ')
  if (!plain.includes('%')) return plain
  if (/%(?![0-9a-fA-F]{2})/.test(plain)) return null
  return plain.replace(/(?:%[0-9a-fA-F]{2})+/g, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

interface Url {
  readonly protocol: string
  readonly authority: string | null
  readonly userInfo: string | null
  readonly host: string
  readonly path: string
  readonly query: string | null
  readonly ref: string | null
}

/** HOST PATH QUERY REF PROTOCOL FILE AUTHORITY USERINFO; NULL for what is missing, unknown, or no URL. */
export function urlPart(text: string, part: string): string | null {
  const url = parse(text)
  if (url === undefined) return null
  switch (part) {
    case 'HOST':
      return url.host
    case 'PATH':
      return url.path
    case 'QUERY':
      return url.query
    case 'REF':
      return url.ref
    case 'PROTOCOL':
      return url.protocol
    case 'FILE':
      return url.query === null ? url.path : `${url.path}?${url.query}`
    case 'AUTHORITY':
      return url.authority
    case 'USERINFO':
      return url.userInfo
    default:
      return null
  }
}

function parse(text: string): Url | undefined {
  // oxlint-disable-next-line no-control-regex
  const [, scheme, rest] =
    /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text.replace(/^[\0- ]+|[\0- ]+$/g, '').replace(/^url:/i, '')) ?? []
  if (scheme === undefined || !handled.has(scheme.toLowerCase())) return undefined
  const [, before, ref] = /^([^#]*)(?:#(.*))?$/s.exec(rest!)!
  const [, location, query] = /^([^?]*)(?:\?(.*))?$/s.exec(before!)!
  const [, authority, path] = /^(?:\/\/([^/]*))?(.*)$/s.exec(location!)!
  const parsed = parseAuthority(authority ?? '')
  if (parsed === undefined) return undefined
  return {
    protocol: scheme.toLowerCase(),
    authority: authority ?? null,
    path: path!,
    query: query ?? null,
    ref: ref ?? null,
    ...parsed,
  }
}

/** `user:password@host:port`; undefined for a port that is no number. */
function parseAuthority(authority: string): { host: string; userInfo: string | null } | undefined {
  const at = authority.indexOf('@')
  const isClear = at === authority.lastIndexOf('@')
  const userInfo = at >= 0 && isClear ? authority.slice(0, at) : null
  const place = isClear ? authority.slice(at + 1) : ''
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(place) ?? []
  if (host === undefined || (port !== undefined && !/^\d*$/.test(port))) return undefined
  return { host, userInfo }
}
