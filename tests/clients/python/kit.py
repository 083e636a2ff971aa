"""What the Python tests share: worlds with the life of a class or of a test, clients for them, and both transports."""

import ssl
import sys
import unittest
from pathlib import Path

import anthropic
import openai

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import CLAUDE, World, field, path_of, until  # noqa: E402

__all__ = ["CLAUDE", "FreshWorld", "SharedWorld", "ask", "ask_claude", "both_transports", "field", "fnv1a",
           "keeping_keys", "path_of", "streamed_text", "until"]

QUESTION = [{"role": "user", "content": "How does one make good coffee?"}]
KEY_FOR_NOBODY = "sk-ignored-by-a-gateway-without-clients"


def ask(**changes):
    """Arguments of a chat request."""
    return {"model": "gpt-4o", "messages": QUESTION, **changes}


def ask_claude(**changes):
    """Arguments of a request for a message."""
    return {"model": CLAUDE, "max_tokens": 256, "messages": QUESTION, **changes}


def streamed_text(stream):
    """The text of a stream of chat chunks, and the last reason to finish."""
    text, reason = "", None
    for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
    return text, reason


def fnv1a(data):
    """The mock's digest of a body, as text."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return str(value)


def keeping_keys(*models):
    """A gateway under which a conversation keeps its key, as with the gateway's defaults."""
    return {"models": {model: {"balance": "p2c"} for model in models}}


class Case(unittest.TestCase):
    """Clients of `self.world`, closed when the test ends. `sent` counts what they put on the wire."""

    transport = "tcp"
    world = None

    def setUp(self):
        self.sent = []

    def _options(self, options):
        tls = ssl.create_default_context(cafile=self.world.certificates.ca) if self.transport == "tls" else True
        return {"base_url": self.world.base_url, "api_key": KEY_FOR_NOBODY, **options}, tls

    def client(self, **options):
        options, tls = self._options(options)
        http = openai.DefaultHttpxClient(verify=tls, event_hooks={"request": [self.sent.append]})
        client = openai.OpenAI(http_client=http, **options)
        self.addCleanup(client.close)
        return client

    def claude(self, **options):
        """A client of Anthropic's; its base URL ends before "/v1"."""
        options, tls = self._options(options)
        options["base_url"] = options["base_url"].removesuffix("/v1")
        http = anthropic.DefaultHttpxClient(verify=tls, event_hooks={"request": [self.sent.append]})
        client = anthropic.Anthropic(http_client=http, **options)
        self.addCleanup(client.close)
        return client

    def async_client(self, **options):
        """To be closed by the test, in its own loop: `async with`."""
        options, tls = self._options(options)
        return openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpxClient(verify=tls), **options)

    def the_request(self):
        """The one request that reached the provider, once it has ended there."""

        def ended():
            requests = self.world.requests()
            return requests if requests and requests[-1]["outcome"] != "running" else None

        requests = until(ended, "a request of the provider has not ended")
        self.assertEqual(len(requests), 1, requests)
        return requests[0]


class SharedWorld(Case):
    """One world for all tests of a class: for those that leave no trace in the gateway's opinion of its targets."""

    mock = {}
    gateway = {}

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.transport, cls.mock, cls.gateway).start()
        cls.addClassCleanup(cls.world.stop)

    def setUp(self):
        super().setUp()
        self.world.reset()


class FreshWorld(Case):
    """A world for each test, which starts it when it knows what it needs."""

    def start(self, mock=None, gateway=None):
        self.world = World(self.transport, mock, gateway).start()
        self.addCleanup(self.world.stop)
        return self.world


def both_transports(module):
    """A load_tests for `module`: each of its classes over plain TCP and over TLS."""

    def load_tests(loader, _tests, _pattern):
        suite = unittest.TestSuite()
        here = vars(sys.modules[module])
        for name, case in sorted(here.items()):
            if not (isinstance(case, type) and issubclass(case, Case) and case.__module__ == module):
                continue
            for transport in ("tcp", "tls"):
                members = {"transport": transport, "__module__": module}
                suite.addTests(loader.loadTestsFromTestCase(type(f"{name}_{transport}", (case,), members)))
        return suite

    return load_tests
