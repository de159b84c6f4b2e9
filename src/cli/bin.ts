#!/usr/bin/env node
import module from 'node:module'

// Newer Nodes keep compiled code from one call to the next, where they are asked to in time.
;(module as { enableCompileCache?: () => unknown }).enableCompileCache?.()
const { runCLI } = await import('./run-cli.js')
await runCLI()
