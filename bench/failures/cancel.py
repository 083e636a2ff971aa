"""Clients that leave: how soon the upstream sees the end of their requests."""

import asyncio
import random
import time

from failures import figures
from failures.result import Figure, Result
from failures.wire import Client, chat, read_body, read_head
from failures.world import World

EACH = 450            # both together fit a page of the mock's log
RATE = 30             # of each kind
CANCEL = 50.0         # milliseconds


async def leave(client, name, stream, patience):
    """Sends a request and closes the connection: a stream's behind its first content, another one's after `patience`,
    long before its answer. Returns when that was."""
    reader, writer = await client.connect()
    writer.write(chat(name, stream))
    try:
        if stream:
            status, fields = await read_head(reader)
            pieces = read_body(reader, fields)
            while status == 200 and b'"content":"' not in (await anext(pieces)).replace(b'"content":""', b""):
                pass
        await asyncio.sleep(patience)
    finally:
        left = time.monotonic()
        writer.close()
    return left


async def measure(folder, each):
    chance = random.Random(5)
    mock = {"first_token": "200ms", "tokens_per_second": 20, "answer_tokens": 400}
    async with World(folder, "cancel", mock) as world:
        client = Client(world.port)
        tasks, lateness, begin = {}, [], time.monotonic()
        for index in range(2 * each):
            due = begin + index / (2 * RATE)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            lateness.append(time.monotonic() - due)
            kind = "stream" if index % 2 else "wait"
            name = f"{kind}-{index}"
            tasks[name] = asyncio.ensure_future(leave(client, name, kind == "stream", chance.uniform(0.2, 2.0)))
        left = dict(zip(tasks, await asyncio.gather(*tasks.values())))
        await asyncio.sleep(2)
        await world.mock.read_log()
        gone = {record["request_id"]: world.mock.moment(record["client_gone_ms"])
                for record in world.mock.chats() if record["client_gone_ms"] is not None}
    lines, details = [], {}
    for kind, words in (("stream", "in mid-stream"), ("wait", "while waiting")):
        names = [name for name in left if name.startswith(kind)]
        took = [1000 * (gone[name] - left[name]) for name in names if name in gone]
        # An upstream that never learns of it is as late as can be.
        p99 = figures.percentile(took + [float("inf")] * (len(names) - len(took)), 0.99)
        lines.append(Figure(f"cancel, {words}, p50", figures.percentile(took, 0.5), "ms"))
        lines.append(Figure(f"cancel, {words}, p99", p99, "ms", most=CANCEL))
        details[words] = {"left": len(names), "never seen": len(names) - len(took), "most, ms": max(took, default=None)}
    return Result(lines, lateness, details)


async def run(folder, quick):
    return [await measure(folder, 100 if quick else EACH)]
