"""Every client at every back: the tests that a front passes at each API a provider may be asked by.

A front is a class with the methods below that raise NotImplementedError; `pairs()` makes a test case of it for each
back, whose name is in the id of its tests. At the back of its own API nothing is translated: that is the reference.
"""

import unittest
from dataclasses import dataclass, field

from harness import BACKS, World, path_of, until

__all__ = ["BRIEF", "SCHEMA", "TOOLS", "Broken", "MatrixFront", "Said", "pairs"]

PROMPT = "Good morning to you"
TOOL_PROMPT = "Please use get_time and get_weather."
BRIEF = "Be brief."
TOOLS = {
    "get_time": {"type": "object", "properties": {"zone": {"enum": ["UTC"]}}, "required": ["zone"],
                 "additionalProperties": False},
    "get_weather": {"type": "object", "properties": {"city": {"enum": ["Chiang Mai"]}, "days": {"enum": [3]}},
                    "required": ["city", "days"], "additionalProperties": False},
}
CALLS = [("get_time", {"zone": "UTC"}), ("get_weather", {"city": "Chiang Mai", "days": 3})]
RESULTS = ["a quarter past seven", "it rains"]
SCHEMA = {"type": "object", "properties": {"bean": {"enum": ["arabica"]}, "cups": {"enum": [7]}},
          "required": ["bean", "cups"], "additionalProperties": False}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
THOUGHT = "The mock thinks."
BREAKS = ("cut:after=3", "error-mid:after=3", "incomplete")
SLOWLY = {"first_token": "0s", "tokens_per_second": 20, "text": "words", "answer_tokens": 200}
HALF_OF_IT_MS = 5000


class Broken(Exception):
    """A stream's own words for its failure, where the SDK hands them out as an event and raises nothing."""


@dataclass
class Said:
    """What an answer says, whichever API it came by."""

    text: str = ""
    calls: list = field(default_factory=list)  # of (id, name, arguments as an object)
    stop: str = ""  # "stop", "tools" or "length"
    thoughts: str = ""
    tokens: int = 0  # of the output
    turn: object = None  # to be sent back when the conversation goes on


class MatrixFront(unittest.TestCase):
    back = None
    speaks = None  # the back that has this front's own API
    thinks_in = tuple(BACKS)  # the backs whose thoughts this front shows

    # ---- what a front has to say ----

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        """Arguments of a request, without model and stream. `image` is a PNG in base64."""
        raise NotImplementedError

    def go_on(self, request, said, results):
        """Arguments of the request that brings the results of the calls in `said`."""
        raise NotImplementedError

    def plain(self, model, request):
        """Said."""
        raise NotImplementedError

    def streamed(self, model, request):
        """Said, from the pieces of a stream; raises the SDK's error, or Broken, where the stream fails."""
        raise NotImplementedError

    def leave(self, model, request):
        """Reads the first pieces of a stream and closes it."""
        raise NotImplementedError

    def status_of(self, error):
        """The HTTP status in an error of the SDK."""
        return error.status_code

    def retry_after_of(self, error):
        """The seconds after which the SDK would come back."""
        return error.response.headers["retry-after"]

    # ---- the world ----

    mock = {"text": "echo"}

    @classmethod
    def setUpClass(cls):
        cls.shared = World(mock=cls.mock, matrix=True).start()
        cls.addClassCleanup(cls.shared.stop)

    def setUp(self):
        self.world = self.shared
        self.world.reset()

    def fresh(self, mock=None, gateway=None):
        """A world of its own, for tests that change the gateway's opinion of its keys."""
        self.world = World(mock={**self.mock, **(mock or {})}, gateway=gateway, matrix=True).start()
        self.addCleanup(self.world.stop)

    @property
    def at(self):
        return f"at-{self.back}"

    @property
    def forms(self):
        """How an answer may be asked for."""
        return (("plain", self.plain), ("streamed", self.streamed))

    def asked(self):
        """The provider's records; each request came by the API of this back."""
        records = self.world.requests()
        self.assertEqual({(path_of(record), record["model"]) for record in records},
                         {(BACKS[self.back]["path"], BACKS[self.back]["model"])})
        return records

    # ---- the tests ----

    def test_text(self):
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, self.request(PROMPT))
                self.assertEqual((said.text, said.stop, said.calls), (PROMPT, "stop", []))
                self.assertEqual(said.tokens, 4)
        self.assertEqual(len(self.asked()), 2)

    def test_two_tools_at_once_and_their_results(self):
        request = self.request(TOOL_PROMPT, tools=True)
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, request)
                self.assertEqual([call[1:] for call in said.calls], CALLS)
                self.assertEqual(len({call[0] for call in said.calls}), 2)
                self.assertEqual((said.stop, said.text), ("tools", ""))
                after = self.plain(self.at, self.go_on(request, said, RESULTS))
                self.assertEqual(after.text, f"The tools answered: {', '.join(RESULTS)}")
                self.assertEqual(after.stop, "stop")
        self.assertEqual(len(self.asked()), 4)

    def test_an_image(self):
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, self.request(PROMPT, image=PIXEL))
                self.assertEqual(said.text, PROMPT)
        self.assertEqual([record["images"] for record in self.asked()], [1, 1])

    def test_an_answer_that_satisfies_a_schema(self):
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, self.request(PROMPT, schema=SCHEMA))
                self.assertEqual(said.text, '{"bean":"arabica","cups":7}')

    def test_thoughts(self):
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, self.request("Please think about it", think=True))
                self.assertEqual(said.text, "Please think about it")
                self.assertEqual(said.thoughts, THOUGHT if self.back in self.thinks_in else "")
        self.asked()

    def test_thoughts_go_back_to_their_maker_with_the_results(self):
        request = self.request("Please think, and use get_time and get_weather.", tools=True, think=True)
        for name, ask in self.forms:
            with self.subTest(name):
                said = ask(self.at, request)
                self.assertEqual([call[1:] for call in said.calls], CALLS)
                self.plain(self.at, self.go_on(request, said, RESULTS))
                # A chat's thoughts have no signature.
                if self.back != "chat":
                    self.assertEqual(self.world.requests()[-1]["thoughts"], 1)

    def test_a_conversation_goes_on_at_the_other_vendor(self):
        self.fresh()
        request = self.request("Please think, and use get_time and get_weather.", tools=True, think=True)
        said = self.streamed(f"first-{self.back}", request)
        self.world.faults(f"model={BACKS[self.back]['model']}:500")
        after = self.streamed(f"first-{self.back}", self.go_on(request, said, RESULTS))
        self.assertEqual(after.text, f"The tools answered: {', '.join(RESULTS)}")
        last = self.world.requests()[-1]
        self.assertEqual(path_of(last), BACKS[BACKS[self.back]["then"]]["path"])
        self.assertEqual(last["thoughts"], 0, "what only its maker can read goes to nobody else")

    def test_a_provider_that_fails_is_replaced_by_one_of_the_other_dialect(self):
        for fault in ("500", "401", "429:retry-after=30", "error-first", "cut:after=0"):
            with self.subTest(fault):
                self.fresh()
                self.world.faults(f"model={BACKS[self.back]['model']}:{fault}")
                self.assertEqual(self.streamed(f"first-{self.back}", self.request(PROMPT)).text, PROMPT)
                paths = [path_of(record) for record in self.world.requests()]
                self.assertEqual(paths[0], BACKS[self.back]["path"])
                self.assertEqual(paths[-1], BACKS[BACKS[self.back]["then"]]["path"])

    def test_the_providers_400_is_told(self):
        for name, ask in self.forms:
            with self.subTest(name):
                self.fresh()
                self.world.faults("400")
                with self.assertRaises(Exception) as raised:
                    ask(self.at, self.request(PROMPT))
                self.assertEqual(self.status_of(raised.exception), 400)
                self.assertIn("The request is not valid", str(raised.exception))
                self.assertEqual(len(self.asked()), 1)

    def test_a_rate_limit_says_when_to_come_back(self):
        self.fresh(gateway={"timeouts": {"queue": "0s"}})
        self.world.faults("429:retry-after=30")
        with self.assertRaises(Exception) as raised:
            self.streamed(self.at, self.request(PROMPT))
        self.assertEqual(self.status_of(raised.exception), 429)
        self.assertIn(int(self.retry_after_of(raised.exception)), range(25, 36))

    def test_a_stream_that_breaks_off_never_looks_whole(self):
        for fault in BREAKS:
            with self.subTest(fault):
                self.fresh()
                self.world.faults(fault)
                with self.assertRaises(Exception) as raised:
                    self.streamed(self.at, self.request(PROMPT))
                self.assertNotIsInstance(raised.exception, AssertionError)
                self.assertEqual(len(self.asked()), 1, "what was partly told is not asked again")

    def test_a_client_that_leaves_is_not_worked_for(self):
        self.fresh(mock=SLOWLY)
        self.leave(self.at, self.request(PROMPT))

        def ended():
            records = self.world.requests()
            return records and records[-1]["outcome"] != "running" and records

        (record,) = until(ended, "the provider's request has not ended")
        self.assertEqual(record["outcome"], "client_gone")
        self.assertLess(record["client_gone_ms"] - record["first_byte_ms"], HALF_OF_IT_MS)


def pairs(front, module):
    """A test case for each back, as members for a module: `globals().update(pairs(Chat, __name__))`."""
    made = {}
    for back in BACKS:
        name = f"{front.__name__}_at_{back}"
        made[name] = type(name, (front,), {"back": back, "__module__": module, "__qualname__": name})
    return made
