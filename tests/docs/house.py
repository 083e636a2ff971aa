"""ARCHITECTURE.md says which rooms there are, what each may include, and which folders it has: as the tree and its checks do."""

import re
import sys
from pathlib import Path

from pages import CODE, read, rows, sections

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "architecture"))
from check import TEST_FOLDER  # noqa: E402
from rooms import ROOMS  # noqa: E402


def part(page, heading, level=2):
    """The text under one heading; empty when it is not there."""
    return sections(page, level).get(heading, "")


def words(cell):
    return set(re.findall(r"\w+", cell))


def room_faults(page, known):
    """What the table of rooms says against `known`: {room: the rooms that it may include}."""
    told = {room: words(allowed) for cell, allowed, *_ in rows(part(page, "Rooms").split("\n### ")[0]) for room in CODE.findall(cell)}
    told = {room: set(known) - {room} if allowed == {"all"} else allowed for room, allowed in told.items()}
    for room in sorted(known.keys() | told.keys()):
        if room not in told or room not in known:
            yield f"the room {room} is " + ("not in the table of rooms" if room in known else "no room")
        elif told[room] != known[room]:
            yield f"the table lets {room} include {', '.join(sorted(told[room]))}; the check lets it include {', '.join(sorted(known[room]))}"


def folders_of(sources):
    """Each room's folders below `sources` (src/), without those of tests."""
    return {(path.parent.name, path.name) for path in sources.glob("*/*") if path.is_dir() and path.name != TEST_FOLDER}


def folder_faults(page, there):
    told, room = set(), ""
    for cell, folders, *_ in rows(part(page, "Folders", 3).split("\n## ")[0]):
        room = next(iter(CODE.findall(cell)), room)
        told |= {(room, folder) for folder in CODE.findall(folders)}
    for room, folder in sorted(there - told):
        yield f"the table of folders does not say what is in src/{room}/{folder}"
    for room, folder in sorted(told - there):
        yield f"the table of folders has src/{room}/{folder}, which is not there"


def check(root):
    page = read(root / "ARCHITECTURE.md")
    yield from room_faults(page, {name: set(room.rooms) for name, room in ROOMS.items()})
    yield from folder_faults(page, folders_of(root / "src"))
