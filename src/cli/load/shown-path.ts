import { isAbsolute, relative } from 'node:path'

/** A path as people see it from a folder: relative where it lies inside. */
export function shownPath(file: string, from: string): string {
  const path = relative(from, file)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path
}
