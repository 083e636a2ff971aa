"""A total outage: how many attempts each request costs while every upstream fails, and how soon all is well again."""

import asyncio

from failures import figures
from failures.result import Figure, Result
from failures.wire import Load, statuses
from failures.world import World

RATE = 120            # so that one failure in a second is under one in a hundred
OUTAGE = 20           # seconds: two whole windows of the retry budget, which may be spent in bursts
ATTEMPTS, RECOVERY = 1.2, 10.0
# What every upstream does: a status for each request, or no connections any more and resets on those there are.
FAULTS = {"500": ["500"], "500, bodies alike": ["500"], "refused": ["refuse", "reset"]}


def slug(kind):
    return kind.replace(",", "").replace(" ", "-")


def by_second(answers, begin):
    """Mean attempts of the requests of each second."""
    seconds = {}
    for answer in answers:
        seconds.setdefault(int(answer.due - begin), []).append(answer.attempts)
    return [round(sum(some) / len(some), 2) for _, some in sorted(seconds.items())]


async def measure(folder, kind, before, after):
    """`kind`: one of FAULTS. The mock's own pages are asked over a connection that stays open."""
    async with World(folder, f"outage-{slug(kind)}", {"first_token": "lognormal:p50=100ms,p99=400ms"}) as world:
        load = Load(world.port, slug(kind), alike=kind.endswith("alike"))
        world.mock.watch_log()
        await load.offer(RATE, before)
        begin = await world.mock.faults(*FAULTS[kind])
        failing = await load.offer(RATE, OUTAGE)
        end = await world.mock.faults()
        later = await load.offer(RATE, after)
        left = await load.finish(patience=20)
        await world.mock.stop_watching()
        heard = sum(1 for record in world.mock.chats() if begin <= world.mock.moment(record["arrived_ms"]) < end)
    failing = [answer for answer in failing if begin <= answer.due < end]
    attempts = sum(answer.attempts for answer in failing) / len(failing)
    recovered = figures.recovery(load.answers, end)
    return Result(
        [Figure(f"attempts per request, every upstream: {kind}", attempts, most=ATTEMPTS),
         Figure(f"recovery to 99 % after {OUTAGE} s of {kind}", recovered, "s", most=RECOVERY)],
        load.lateness(),
        {"requests in the outage": len(failing), "heard by the upstream": heard,
         "attempts per request in each second": by_second(failing, begin), "statuses": statuses(failing),
         "statuses after it": statuses(later), "never answered": left,
         "p99 of good answers after it, s": figures.percentile([a.ended - a.due for a in later if a.good], 0.99)})


async def run(folder, quick):
    before, after = (8, 15) if quick else (15, 40)
    return await asyncio.gather(*(measure(folder, kind, before, after) for kind in FAULTS))
