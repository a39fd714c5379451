import { readFileSync } from 'node:fs'

const description = new URL('../../package.json', import.meta.url)

/** The version in the package's own description. */
export const version = (): string => (JSON.parse(readFileSync(description, 'utf8')) as { version: string }).version
