"""Goodput at the limit: three keys with limits, more offered than they allow together. The gateway knows the limits
from its configuration, or only from what answers tell, or has to learn them from refusals that say nothing else."""

import asyncio

from failures import figures
from failures.result import Figure, Result
from failures.wire import Load, statuses
from failures.world import KEYS, World, key_of

PER_MINUTE = {"a": 600, "b": 900, "c": 1500}
SUM = sum(PER_MINUTE.values()) / 60
OFFERED = 1.3 * SUM
# Full buckets are emptied first at this rate, or the first minutes would measure what had been saved up.
FLOOD = 6 * SUM
GOODPUT, AVOIDABLE = 97.0, 0


def rooms(mock, room, until):
    """For each key the spans in which it had room, on our clock, from what the mock let in."""
    taken = {name: [] for name in KEYS}
    for record in mock.chats():
        if record["status"] == 200:
            taken[key_of(record)].append(mock.moment(record["arrived_ms"]))
    return [room(taken[name], PER_MINUTE[name], until) for name in KEYS]


async def measure(folder, how, warm_up, seconds):
    """`how`: configured (and told), only told, or learned."""
    mock = {"tell_limits": "nothing" if how == "learned" else "headers",
            "keys": [{"key": KEYS[name], "requests_per_minute": PER_MINUTE[name]} for name in KEYS],
            "first_token": "lognormal:p50=100ms,p99=400ms"}
    async with World(folder, f"limits-{how}", mock, key_limits=PER_MINUTE if how == "configured" else None) as world:
        load = Load(world.port, how)
        world.mock.watch_log()
        if how != "configured":
            # The minute of a configured limit is a stretch of sixty seconds: a flood would use it up and then wait.
            await load.offer(FLOOD, 60 * SUM / (FLOOD - SUM))
        await load.offer(OFFERED, warm_up)
        begin = asyncio.get_running_loop().time()
        measured = await load.offer(OFFERED, seconds)
        end = asyncio.get_running_loop().time()
        await load.finish(patience=20)
        await world.mock.stop_watching()
        good = sum(1 for answer in load.answers if answer.good and begin <= answer.ended < end)
        refused = [answer.ended for answer in load.answers if answer.status == 429 and begin <= answer.ended < end]
        room = figures.minute_room if how == "configured" else figures.bucket_room
        spans = rooms(world.mock, room, end)
        hits = sum(1 for record in world.mock.chats()
                   if record["status"] == 429 and begin <= world.mock.moment(record["arrived_ms"]) < end)
    return Result(
        [Figure(f"goodput at the limit, limits {how}", 100 * good / (SUM * seconds), "%", least=GOODPUT),
         # Where only refusals teach, some must come; a client that is refused with them could not have been served better.
         Figure("refusals of the upstream per 100 answers, limits learned", 100 * hits / max(good, 1))
         if how == "learned" else
         Figure(f"avoidable 429s at clients, limits {how}", figures.avoidable(refused, spans), most=AVOIDABLE)],
        load.lateness(),
        {"seconds": seconds, "answered": good, "refused": len(refused), "429s of the upstream": hits,
         "room, seconds by key": [
            round(sum(max(0.0, min(last, end) - max(first, begin)) for first, last in key), 1) for key in spans],
         "statuses": statuses(measured)})


async def run(folder, quick):
    """A configured limit is measured over whole minutes; a told one once the flood's waiters are gone; a learned one when
    the buckets are empty, which takes longer, because a gateway that learns does not flood them."""
    settle = 12
    results = await asyncio.gather(measure(folder, "configured", 0 if quick else 62, 60),
                                   measure(folder, "told", settle, 30 if quick else 90))
    return [*results, await measure(folder, "learned", 60, 30 if quick else 90)]
