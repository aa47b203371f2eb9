#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""Processes that answer requests, a JSON object a line (worker.py's `serve` is the other side)."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

FOLDER = pathlib.Path(__file__).resolve().parent
# To end by itself once nothing more will be asked.
SECONDS_TO_END = 10


class Process:
    """A process of `command` (a script of this folder and its arguments), started when first asked and again after it died."""

    def __init__(self, *command, environment=None):
        self.command, self.environment, self.process = [str(part) for part in command], environment or {}, None
        self.said = tempfile.TemporaryFile()

    def start(self):
        self.end()
        self.said.seek(0)
        self.said.truncate()
        environment = dict(os.environ, PYTHONPATH=str(FOLDER), PYTHONWARNINGS="ignore", **self.environment)
        script, *arguments = self.command
        self.process = subprocess.Popen([sys.executable, str(FOLDER / script), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.said, text=True, env=environment)

    def ask(self, timeout=None, **request):
        """The answer, or {'failed': why}; a process that takes longer than `timeout` seconds is ended."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        timer = threading.Timer(timeout, self.process.kill) if timeout else None
        if timer:
            timer.start()
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            if timer:
                timer.cancel()
        answer = json.loads(line) if line.endswith("\n") else None
        if answer and not answer.get("ended"):
            return answer
        status = self.process.wait()
        return answer or {"failed": f"ended with {status}{self.last_words()}"}

    def last_words(self):
        self.said.seek(0)
        lines = [text for text in self.said.read().decode(errors="replace").splitlines() if text.strip()]
        return f": {lines[-1][:200]}" if lines else ""

    def end(self):
        """Ends the process, if there is one; the next request starts another."""
        if self.process is None:
            return
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process = None

    def close(self):
        self.end()
        self.said.close()
