"""What the tests of agents share: a home that vanishes, a world with keys that can die, and runs of a program in it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import BACKS, CLAUDE, World, until  # noqa: E402

__all__ = ["CLIENT_KEY", "AgentCase", "AgentSessions", "SessionsAcrossVendors", "lines", "program", "until"]

CLIENT_KEY = "sk-client-agent-0123456789"
# What the tool prints: the mock calls the first tool that the prompt names, with "mock" for every text.
SAID = "the kettle says 4711"
SECONDS = 120
# Above every size that the gateway holds back or reads in one piece (64 KiB, 384 KiB).
LONG_INSTRUCTIONS = "".join(f"Rule {number}: grind the beans before the water boils.\n" for number in range(9000))
# How a key fails a request before any content of its answer.
DEATHS = ["401", "402", "429:retry-after=30", "500", "reset", "hang", "error-first", "cut:after=0"]


def program(name):
    """The path of an agent's program, or None where its package has none for this machine."""
    path = Path(__file__).resolve().parent / "node_modules" / ".bin" / name
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=SECONDS, check=False)
    except OSError:
        return None
    return str(path) if done.returncode == 0 else None


class AgentCase(unittest.TestCase):
    """A world and a home for each test. Keys keep a conversation, as with the gateway's own defaults."""

    transport = "tcp"
    program = None
    models = {"*": {"targets": ["mock", "claude"]}}
    ask_for_a_tool = None  # a prompt that makes the mock call the tool that runs a command

    def start(self, **gateway):
        settings = {
            "access_log": "stdout",
            "clients": [{"name": "agent", "key": {"value": CLIENT_KEY}}],
            "timeouts": {"head": "2s", "first_content": "2s", "idle": "2s"},
            **gateway,
            "models": {CLAUDE: None, **gateway.get("models", self.models)},
        }
        self.world = World(self.transport, {"models": ["*"], "text": "echo"}, settings, matrix=True).start()
        self.addCleanup(self.world.stop)
        folder = tempfile.TemporaryDirectory(prefix="drover-agent-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.work = self.home / "work"
        self.work.mkdir()
        tool = self.home / "bin" / "mock"
        tool.parent.mkdir()
        tool.write_text(f"#!/bin/sh\necho '{SAID}'\n")
        tool.chmod(0o755)
        return self.world

    def environment(self):
        """Nothing of this machine's own settings. All but the gateway is behind a proxy that is not there."""
        path = f"{self.home}/bin:{os.environ.get('PATH', '')}:/usr/bin:/bin"
        nowhere = "http://127.0.0.1:9"
        proxies = {name: nowhere for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")}
        return {"PATH": path, "HOME": str(self.home), "TMPDIR": str(self.home), "LANG": "C.UTF-8", "TERM": "dumb",
                **proxies, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}

    def run_program(self, *arguments, environment, told=None):
        """What the program printed, and its exit code."""
        return subprocess.run([self.program, *arguments], cwd=self.work, env=environment, input=told or "",
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def answer(self, *arguments):
        """The answer to a prompt, with more of the program's arguments behind it."""
        raise NotImplementedError

    def answer_with(self, instructions):
        """The answer to "Good morning" under these instructions, given as the agent takes them."""
        raise NotImplementedError

    def go_on(self, prompt):
        """The answer to a prompt that goes on with the last session."""
        raise NotImplementedError

    def check_tool_answer(self):
        told = self.answer(self.ask_for_a_tool)
        self.assertTrue(told.startswith("The tool answered: "), told)
        self.assertIn(SAID, told)

    def keys(self):
        """Which key each request of the provider came with, and how it was answered there."""
        return [(record["key"], record["status"], record["fault"]) for record in self.world.requests()]

    def passed_over(self):
        """What reached the provider: one request failed there, and the next was another try at it."""
        requests = self.world.requests()
        failed = [index for index, record in enumerate(requests) if record["fault"]]
        self.assertEqual(len(failed), 1, self.keys())
        before, after = requests[failed[0]], requests[failed[0] + 1]
        # A connection that was kept and breaks says nothing about its key.
        if not before["fault"].startswith("reset"):
            self.assertNotEqual(before["key"], after["key"], self.keys())
        self.assertEqual(before["request_bytes"], after["request_bytes"])
        return requests

    def access(self):
        """The gateway's access log so far."""
        return [json.loads(line) for line in self.world.gateway_lines() if line.startswith("{")]


class AgentSessions:
    """Tests that every agent passes: of tools, long instructions, keys that die and streams that break off.

    A class with them is an AgentCase.
    """

    def test_it_works_over_tls(self):
        self.transport = "tls"
        self.start()
        self.assertEqual(self.answer("Good morning"), "Good morning")

    def test_a_tool_is_called_and_its_result_goes_back(self):
        self.start()
        self.check_tool_answer()
        self.assertEqual(len(self.world.requests()), 2)

    def test_long_instructions_arrive_whole_and_go_on_to_another_key(self):
        self.start()
        self.world.faults("500:count=1")
        self.assertEqual(self.answer_with(LONG_INSTRUCTIONS), "Good morning")
        for record in self.passed_over():
            self.assertGreater(record["request_bytes"], len(LONG_INSTRUCTIONS))

    def test_a_key_that_dies_between_a_tool_call_and_its_result_is_not_noticed(self):
        for death in DEATHS:
            with self.subTest(death=death):
                self.start()
                self.world.faults(f"{death}:skip=1:count=1")
                self.check_tool_answer()
                self.assertEqual(len(self.passed_over()), 3)

    def test_a_session_goes_on_after_its_key_has_died(self):
        self.start()
        self.assertEqual(self.answer("Good morning"), "Good morning")
        first = self.world.requests()[0]["key"]
        self.world.faults(f"key={first}:401")
        self.assertEqual(self.go_on("Good evening"), "Good evening")
        records = self.world.requests()
        self.assertEqual([record["key"] for record in records[:2]], [first, first], "a conversation keeps its key")
        self.assertEqual([record["status"] for record in records], [200, 401, 200])
        self.assertNotEqual(records[2]["key"], first)
        self.assertGreater(records[2]["request_bytes"], records[0]["request_bytes"], "it has the first turn in it")

    def test_a_stream_that_breaks_off_is_asked_for_again(self):
        for fault in ("cut:after=1", "error-mid:after=1"):
            with self.subTest(fault=fault):
                self.start()
                self.world.faults(f"{fault}:count=1")
                self.assertEqual(self.answer("Good morning to you"), "Good morning to you")
                self.assertEqual(len(self.world.requests()), 2, "by the agent, since the gateway repeats no content")


class SessionsAcrossVendors:
    """Tests that an agent passes at a back of another API than its own; `back` names it."""

    back = None

    def setUp(self):
        super().setUp()
        models = BACKS[self.back]["model"], BACKS[BACKS[self.back]["then"]]["model"]
        first, then = ({"provider": f"back-{name}", "model": model}
                       for name, model in zip((self.back, BACKS[self.back]["then"]), models, strict=True))
        # A name with a star would be asked by its own dialect wherever there is one.
        self.models = {"*": {"translate": "lenient", "targets": [first, {**then, "priority": 1}]}}

    def asked(self):
        """The path and the status of each request that reached a provider."""
        return [(record["path"].split("?")[0], record["status"]) for record in self.world.requests()]

    @property
    def path(self):
        return BACKS[self.back]["path"]

    @property
    def other_path(self):
        return BACKS[BACKS[self.back]["then"]]["path"]

    def test_a_tool_is_called_and_its_result_goes_back(self):
        self.start()
        self.check_tool_answer()
        self.assertEqual(self.asked(), [(self.path, 200)] * 2)

    def test_long_instructions_arrive_whole_and_go_on_at_the_other_vendor(self):
        self.start()
        self.world.faults(f"model={BACKS[self.back]['model']}:500")
        self.assertEqual(self.answer_with(LONG_INSTRUCTIONS), "Good morning")
        self.assertEqual([self.asked()[0], self.asked()[-1]], [(self.path, 500), (self.other_path, 200)])
        for record in self.world.requests():
            self.assertGreater(record["request_bytes"], len(LONG_INSTRUCTIONS))

    def test_a_key_that_dies_between_a_tool_call_and_its_result_is_not_noticed(self):
        for death in ("429:retry-after=30", "error-first"):
            with self.subTest(death):
                self.start()
                self.world.faults(f"{death}:skip=1:count=1")
                self.check_tool_answer()
                first, failed, answered = self.world.requests()
                self.assertEqual({record["path"].split("?")[0] for record in (first, failed, answered)}, {self.path})
                self.assertNotEqual(answered["key"], failed["key"])

    def test_a_tool_loop_goes_on_at_the_other_vendor(self):
        self.start()
        self.world.faults(f"model={BACKS[self.back]['model']}:500:skip=1")
        self.check_tool_answer()
        self.assertEqual([self.asked()[0], self.asked()[-1]], [(self.path, 200), (self.other_path, 200)])

    def test_a_session_goes_on_at_the_other_vendor(self):
        self.start()
        self.assertEqual(self.answer("Good morning"), "Good morning")
        self.world.faults(f"path={self.path}:529")
        self.assertEqual(self.go_on("Good evening"), "Good evening")
        self.assertEqual([self.asked()[0], self.asked()[-1]], [(self.path, 200), (self.other_path, 200)])

    def test_a_stream_that_breaks_off_is_asked_for_again(self):
        self.start()
        self.world.faults("cut:after=1:count=1")
        self.assertEqual(self.answer("Good morning to you"), "Good morning to you")
        self.assertEqual(self.asked(), [(self.path, 200)] * 2, "by the agent, since the gateway repeats no content")


def lines(text):
    """The JSON objects of a program's output, one a line."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
