"""A mock provider and a gateway in front of it, as processes of their own on ports that the kernel chose."""

import asyncio
import atexit
import contextlib
import json
import os
import pathlib
import signal
import time

from failures.wire import MODEL, Client, request

PROGRAM = pathlib.Path(os.environ.get("DROVER") or pathlib.Path(__file__).parents[2] / "build/release/drover")
KEYS = {"a": "sk-bench-aaaa", "b": "sk-bench-bbbb", "c": "sk-bench-cccc"}
# The machine may be busy; nothing takes this long unless something is broken.
PATIENCE = 30.0
# Requests the mock's log shows at once (kMaxLogAnswer), and how often it is read so that none is missed.
LOG_PAGE = 1000
LOG_EVERY = 1.0


class Failed(Exception):
    """A process did not do what it must."""


def end_at_last(process):
    """When the bench itself was interrupted: nothing of it goes on running."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


class Process:
    """One drover process; its output goes on being read, so that it never waits on a full pipe."""

    def __init__(self, process, log):
        self._process = process
        self._log = log
        self._drain = None

    @classmethod
    async def start(cls, arguments, folder, environment):
        log = open(folder / f"{arguments[0]}.log", "wb")
        process = await asyncio.create_subprocess_exec(
            str(PROGRAM), *arguments, stdout=asyncio.subprocess.PIPE, stderr=log, env={**os.environ, **environment})
        atexit.register(end_at_last, process)
        return cls(process, log)

    async def expect(self, words):
        """What follows `words` in the first line that has them."""
        said = b""
        while True:
            line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)
            said += line
            if not line:
                errors = pathlib.Path(self._log.name).read_text(errors="replace")
                raise Failed(f"drover ended before it said '{words}'\n{said.decode(errors='replace')}{errors}")
            if words.encode() in line:
                self._drain = asyncio.ensure_future(self._process.stdout.read())
                return line.decode().split(words, 1)[1].strip()

    async def stop(self):
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except asyncio.TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._drain:
            await self._drain
        self._log.close()


class Mock:
    """The mock's control pages, and its log put together from the pages that were read."""

    def __init__(self, port):
        self.client = Client(port)
        self.records = {}    # by ordinal
        self.clock = 0.0     # time.monotonic() when the mock's clock showed zero
        self._newest = 0
        self._reading = None

    async def _control(self, method, page, body=None):
        text = b"" if body is None else json.dumps(body).encode()
        answer = await self.client.ask(request(method, f"/_mock/{page}", text))
        if not answer.status:  # the mock has closed a connection that was idle for over a minute
            self.client.close()
            answer = await self.client.ask(request(method, f"/_mock/{page}", text))
        if answer.status != 200:
            raise Failed(f"the mock's page {page}: {answer.status} {answer.trouble} {answer.body[:300]!r}")
        return json.loads(answer.body)

    async def faults(self, *texts):
        """These faults in place of what was set; none: it is well again. Returns when that was."""
        await self._control("PUT", "faults", list(texts))
        return time.monotonic()

    async def hits(self):
        """How often all faults struck together."""
        return sum(fault["hits"] for fault in (await self._control("GET", "faults"))["faults"])

    async def read_log(self):
        log = await self._control("GET", "log")
        records = log["requests"]
        if records and records[0]["ordinal"] > self._newest + 1:
            raise Failed(f"the mock had over {LOG_PAGE} requests between two looks at its log")
        for record in records:
            self.records[record["ordinal"]] = record
        if records:
            self._newest = records[-1]["ordinal"]

    def watch_log(self):
        async def read_on():
            while True:
                await self.read_log()
                await asyncio.sleep(LOG_EVERY)
        self._reading = asyncio.ensure_future(read_on())

    async def stop_watching(self):
        if self._reading is None:
            return
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        self._reading = None
        self.client.close()
        await self.read_log()

    async def set_clock(self):
        """Compares the clocks: of many requests, the one that travelled fastest tells best."""
        sent = {}
        for number in range(30):
            name = f"clock-{number}"
            sent[name] = time.monotonic()
            await self.client.ask(request("GET", "/v1/models", b"", [f"x-request-id: {name}",
                                                                      f"Authorization: Bearer {KEYS['a']}"]))
        await self.read_log()
        self.clock = max(sent[record["request_id"]] - record["arrived_ms"] / 1000
                         for record in self.records.values() if record["request_id"] in sent)

    def chats(self):
        """The records of chat requests, in the order of arrival."""
        return [self.records[ordinal] for ordinal in sorted(self.records)
                if self.records[ordinal]["path"].endswith("/chat/completions")]

    def moment(self, milliseconds):
        return self.clock + milliseconds / 1000


class World:
    """One mock and one gateway. `mock_settings` and `settings` (lines of YAML) are added to what every world has;
    `key_limits` names configured limits by key."""

    def __init__(self, folder, name, mock_settings=None, settings="", key_limits=None):
        self.folder = pathlib.Path(folder) / name
        self.name = name
        self._mock_settings = mock_settings or {}
        self._settings = settings
        self._key_limits = key_limits or {}
        self._processes = []
        self.mock = None
        self.port = 0

    def _configuration(self, base_url):
        keys = ""
        for name in KEYS:
            limit = f", limits: {{ requests_per_minute: {self._key_limits[name]} }}" if name in self._key_limits else ""
            keys += f"      - {{ name: {name}, env: BENCH_KEY_{name.upper()}{limit} }}\n"
        return (f"listen: 127.0.0.1:0\nadmin: off\nproviders:\n  mock:\n    base_url: {base_url}\n    keys:\n{keys}"
                f"models:\n  {MODEL}: {{ targets: [ mock ] }}\n{self._settings}\n")

    async def __aenter__(self):
        self.folder.mkdir()
        environment = {f"BENCH_KEY_{name.upper()}": key for name, key in KEYS.items()}
        settings = {"models": [MODEL], "keys": list(KEYS.values()), **self._mock_settings}
        (self.folder / "mock.json").write_text(json.dumps(settings))
        try:
            mock = await self._start(["mock", "--settings", str(self.folder / "mock.json")], {})
            base_url = await mock.expect("mock provider listening on ")
            (self.folder / "drover.yaml").write_text(self._configuration(base_url))
            gateway = await self._start(["serve", "--config", str(self.folder / "drover.yaml")], environment)
            address = await gateway.expect("set the base URL to ")
        except BaseException:
            await self.__aexit__()
            raise
        self.mock = Mock(port_of(base_url))
        self.port = port_of(address)
        await self.mock.set_clock()
        return self

    async def _start(self, arguments, environment):
        process = await Process.start(arguments, self.folder, environment)
        self._processes.append(process)
        return process

    async def __aexit__(self, *_):
        if self.mock:
            self.mock.client.close()
        for process in reversed(self._processes):
            await process.stop()


def key_of(record):
    """Our name of the key that a record of the mock's log is about."""
    return next(name for name, key in KEYS.items() if record["key"] == "*" + key[-4:])


def port_of(url):
    return int(url.rstrip("/").removesuffix("/v1").rsplit(":", 1)[1])
