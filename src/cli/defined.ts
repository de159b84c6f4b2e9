type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The object without its undefined properties: an option that was not given must not be there at all. */
export function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
