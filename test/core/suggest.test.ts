import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/core/suggest.js'

const word = fc.stringMatching(/^[a-zA-Z]{3,12}$/)

test('a word that differs only by letter case is always found', () => {
  fc.assert(
    fc.property(word, fc.array(word), (meant, others) => {
      const known = [...others, meant]
      expect(nearest(meant.toUpperCase(), known)?.toLowerCase()).toBe(meant.toLowerCase())
    }),
  )
})

test('one slip is found: a letter left out, added, changed', () => {
  fc.assert(
    fc.property(word, fc.nat(), (meant, luck) => {
      const at = luck % meant.length
      const slips = [
        meant.slice(0, at) + meant.slice(at + 1),
        `${meant.slice(0, at)}_${meant.slice(at)}`,
        `${meant.slice(0, at)}_${meant.slice(at + 1)}`,
      ]
      for (const slip of slips) expect(nearest(slip, [meant])).toBe(meant)
    }),
  )
})

test('an answer is always one of the known words, and nothing is near to nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(word), (typed, known) => {
      const found = nearest(typed, known)
      if (found !== undefined) expect(known).toContain(found)
    }),
  )
  expect(nearest('upSQL', [])).toBeUndefined()
  expect(nearest('something else', ['upSQL', 'name'])).toBeUndefined()
})

test('says what it found, or lists what there is', () => {
  expect(didYouMean('upSql', ['downSQL', 'upSQL'])).toBe('did you mean upSQL?')
  expect(didYouMean('whatever', ['upSQL', 'name'])).toBe('known are upSQL, name')
})
