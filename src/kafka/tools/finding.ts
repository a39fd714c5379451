/** What a tool finds in a directory, and where. */
export interface Finding {
  /** The file, or the directory. */
  readonly path: string
  readonly what: string
  /** The byte it is about. */
  readonly position?: number | undefined
  readonly offset?: number | undefined
}

/** `data/orders-0/00000000000000000000.log, byte 4200 (offset 17): the checksum does not fit`. */
export function findingText({ path, what, position, offset }: Finding): string {
  const at = position === undefined ? '' : `, byte ${position}`
  return `${path}${at}${offset === undefined ? '' : ` (offset ${offset})`}: ${what}`
}
