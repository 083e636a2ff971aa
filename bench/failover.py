#!/usr/bin/env python3
"""The bench of failover: what becomes of requests when keys run out, hang or break, over real sockets, with the targets
beside the figures. docs/failover-measured.md says what each figure means.

  bench/failover.py                 everything, in about ten minutes
  QUICK=1 bench/failover.py         shorter phases, to see that it works
  bench/failover.py hang cancel     only these

The program is build/release/drover, or DROVER. The exit code is 1 when a target is missed, 2 when there are no figures.
"""

import asyncio
import json
import os
import pathlib
import platform
import sys
import tempfile
import time

from failures import cancel, diagnosis, duplicates, hang, limits, outage
from failures.figures import percentile
from failures.world import PROGRAM, Failed

RESULTS = pathlib.Path(__file__).parent / "results"
QUICK = bool(os.environ.get("QUICK"))
SCENARIOS = {"limits": limits, "outage": outage, "hang": hang, "cancel": cancel, "duplicates": duplicates,
             "diagnosis": diagnosis}
# A load that was sent later than this (p99) is not the load that was meant.
LATE = 0.05


def table(rows):
    """The figures as lines of a Markdown table, which is also good to read."""
    cells = [("figure", "measured", "target", "")]
    words = {None: "", True: "met", False: "MISSED"}
    for figure in rows:
        cells.append((figure.what, figure.shown(), figure.target(), words[figure.met]))
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


async def run(names, folder):
    """All scenarios, one after the other; what they did is told as they end."""
    found = {}
    for name in names:
        began = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        found[name] = await SCENARIOS[name].run(folder, QUICK)
        late = percentile([late for result in found[name] for late in result.lateness], 0.99) or 0.0
        print(f"{time.monotonic() - began:.0f} s; requests sent at most {1000 * late:.0f} ms late (p99)"
              + ("; THE MACHINE WAS TOO BUSY" if late > LATE else ""), flush=True)
    return found


def report(found):
    return {name: [{"figures": [{"what": figure.what, "value": figure.value, "unit": figure.unit,
                                 "target": figure.target(), "met": figure.met} for figure in result.figures],
                    "late_p99_ms": 1000 * (percentile(result.lateness, 0.99) or 0), "details": result.details}
                   for result in results] for name, results in found.items()}


def main():
    names = sys.argv[1:] or list(SCENARIOS)
    if unknown := [name for name in names if name not in SCENARIOS]:
        raise SystemExit(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    if not PROGRAM.exists():
        raise SystemExit(f"{PROGRAM} is not there; `make bench-failover` builds it")
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="drover-failover-") as folder:
        try:
            found = asyncio.run(run(names, folder))
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 2
    figures = [figure for results in found.values() for result in results for figure in result.figures]
    print("\n" + table(figures))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "failover.json").write_text(json.dumps(
        {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "quick": QUICK,
         "seconds": round(time.time() - began), "scenarios": report(found)}, indent=1) + "\n")
    missed = sum(1 for figure in figures if figure.met is False)
    targets = sum(1 for figure in figures if figure.met is not None)
    print(f"\n{time.time() - began:.0f} s; {missed} of {targets} targets missed; details in {RESULTS}/failover.json")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
