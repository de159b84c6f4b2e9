/** A stream text is written to; what makes it a terminal is optional. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

/** A stream answers are read from. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }

/** Where a command line gets its words from and where it writes to. Default: this process. */
export interface CLIOptions {
  /** The words behind the program's name: `['up', '--dry-run']`. */
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The folder relative paths start from, and the one that is searched for config, `.env` and migrations. */
  readonly cwd?: string
  readonly stdin?: Input
  readonly stdout?: Output
  readonly stderr?: Output
}

/** The same, complete. */
export type IO = Required<CLIOptions>

/** Fills in what this process has. Its streams are only touched when they are used: Node builds each at first sight. */
export function ioFrom(options: CLIOptions): IO {
  return {
    argv: options.argv ?? process.argv.slice(2),
    env: options.env ?? process.env,
    cwd: options.cwd ?? process.cwd(),
    get stdin() {
      return options.stdin ?? process.stdin
    },
    get stdout() {
      return tolerant(options.stdout ?? process.stdout)
    },
    get stderr() {
      return tolerant(options.stderr ?? process.stderr)
    },
  }
}

const tolerated = new WeakSet<Output>()

/** Somebody who reads only the first lines (`queen log | head -1`) closes the pipe: nothing to complain about. */
function tolerant(stream: Output): Output {
  if (tolerated.has(stream)) return stream
  tolerated.add(stream)
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return stream
}
