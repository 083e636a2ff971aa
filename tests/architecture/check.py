#!/usr/bin/env python3
"""Reads the source tree and fails with the sentence that helps when a file breaks the tree's own rules.

    check.py [ROOT]

It looks at includes (the room table in rooms.py), at what pure rooms may not say, at a few habits every file keeps, and at
how many files a folder holds.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import rooms

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
SOURCES = (".h", ".cc")
FOLDERS = ("src", "include", "tests", "fuzz", "bench", "examples")
# What is not written by hand: corpora of the fuzzers, and what programs leave beside the sources.
NOT_COUNTED = {"corpus", "node_modules", "__pycache__", "results"}
# A room's tests, and what only tests include: the folders called so hold them, and they hold nothing else.
TEST_FOLDER = "test"
BUILT_ROOM = re.compile(r"^drover_room\((\w+)([^)]*)\)", re.MULTILINE)
TEST_FILE = re.compile(r"(_test|_bench|_fuzz)\.cc$|(^|_)test_\w+\.(h|cc)$")


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def library_of(include):
    for prefix, name in rooms.LIBRARIES:
        if include.startswith(prefix):
            return name
    return None


def include_fault(room_name, include, is_test):
    """The sentence for one include, or None."""
    room = rooms.ROOMS[room_name]
    parts = include.split("/")
    first = parts[0]
    if TEST_FOLDER in parts[:-1] and not is_test:
        return f"{include} belongs in tests only"
    if first in rooms.ROOMS and len(parts) > 1:
        if first == room_name or first in room.rooms:
            return None
        allowed = ", ".join(sorted(room.rooms)) or "no other room"
        return f"{room_name} may not include {first} ({include}): it may include {allowed}"
    if include.startswith(rooms.TEST_LIBRARIES):
        return None if is_test else f"{include} belongs in tests only"
    library = library_of(include)
    if library is not None:
        if library in room.libraries or (is_test and library == "boost-json"):
            return None
        return f"{room_name} may not include {library} ({include}): {rooms.ADVICE[library]}"
    if include.startswith("boost/") and not include.startswith(rooms.SHARED_BOOST):
        return f"{room_name} may not include {include}: it is no library of any room"
    if include.startswith("boost/") and not room.libraries & {"asio", "beast", "boost-json"}:
        return f"{room_name} may not include {include}: it uses the standard library only"
    return None


def source_faults(path, text):
    """(line, sentence) for the rules that hold in every source."""
    lines = text.count("\n") + (0 if text.endswith("\n") or not text else 1)
    if lines > rooms.MAX_LINES:
        yield rooms.MAX_LINES + 1, f"{lines} lines; split it by concept (at most {rooms.MAX_LINES})"
    for pattern, advice in rooms.FORBIDDEN:
        for match in re.finditer(pattern, text):
            yield line_of(text, match.start()), f"'{match.group()}' is {advice}"
    if path.suffix == ".h":
        if "#pragma once" not in text:
            yield 1, "a header without '#pragma once'"
        if not text.lstrip().startswith("//"):
            yield 1, "the first comment of a header says what it is and what it is not"


def room_faults(room_name, path, text):
    """(line, sentence) for the rules of one room."""
    is_test = path.parent.name == TEST_FOLDER
    if not is_test and TEST_FILE.search(path.name):
        yield 1, f"a test, and what only tests include, stands in the folder {TEST_FOLDER}/ below what it tests"
    code = COMMENT.sub(blanked, text)
    for match in INCLUDE.finditer(code):
        sentence = include_fault(room_name, match.group(1), is_test)
        if sentence:
            yield line_of(code, match.start()), sentence
    if rooms.ROOMS[room_name].pure and not is_test:
        for pattern, advice in rooms.IMPURE:
            for match in re.finditer(pattern, code):
                yield line_of(code, match.start()), f"{room_name} is pure, but '{match.group()}' {advice}"


def public_header_faults(path, text):
    """The installed headers see nothing but themselves and the standard library."""
    for match in INCLUDE.finditer(COMMENT.sub(blanked, text)):
        include = match.group(1)
        if path.name == "asio.h" and include.startswith("boost/asio/"):
            continue  # the one header for callers who use Asio; no other includes it
        if "/" in include and not include.startswith("drover/"):
            yield line_of(text, match.start()), f"a public header may not include {include}: its users do not have it"


def build_faults(text):
    """(line, sentence) for the rooms of CMakeLists.txt that may see others than rooms.py says. The program is no library."""
    built = set()
    for match in BUILT_ROOM.finditer(text):
        name, words = match.group(1), match.group(2).split()
        built.add(name)
        begin = words.index("ROOMS") + 1 if "ROOMS" in words else len(words)
        end = next((at for at in range(begin, len(words)) if words[at].isupper()), len(words))
        known = rooms.ROOMS[name].rooms if name in rooms.ROOMS else None
        if known is None:
            yield line_of(text, match.start()), f"{name} is no room of rooms.py"
        elif set(words[begin:end]) != known:
            yield line_of(text, match.start()), f"{name} sees {' '.join(words[begin:end])} here; rooms.py says {' '.join(sorted(known))}"
    for name in sorted(rooms.ROOMS.keys() - built - {"cli"}):
        yield 1, f"the room {name} of rooms.py is not built"


def full_folders(root):
    """(folder, sentence) for each that holds too many files."""
    counts = Counter()
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and not NOT_COUNTED.intersection(path.relative_to(root).parts):
                counts[path.parent] += 1
    for folder, count in sorted(counts.items()):
        if count > rooms.MAX_FILES:
            yield folder, f"{count} files; split it by what its files own (at most {rooms.MAX_FILES})"


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SOURCES and path.is_file())


def check(root):
    """All faults of the tree below `root`, as 'path:line: sentence'."""
    faults = []

    def add(path, found):
        faults.extend(f"{path.relative_to(root)}:{line}: {sentence}" for line, sentence in found)

    for path in sources(root / "src"):
        room_name = path.relative_to(root / "src").parts[0]
        text = path.read_text(encoding="utf-8")
        add(path, source_faults(path, text))
        if room_name in rooms.ROOMS:
            add(path, room_faults(room_name, path, text))
        else:
            add(path, [(1, f"src/{room_name} is no room; the rooms are {', '.join(rooms.ROOMS)}")])
    for path in sources(root / "include"):
        text = path.read_text(encoding="utf-8")
        add(path, source_faults(path, text))
        add(path, public_header_faults(path, text))
    for folder in ("tests", "fuzz", "bench", "examples"):
        for path in sources(root / folder):
            add(path, source_faults(path, path.read_text(encoding="utf-8")))
    build = root / "CMakeLists.txt"
    if build.is_file():
        add(build, build_faults(build.read_text(encoding="utf-8")))
    faults.extend(f"{folder.relative_to(root)}: {sentence}" for folder, sentence in full_folders(root))
    return faults


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else ".").resolve()
    if not (root / "src").is_dir():
        print(f"{root} has no src/", file=sys.stderr)
        return 2
    faults = check(root)
    for fault in faults:
        print(fault)
    print(f"{len(faults)} fault(s)" if faults else "the tree keeps its rules")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
