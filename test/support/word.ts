/** A word that some wait for and somebody gives. */
export interface Word {
  readonly given: Promise<void>
  give(): void
}

export function word(): Word {
  let give = (): void => {}
  const given = new Promise<void>((resolve) => (give = resolve))
  return { given, give }
}
