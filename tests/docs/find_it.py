"""docs/find-it.md names files and functions: they are there."""

import re

from pages import rows

PLACE = re.compile(r"`([\w/.]+\.(?:h|cc))`: `(\w+)`")


def faults(page, sources):
    """Places that are not there, and what is there instead. `sources` is the folder of the rooms, src/."""
    questions = rows(page)
    if len(questions) != 12:
        yield f"{len(questions)} questions instead of 12"
    for number, _, places in questions:
        found = PLACE.findall(places)
        if not 1 <= len(found) <= 3:
            yield f"question {number} names {len(found)} places; 1 to 3 are to be named"
        for name, function in found:
            yield from place_faults(name, function, sources)


def place_faults(name, function, sources):
    file = sources / name
    if not file.exists():
        moved = sorted(path.relative_to(sources).as_posix() for path in sources.rglob(file.name))
        yield f"there is no src/{name}" + (f"; it is {' or '.join(moved)} now" if moved else "")
    elif not re.search(rf"\b{function}\(", file.read_text(encoding="utf-8")):
        yield f"src/{name} has no function {function}"
