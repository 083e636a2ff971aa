"""The admin API of a running drover, called at random by schemathesis along its own OpenAPI document.

Skipped where schemathesis is not installed (`pip install schemathesis`)."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("DROVER_ROOT", Path(__file__).resolve().parents[2]))
DROVER = os.environ.get("DROVER", str(ROOT / "build/release/drover"))
FUZZER = shutil.which("schemathesis")
TOKEN = "canary-admin-token-of-the-fuzzer"
SECONDS = 240
CONFIGURATION = """
listen: 127.0.0.1:0
admin: 127.0.0.1:0
health: { probe: off }
providers: { one: { base_url: "http://127.0.0.1:9/v1", auth: none } }
models: { "*": { targets: [ one ] } }
admin_tokens: [ { name: fuzzer, role: all, env: FUZZER_TOKEN } ]
"""
# Answers in another form than the document says, answers that it does not name, and 5xx of the server's own making. A store
# that cannot be asked is 503, and the document says so.
CHECKS = "status_code_conformance,content_type_conformance,response_schema_conformance"


class Program:
    """`drover serve` on free ports, in a folder of its own."""

    def __init__(self, folder):
        Path(folder, "drover.yaml").write_text(CONFIGURATION, encoding="ascii")
        self.process = subprocess.Popen([DROVER, "serve"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={**os.environ, "FUZZER_TOKEN": TOKEN})

    def admin(self):
        """The address of its admin pages, as it says at the start."""
        for line in self.process.stdout:
            if found := re.search(r"--url (http://127\.0\.0\.1:\d+)", line):
                return found.group(1)
        raise AssertionError("drover did not say where its admin pages are")

    def end(self):
        self.process.terminate()
        self.process.communicate(timeout=60)


@unittest.skipUnless(FUZZER, "schemathesis is not installed")
class Fuzz(unittest.TestCase):
    def test_every_answer_is_one_that_the_document_names(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Program(folder)
            try:
                done = subprocess.run([FUZZER, "run", program.admin() + "/admin/v1/openapi.json", "--header",
                                       "Authorization: Bearer " + TOKEN, "--checks", CHECKS, "--max-examples", "20",
                                       "--seed", "1"], capture_output=True, text=True, timeout=SECONDS, cwd=folder)
            finally:
                program.end()
            self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr[-2000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
