import { createRequire } from 'node:module'

/**
 * Loads packages that are CommonJS. `import` would work too, but it reads through each of them beforehand for the names
 * it exports: for the larger ones that takes several times as long as loading them.
 */
export const requirePackage = createRequire(import.meta.url)
