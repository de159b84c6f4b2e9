/** The version of this package, as `package.json` has it. A test holds the two together. */
export const RELEASE = '0.1.0'
