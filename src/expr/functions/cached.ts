/** What is made of a pattern or a path that comes with each row: made once for the last few hundred. */

const REMEMBERED = 256

/** Remembers what `make` made for the last patterns that came. */
export function cached<T>(make: (source: string, more?: string) => T): (source: string, more?: string) => T {
  const made = new Map<string, T>()
  return (source, more) => {
    const key = more === undefined ? source : `${source}\0${more}`
    let value = made.get(key)
    if (value === undefined) {
      if (made.size >= REMEMBERED) made.delete(made.keys().next().value!)
      value = make(source, more)
      made.set(key, value)
    }
    return value
  }
}
