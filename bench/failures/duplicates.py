"""Connections that break after the request was read, or in mid-answer: how often a request is executed twice, by
retry.ambiguous. There is no target: it is the price of an answer, and the setting chooses it."""

import asyncio

from failures import figures
from failures.result import Figure, Result
from failures.wire import Load, statuses
from failures.world import World

RATE = 60
SHARE = 0.2           # of the upstream's requests that are struck
SETTINGS = ("reused_only", "never", "failover")
# What breaks, the fault of the mock, which requests are streams, and the share of all faults.
KINDS = (("reset before an answer", "reset", lambda index: index % 2 == 0, 0.5),
         ("plain answer cut", "cut:after=5:how=reset", lambda _: False, 0.25),
         ("stream cut", "cut:after=5:how=reset", lambda _: True, 0.25))
# A phase ends when its faults have struck, or after this many times the seconds that they should take.
PATIENCE = 3


async def strike(world, load, kind, faults):
    """One kind of fault until it struck so often. Returns its row."""
    words, fault, streams, _ = kind
    first = len(world.mock.chats())
    await world.mock.faults(f"{fault}:p={SHARE}:count={faults}")
    sent = []
    for _ in range(int(PATIENCE * faults / (RATE * SHARE)) + 1):
        sent += await load.offer(RATE, 1, streams)
        if await world.mock.hits() >= faults:
            break
    struck = await world.mock.hits()
    await asyncio.sleep(2)
    await world.mock.faults()
    await world.mock.read_log()
    requests, again = figures.executions(world.mock.chats()[first:])
    return {"kind": words, "faults": struck, "requests": requests, "executed again": again,
            "failed at clients": sum(1 for answer in sent if not answer.good), "statuses": statuses(sent)}


async def measure(folder, setting, faults):
    async with World(folder, f"duplicates-{setting}", {"first_token": "20ms", "tokens_per_second": 500},
                     settings=f"retry: {{ ambiguous: {setting} }}") as world:
        load = Load(world.port, setting)
        await load.offer(RATE, 3)
        await asyncio.sleep(1)
        await world.mock.read_log()
        world.mock.watch_log()
        rows = [await strike(world, load, kind, int(faults * kind[3])) for kind in KINDS]
        await load.finish(patience=5)
        await world.mock.stop_watching()
    struck = sum(row["faults"] for row in rows)
    default = " (default)" if setting == SETTINGS[0] else ""
    name = f"ambiguous: {setting}{default}"
    lines = [Figure(f"{what} per 1,000 faults, {name}", 1000 * sum(row[what] for row in rows) / struck)
             for what in ("executed again", "failed at clients")]
    return Result(lines, load.lateness(), {"rows": rows})


async def run(folder, quick):
    return await asyncio.gather(*(measure(folder, setting, 100 if quick else 1000) for setting in SETTINGS))
