import { QueenError } from './errors.js'

/** A part of a name: in quotes, which are doubled inside, or anything without a dot. */
const PART = /^(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|([^.]*))(\.|$)/

/**
 * Reads the name of a table as it may stand in SQL: `t`, `"t"`, `s.t`, `"s"."t.u"`. The parts are taken as they are
 * written, without a change of case.
 *
 * @throws QueenError `CONFIG_INVALID`
 */
export function tableName(text: string): { readonly schema: string | undefined; readonly name: string } {
  const parts: string[] = []
  for (let rest = text, more = true; more;) {
    const [all, double, back, plain, dot] = PART.exec(rest) ?? []
    if (all === undefined || (plain !== undefined && /^["`]/.test(plain)))
      throw invalid(text, 'has a quote that does not end its part')
    parts.push(double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? plain!)
    rest = rest.slice(all.length)
    more = dot === '.'
  }
  if (parts.length > 2) throw invalid(text, `has ${parts.length} parts`)
  return { schema: parts.length === 2 ? parts[0] : undefined, name: parts.at(-1)! }
}

function invalid(text: string, problem: string): QueenError {
  return new QueenError('CONFIG_INVALID', `the table name ${JSON.stringify(text)} ${problem}`, {
    hint: 'write table, schema.table, or a part that holds dots or quotes in double quotes',
  })
}
