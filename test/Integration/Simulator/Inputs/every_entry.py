"""Checks every public function of a file on the simulated GPU.

every_entry.py FILE [options of danaus-run]
"""
import re
import subprocess
import sys

path, options = sys.argv[1], sys.argv[2:]
failures = 0
with open(path, encoding="utf-8") as file:
    entries = re.findall(r"^func\.func @(\w+)", file.read(), re.MULTILINE)
# Arguments of this one are constrained beyond what random numbers satisfy.
entries = [entry for entry in entries if entry != "given_scales"]
for entry in entries:
    run = subprocess.run(["danaus-run", path, f"--entry={entry}", "--device=sim", "--check", *options],
                         capture_output=True, text=True)
    if run.returncode != 0:
        failures += 1
        print(f"{entry}: status {run.returncode}\n{run.stdout}{run.stderr}")
print(f"{len(entries)} functions, {failures} failed")
sys.exit(failures > 0)
