#!/usr/bin/env python3
"""Plants each bug of these folders in a copy of the tree and says which test notices it.

    planted.py check                           every patch applies to the tree as it is, and is small (part of `make test`)
    planted.py run [--room ROOM] [NAME ...]    plant them, one after the other (make planted); only these

A patch lies in the folder called after the file that it breaks: core/fleet/fleet_pick/NAME.patch. It is one line that says
what is broken, an empty line, and a diff with one line of context, all in one room. A second line, `Expected: PROGRAM
FILTER`, may name the tests that are to notice: they are run first, so that a run is quick, and when they do not, all tests of
the room's programs decide. Exit codes: 0 good, 1 too many were missed, 2 a patch is no good. DROVER_PLANTED_SEEDS: simulated
worlds per bug (2,000).
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "planted" / "tree"
# As deep in its tree as the release build in ours, and made by the same preset: then ccache knows each file of the copy
# that has no bug in it.
BUILD = COPY / "build" / "release"
COPIED = ("CMakeLists.txt", "CMakePresets.json", "cmake", "src", "include", "tests", "fuzz", "bench", "examples")
NOT_COPIED = {"node_modules", "__pycache__", "results"}

# Where bugs are planted, and the programs that must notice, the cheapest first.
PROGRAMS = {
    "core": ("core_test", "sim_test"),
    "net": ("net_test", "upstream_test", "integration_test"),
    "upstream": ("upstream_test", "integration_test"),
    "gateway": ("gateway_test", "integration_test"),
}
FOLDERS = {"integration_test": "tests"}  # of programs that are not where the build is
EXPECTED = "Expected: "

MOST_CHANGED_LINES = 6
FEWEST_BUGS = 180
SHARE_TO_CATCH = 0.95
SEEDS = os.environ.get("DROVER_PLANTED_SEEDS", "2000")
JOBS = os.environ.get("JOBS", str(os.cpu_count()))
# What a bug leaves unused is no error: said in the file itself, because other flags would compile the whole copy anew.
LEFT_OVER = "".join(f'#pragma GCC diagnostic ignored "-Wunused-{what}"\n'
                    for what in ("variable", "parameter", "function", "but-set-variable"))
# A bug may make a loop endless: then it is noticed by the time it takes.
LONGEST_SECONDS = 400
LONGEST_EXPECTED_SECONDS = 60


@dataclass
class Bug:
    """A patch, read."""

    patch: Path
    header: list[str]  # its lines above the diff
    files: list[str]
    changed_lines: int

    @classmethod
    def read(cls, patch):
        lines = patch.read_text(encoding="utf-8").splitlines()
        begin = next((at for at, line in enumerate(lines) if line.startswith("--- ")), len(lines))
        diff = lines[begin:]
        return cls(patch, lines[:begin], [line[len("+++ b/"):] for line in diff if line.startswith("+++ ")],
                   sum(line.startswith(("+", "-")) and not line.startswith(("+++", "---")) for line in diff))

    @property
    def name(self):
        return self.patch.stem

    @property
    def room(self):
        """The one room that it is in, or None."""
        rooms = {file.split("/")[1] if file.startswith("src/") else None for file in self.files}
        room = rooms.pop() if len(rooms) == 1 else None
        return room if room in PROGRAMS else None

    @property
    def expected(self):
        """(program, filter) of the tests that are to notice it, or None."""
        second = self.header[1] if len(self.header) > 1 else ""
        return tuple(second.removeprefix(EXPECTED).split(" ", 1)) if second.startswith(EXPECTED) else None

    def fault(self, tree):
        """What is wrong with the patch itself, or None."""
        expected = self.expected
        above = self.header[:1] + self.header[2 if expected else 1:]
        if len(above) != 2 or not above[0].endswith(".") or above[1]:
            return "begins with one sentence that says what is broken, and an empty line"
        if self.changed_lines > MOST_CHANGED_LINES:
            return f"changes {self.changed_lines} lines; a bug to plant changes at most {MOST_CHANGED_LINES}"
        if self.room is None:
            return f"changes something outside one room of src/{{{','.join(PROGRAMS)}}}"
        if expected and (len(expected) != 2 or expected[0] not in PROGRAMS[self.room]):
            return f"'{EXPECTED}' is followed by one of {', '.join(PROGRAMS[self.room])} and a filter"
        checked = git_apply(self.patch, tree, "--check")
        return None if checked.returncode == 0 else "does not apply any more: " + checked.stderr.strip()


def bugs():
    return [Bug.read(patch) for patch in sorted(HERE.rglob("*.patch"), key=lambda patch: patch.name)]


def git_apply(patch, tree, *options):
    """git apply works on any folder, as long as it finds no repository above it."""
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(tree.parent))
    return subprocess.run(["git", "apply", *options, str(patch)], cwd=tree, env=environment, capture_output=True,
                          text=True)


def check(tree):
    found = bugs()
    faults = [f"{bug.patch.name}: {fault}" for bug in found if (fault := bug.fault(tree))]
    if len(found) < FEWEST_BUGS:
        faults.append(f"{len(found)} bugs to plant; there are to be {FEWEST_BUGS} at least")
    for fault in faults:
        print(fault)
    print(f"{len(faults)} fault(s)" if faults else f"{len(found)} bugs can be planted")
    return 2 if faults else 0


def copy_tree():
    """Copies what is needed, and touches only what differs, so that a second run builds little."""
    for name in COPIED:
        source = ROOT / name
        files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
        wanted = set()
        for path in files:
            if NOT_COPIED.intersection(path.relative_to(ROOT).parts):
                continue
            target = COPY / path.relative_to(ROOT)
            wanted.add(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != path.read_bytes():
                shutil.copyfile(path, target)
        if source.is_dir():
            for path in (COPY / name).rglob("*"):
                if path.is_file() and path not in wanted:
                    path.unlink()


def build(program):
    """What the compiler says, None when all is well."""
    done = subprocess.run(["ninja", "-C", str(BUILD), "-j", JOBS, program], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout[-2000:]


def notices(program, tests="*", longest=LONGEST_SECONDS):
    """Whether a test of a program fails; '' when none does, else which."""
    environment = dict(os.environ, DROVER_SIM_SEEDS=SEEDS)
    path = BUILD / FOLDERS.get(program, "") / program
    try:
        ran = subprocess.run([str(path), "--gtest_brief=1", "--gtest_fail_fast", f"--gtest_filter={tests}"],
                             cwd=COPY, env=environment, capture_output=True, text=True, errors="replace",
                             timeout=longest)
    except subprocess.TimeoutExpired:
        return "never ended"
    if ran.returncode == 0:
        return ""
    failed = [line.split("]", 1)[1].split("(")[0].strip() for line in ran.stdout.splitlines() if "[  FAILED  ]" in line]
    return failed[0].rstrip(", ") if failed else f"ended with {ran.returncode}"


def noticed_by(bug):
    """(program, test) that notices a planted bug, None when nobody does; raises ValueError for a bug that is none."""
    first = [(*bug.expected, LONGEST_EXPECTED_SECONDS)] if bug.expected else []
    for program, tests, longest in first + [(program, "*", LONGEST_SECONDS) for program in PROGRAMS[bug.room]]:
        wrong = build(program)
        if wrong:
            raise ValueError(f"{bug.patch.name} does not compile:\n{wrong}")
        how = notices(program, tests, longest)
        if how:
            return program, how
    return None


def plant(bug):
    """Returns what uproot() needs."""
    sound = {COPY / file: (COPY / file).read_bytes() for file in bug.files}
    if git_apply(bug.patch, COPY).returncode != 0:
        raise ValueError(f"{bug.patch.name} does not apply")
    for path in sound:
        path.write_text(LEFT_OVER + path.read_text(encoding="utf-8"), encoding="utf-8")
    return sound


def uproot(sound):
    for path, content in sound.items():
        path.write_bytes(content)


def prepare(rooms):
    copy_tree()
    subprocess.run(["cmake", "--preset", "release", "-DDROVER_TESTS=ON", "-DDROVER_JOINED=OFF"], cwd=COPY, check=True,
                   stdout=subprocess.DEVNULL)
    for program in dict.fromkeys(program for room in rooms for program in PROGRAMS[room]):
        wrong = build(program)
        if wrong:
            raise ValueError(f"the tree itself does not build:\n{wrong}")
        how = notices(program)
        if how:
            raise ValueError(f"{program} fails without a planted bug: {how}")


def run(chosen):
    prepare(sorted({bug.room for bug in chosen}))
    missed = []
    for bug in chosen:
        began = time.monotonic()
        sound = plant(bug)
        try:
            caught = noticed_by(bug)
        finally:
            uproot(sound)
        if not caught:
            missed.append(bug.name)
        told = f"caught by {caught[0]}: {caught[1]}" if caught else "MISSED"
        print(f"{bug.name:45} {told} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"planted bugs: {len(chosen) - len(missed)} of {len(chosen)} caught"
          + (f"; missed: {', '.join(missed)}" if missed else ""))
    return 0 if len(chosen) - len(missed) >= SHARE_TO_CATCH * len(chosen) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("tree", nargs="?", type=Path, default=ROOT)
    running = commands.add_parser("run")
    running.add_argument("--room", choices=PROGRAMS)
    running.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    if arguments.command == "check":
        return check(arguments.tree.resolve())
    found = bugs()
    unknown = set(arguments.names) - {bug.name for bug in found}
    if unknown:
        running.error(f"no such bug: {', '.join(sorted(unknown))}")
    chosen = [bug for bug in found if not arguments.names or bug.name in arguments.names]
    chosen = [bug for bug in chosen if arguments.room in (None, bug.room)]
    try:
        return run(chosen)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
