"""One key of three accepts requests and never answers: how much it still gets, in seconds of its fair share."""

import asyncio

from failures import figures
from failures.result import Figure, Result
from failures.wire import Load, statuses
from failures.world import KEYS, World, key_of

RATE = 90
HUNG = "c"
SECONDS = 2.0


async def measure(folder, kind, before, during):
    """`kind`: plain or streamed; every timeout as it is by default."""
    mock = {"first_token": "lognormal:p50=300ms,p99=1s", "tokens_per_second": 200}
    async with World(folder, f"hang-{kind}", mock) as world:
        load = Load(world.port, kind)
        world.mock.watch_log()
        await load.offer(RATE, before, streams=lambda _: kind == "streamed")
        onset = await world.mock.faults(f"key={KEYS[HUNG]}:hang")
        sent = await load.offer(RATE, during, streams=lambda _: kind == "streamed")
        left = await load.finish(patience=3)
        await world.mock.stop_watching()
        sent_there = [world.mock.moment(record["arrived_ms"]) - onset for record in world.mock.chats()
                      if key_of(record) == HUNG and world.mock.moment(record["arrived_ms"]) >= onset]
    share = RATE / len(KEYS)
    return Result(
        [Figure(f"traffic to a hung key, {kind}", len(sent_there) / share, "s", most=SECONDS)],
        load.lateness(),
        {"seconds": during, "sent to it": len(sent_there), "in each second": [
            sum(1 for moment in sent_there if second <= moment < second + 1) for second in range(during)],
         "not answered at the end": left, "statuses": statuses(sent),
         "p99 of good answers, s": figures.percentile([a.ended - a.due for a in sent if a.good], 0.99)})


async def run(folder, quick):
    before, during = (10, 12) if quick else (20, 30)
    return await asyncio.gather(*(measure(folder, kind, before, during) for kind in ("plain", "streamed")))
