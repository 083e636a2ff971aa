"""A small HTTP/1.1 client with kept-alive connections, and load that keeps its schedule whatever becomes of it. It
knows nothing of drover: it is what a caller would see. Not a general client: it reads what gateway and mock send."""

import asyncio
import collections
import contextlib
import dataclasses
import json
import random
import time

HOST = "127.0.0.1"
# Longest head and longest line of a chunk's size; ours are far shorter.
MOST_HEAD = 64 * 1024
MODEL = "gpt-4o"


@dataclasses.dataclass
class Answer:
    """What became of one request. Times are those of time.monotonic()."""
    id: str = ""
    due: float = 0.0       # when it was to be sent
    sent: float = 0.0
    ended: float = 0.0
    status: int = 0        # 0: no answer
    fields: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    stream: bool = False
    trouble: str = ""      # why there is no whole answer

    @property
    def good(self):
        """A whole answer with content; a stream that ended without its terminator is not one."""
        return self.status == 200 and not self.trouble and (not self.stream or b"data: [DONE]" in self.body)

    @property
    def attempts(self):
        return int(self.fields.get("x-drover-attempts", 0))


def request(method, path, body=b"", fields=()):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}",
             "Content-Type: application/json", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chat(identity, stream=False, alike=False):
    """Unless they are `alike` no two bodies are equal: one that fails twice would be blamed itself, and equal ones are kept
    at one key."""
    text = "This is one of many." if alike else f"This is request {identity}."
    ask = {"model": MODEL, "messages": [{"role": "user", "content": text}]}
    if stream:
        ask["stream"] = True
    # The gateway answers with the one and passes the other on.
    fields = [f"x-request-id: {identity}", f"X-Client-Request-Id: {identity}"]
    return request("POST", "/v1/chat/completions", json.dumps(ask).encode(), fields)


async def read_head(reader):
    """The status and the fields of an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return int(head[0].split(" ")[1]), fields


async def read_body(reader, fields):
    """The pieces of the body as they come."""
    if fields.get("transfer-encoding", "").lower() != "chunked":
        yield await reader.readexactly(int(fields.get("content-length", 0)))
        return
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")


class Client:
    """Asks one address, over as many connections as it takes."""

    def __init__(self, port):
        self.port = port
        self._idle = []

    async def connect(self):
        return await asyncio.open_connection(HOST, self.port, limit=MOST_HEAD)

    async def ask(self, text, answer=None):
        """Sends `text` and reads the answer. What goes wrong stands in the answer; nothing is tried again."""
        answer = answer or Answer()
        writer = None
        try:
            reader, writer = self._idle.pop() if self._idle else await self.connect()
            answer.sent = time.monotonic()
            writer.write(text)
            answer.status, answer.fields = await read_head(reader)
            async for piece in read_body(reader, answer.fields):
                answer.body += piece
            if answer.fields.get("connection", "").lower() != "close":
                self._idle.append((reader, writer))
                writer = None
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            answer.trouble = type(error).__name__
        finally:
            answer.ended = time.monotonic()
            if writer:
                writer.close()
        return answer

    def close(self):
        for _, writer in self._idle:
            writer.close()
        self._idle = []


class Load:
    """Requests at a mean rate with exponential gaps, as many independent callers make them (open loop)."""

    def __init__(self, port, name, seed=1, alike=False):
        """`alike`: all bodies are the same."""
        self.client = Client(port)
        self._alike = alike
        self.answers = []
        self._name = name
        self._random = random.Random(seed)
        self._count = 0
        self._running = set()

    async def offer(self, rate, seconds, streams=lambda index: False):
        """Sends for so long; answers may come later. Returns the answers of what it sent, in that order."""
        sent = []
        due = time.monotonic()
        until = due + seconds
        while (due := due + self._random.expovariate(rate)) < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._count += 1
            answer = Answer(id=f"{self._name}-{self._count}", due=due, stream=streams(self._count))
            sent.append(answer)
            task = asyncio.ensure_future(self.client.ask(chat(answer.id, answer.stream, self._alike), answer))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        self.answers += sent
        return sent

    async def finish(self, patience):
        """Waits for what still runs; what takes longer is given up and has no answer. Returns how many those were."""
        running = list(self._running)
        if running:
            await asyncio.wait(running, timeout=patience)
        left = [task for task in running if not task.done()]
        for task in left:
            task.cancel()
        for task in left:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.client.close()
        return len(left)

    def lateness(self):
        """How late each request was sent: when this is long, the machine was too busy for the figures to mean much."""
        return [answer.sent - answer.due for answer in self.answers if answer.sent]


def statuses(answers):
    """How often each status came, for a person: 200, 429, "no answer"."""
    return dict(collections.Counter(str(answer.status or "no answer") for answer in answers))
