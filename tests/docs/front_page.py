"""The commands of the front page are run as they are printed there, with drover in the path, against the mock provider.

Other than printed are: the port of a curl (8080 on the page, a free one here), the address of `drover status` and `drover keys`, and
`make`, which is only asked what it would do.
"""

import contextlib
import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

from pages import blocks

SECONDS = 30
PRINTED = "http://127.0.0.1:8080"
SERVED = """listen: 127.0.0.1:0
admin: 127.0.0.1:0
providers:
  mock: {{ base_url: "{mock}", keys: [ {{ env: MOCK_KEY }} ] }}
models:
  gpt-6.2-sol: {{ targets: [ mock ] }}
"""


def commands(text):
    """The commands of a page's sh blocks, each on one line."""
    return [line for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines() if line.strip()]


class Stage:
    """A folder with drover in its path, a mock provider, and the page's own configuration."""

    def __init__(self, drover, root, text):
        self.drover, self.root, self.text = Path(drover), root, text
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        os.symlink(self.drover, self.folder / "drover")
        self.environment = {"PATH": f"{self.folder}:/usr/bin:/bin", "MOCK_KEY": "sk-mock-1", "HOME": str(self.folder)}
        for name in set(re.findall(r"\benv: *(\w+)", self.text)):
            self.environment[name] = f"k-{name.lower()}-5d41402abc4b2a76"
        try:
            self.mock = self.start("drover mock --fast", r"listening on (\S+)")[0]
        except RuntimeError:
            self.stack.close()
            raise
        return self

    def __exit__(self, *why):
        self.stack.close()

    def start(self, command, *patterns):
        """Starts a command that stays, and returns what its first lines say by the patterns; stopped at the end."""
        process = subprocess.Popen(command.split(), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        late = threading.Timer(SECONDS, process.kill)
        self.stack.callback(lambda: (late.cancel(), process.terminate(), process.wait(SECONDS), process.stdout.close()))
        late.start()
        said, found = "", []
        for line in process.stdout:
            said += line
            found = [match[1] for pattern in patterns if (match := re.search(pattern, said))]
            if len(found) == len(patterns):
                return found
        raise RuntimeError(f"'{command}' ended with {process.wait(SECONDS)} and said: {said}")

    def run(self, command, folder=None):
        return subprocess.run(["bash", "-c", command], cwd=folder or self.folder, env=self.environment, capture_output=True,
                              text=True, timeout=SECONDS, check=False)


def fault_of(ran, command):
    if ran.returncode != 0:
        yield f"'{command}' ended with {ran.returncode}: {(ran.stdout + ran.stderr).strip()[-400:]}"


def curl_faults(stage, command, text, address):
    ran = stage.run(command.replace(PRINTED, address))
    yield from fault_of(ran, command)
    shown = next((block for block in blocks(text, "text") if block.startswith("HTTP/")), "")
    for line in shown.splitlines():
        if (name := line.partition(":")[0] if ":" in line else line) not in ran.stdout:
            yield f"the answer to '{command}' has no '{name}'"


def command_faults(stage, command, text, served):
    """Runs one command. `served`: the addresses of the drover that the page has started: clients', admin's."""
    if command.startswith("make "):
        yield from fault_of(stage.run(command.replace("make ", "make -n ", 1), stage.root), command)
    elif command.startswith("curl "):
        yield from curl_faults(stage, command, text, served[0])
    elif command.startswith("drover check "):
        (stage.folder / command.split()[-1]).write_text(blocks(text, "yaml")[0], encoding="utf-8")
        yield from fault_of(stage.run(command), command)
    elif command.startswith("drover serve"):
        yield from ()  # the one that `served` has begun with
    elif command.startswith("drover spend"):
        yield from fault_of(stage.run(command), command)
    elif command.startswith(("drover status", "drover keys")):
        yield from fault_of(stage.run(f"{command} --url {served[1]}"), command)
    else:
        yield f"the test does not know how to run '{command}'"


def python_faults(text):
    for block in blocks(text, "python"):
        try:
            compile(block, "the page", "exec")
        except SyntaxError as wrong:
            yield f"the Python block is none: {wrong}"


def faults(drover, root, text):
    """What does not work of the commands on a page."""
    yield from python_faults(text)
    with Stage(drover, root, text) as stage:
        (stage.folder / "drover.yaml").write_text(SERVED.format(mock=stage.mock), encoding="utf-8")
        serve = next((command for command in commands(text) if command.startswith("drover serve")), "drover serve")
        try:
            served = stage.start(serve, r"SDKs: set the base URL to (\S+)/v1", r"Status: drover status --url (\S+)")
        except RuntimeError as wrong:
            yield str(wrong)
            return
        for command in commands(text):
            yield from command_faults(stage, command, text, served)
