"""The figures, from what clients and upstreams wrote down. Pure: no clock, no socket; figures_test.py has the cases."""

import bisect
import collections
import math

# A key has room when more than this share of its minute is unused: the share by which goodput may fall short of the
# limits. Less is the distance that has to be kept from a limit that is counted elsewhere.
SPARE = 0.03
# Room that is used up within this many seconds of a refusal was taken by another request, which was on its way.
ON_THE_WAY = 0.1
# Of the requests of one second, so many have to succeed.
RECOVERED = 0.99
STEP = 0.1


def percentile(values, share):
    """Nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def bucket_room(times, per_minute, until):
    """Spans in which a bucket of `per_minute`, full at first and filled evenly, had room; `times` are when requests
    were taken from it."""
    rate, level, at, least = per_minute / 60, float(per_minute), min(times, default=0.0), 1 + SPARE * per_minute
    spans, begin = [], at
    for time in sorted(times):
        filled = min(level + (time - at) * rate, per_minute)
        if begin is None and filled >= least:
            begin = at + (least - level) / rate
        level, at = filled - 1, time
        if level < least and begin is not None:
            spans.append((begin, time))
            begin = None
    if begin is None:
        begin = at + max(0.0, least - level) / rate
    return spans + [(begin, until)] * (begin < until)


def minute_room(times, per_minute, until):
    """The same for a limit on every stretch of sixty seconds."""
    events = sorted([(time, 1) for time in times] + [(time + 60, -1) for time in times if time + 60 < until])
    most = per_minute * (1 - SPARE) - 1
    spans, count, begin = [], 0, min(times, default=0.0)
    for time, change in events:
        count += change
        if count > most and begin is not None:
            spans.append((begin, time))
            begin = None
        elif count <= most and begin is None:
            begin = time
    return spans if begin is None else [*spans, (begin, until)]


def avoidable(refused, rooms):
    """How many of the moments in `refused` lie where some key had room that nobody took. `rooms` holds the spans of
    each key."""
    def left_unused(moment):
        return any(begin < moment and moment + ON_THE_WAY <= end for spans in rooms for begin, end in spans)
    return sum(1 for moment in refused if left_unused(moment))


def recovery(answers, end):
    """Seconds from `end` until the requests of each later second succeed to RECOVERED; None when they never do. The
    last second that was bad counts, so that falling back is no recovery."""
    after = sorted((answer.due, answer.good) for answer in answers if answer.due >= end)
    if not after:
        return None
    dues = [due for due, _ in after]
    recovered = 0.0
    steps = int((after[-1][0] - end - 1) / STEP)
    if steps < 0:
        return None
    for step in range(steps + 1):
        begin = end + step * STEP
        first = bisect.bisect_left(dues, begin)
        good = [one for _, one in after[first:bisect.bisect_left(dues, begin + 1)]]
        if good and sum(good) < RECOVERED * len(good):
            recovered = (step + 1) * STEP
    return None if recovered > steps * STEP else round(recovered, 1)


def executions(records):
    """Of the mock's records: how many requests were executed, and how many executions there were beyond one each. A
    record is an execution: it is only opened when the whole request has been read."""
    counts = collections.Counter(record["request_id"] for record in records)
    return len(counts), sum(count - 1 for count in counts.values())
