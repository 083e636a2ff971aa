"""aider with one message and no terminal, over OpenAI's chat and Anthropic's messages."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from kit import CLAUDE, CLIENT_KEY, PROMPT, FrameworkCase

AIDER = str(Path(sys.executable).parent / "aider")
MODELS = ("openai/gpt-4o", f"anthropic/{CLAUDE}")
QUIET = ["--no-git", "--yes-always", "--no-analytics", "--analytics-disable", "--no-check-update",
         "--no-show-release-notes", "--no-show-model-warnings", "--no-pretty", "--no-gitignore", "--no-detect-urls",
         "--no-suggest-shell-commands"]


class Aider(FrameworkCase):
    def aider(self, model, *arguments):
        folder = tempfile.TemporaryDirectory(prefix="drover-aider-")
        self.addCleanup(folder.cleanup)
        environment = {
            "HOME": folder.name, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb",
            "OPENAI_API_BASE": self.base_url, "OPENAI_API_KEY": CLIENT_KEY,
            "ANTHROPIC_API_BASE": self.root, "ANTHROPIC_API_KEY": CLIENT_KEY,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run([AIDER, "--model", model, *QUIET, *arguments], cwd=folder.name, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False)
        return done.stdout + done.stderr, Path(folder.name)

    def test_plain_and_streamed_answers_are_shown(self):
        for model in MODELS:
            for how in ("--stream", "--no-stream"):
                with self.subTest(model, how=how):
                    self.world.reset()
                    told, _ = self.aider(model, how, "--edit-format", "ask", "--message", PROMPT)
                    self.assertIn(PROMPT, told)
                    self.assertEqual(self.world.requests()[-1]["stream"], how == "--stream")

    def test_a_file_is_written_as_the_answer_says_though_a_key_fails(self):
        # The mock repeats the message, which is an edit in the form that aider asks models for.
        edit = "hello.txt\n```\nGood morning\n```\n"
        for model in MODELS:
            with self.subTest(model):
                self.start()
                self.world.faults("500:count=1")
                told, folder = self.aider(model, "--edit-format", "whole", "--message", edit, "hello.txt")
                self.assertEqual((folder / "hello.txt").read_text().strip(), "Good morning", told)
                records = self.world.requests()
                self.assertEqual([record["status"] for record in records[:2]], [500, 200])
                self.assertNotEqual(records[0]["key"], records[1]["key"])

    def test_the_providers_error_is_shown(self):
        self.world.faults("400")
        for model in MODELS:
            with self.subTest(model):
                told, _ = self.aider(model, "--edit-format", "ask", "--message", PROMPT)
                self.assertIn("The request is not valid.", " ".join(told.split()))


if __name__ == "__main__":
    unittest.main()
