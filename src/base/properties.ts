/**
 * Properties as Java writes them: what `--client-config` reads, so that files of Kafka's own tools go on working.
 *
 *     # who we are
 *     security.protocol = SASL_SSL
 *     sasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required \
 *         username="ann" password="secret";
 */

export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const [key, value] = split(line)
    properties.set(unescape(key), unescape(value))
  }
  return properties
}

/** Lines without comments and blank ones; a backslash at the end joins the next line. */
function* logicalLines(text: string): Generator<string> {
  let joined = ''
  let joining = false
  for (const line of text.split(/\r\n|\n|\r/)) {
    const trimmed = line.replace(/^[ \t\f]+/, '')
    if (!joining && (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!'))) continue
    const backslashes = /\\*$/.exec(trimmed)![0].length
    joining = backslashes % 2 === 1
    joined += joining ? trimmed.slice(0, -1) : trimmed
    if (joining) continue
    yield joined
    joined = ''
  }
  if (joined !== '') yield joined
}

/** At the first `=`, `:` or blank that is not escaped. */
function split(line: string): [string, string] {
  const key = /^(?:\\.|[^\\=: \t\f])*/s.exec(line)![0]
  const rest = line.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
  return [key, rest]
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

const unescape = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.)|$)/gs, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (escapes[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
