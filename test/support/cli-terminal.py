"""Runs a command in a pseudo-terminal and plays a dialogue with it.

usage: cli-terminal.py DIALOGUE COMMAND...
DIALOGUE is JSON, a list of [what to wait for, what to type]. All that the terminal showed goes to stdout, the
command's exit code (128 + n for a signal) is this program's own.
"""

import json
import os
import pty
import sys

dialogue = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])

shown = b""
answered = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    while dialogue and dialogue[0][0].encode() in shown[answered:]:
        waited, typed = dialogue.pop(0)
        answered = shown.index(waited.encode(), answered) + len(waited.encode())
        os.write(terminal, typed.encode())

status = os.waitpid(child, 0)[1]
sys.stdout.buffer.write(shown)
sys.stdout.flush()
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
