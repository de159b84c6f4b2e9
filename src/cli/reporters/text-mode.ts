import type { Style } from './style.js'

/** How results are shown: on a terminal, or for other programs to read. */
export interface TextMode {
  readonly style: Style
  readonly layout: 'terminal' | 'pipe'
}
