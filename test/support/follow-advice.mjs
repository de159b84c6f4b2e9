/**
 * Runs to the end, and does what errors advise word for word: `queen recover V --resume`, or to run again. What advises
 * nothing of the kind is thrown.
 */
export async function settle(db, heard = () => {}) {
  const applied = []
  for (let recover; ;)
    try {
      if (recover !== undefined) await db.recover(recover, 'resume')
      recover = undefined
      const report = await db.up()
      return { ...report, applied: [...applied, ...report.applied] }
    } catch (error) {
      // Between the look and the lock another process may have settled it.
      if (recover !== undefined && error.code === 'CONFIG_INVALID') recover = undefined
      else {
        await heard(error)
        applied.push(...(error.applied ?? []))
        recover = adviceOf(error)
      }
    }
}

/** The version to recover; undefined: run again. */
function adviceOf(error) {
  const [, version] = /queen recover (\S+) --resume/.exec(error.hint ?? '') ?? []
  if (version !== undefined) return version
  // What was run is the recovery.
  if (/\brun it again\b/.test(error.hint ?? '')) return error.version
  if (/\brun (queen up )?again\b/.test(error.hint ?? '')) return undefined
  throw error
}
