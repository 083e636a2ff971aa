#!/usr/bin/env python3
"""Plants each bug of this folder in a copy of the tree and says whether core_test or sim_test notices it.

    planted.py check            every patch applies to the tree as it is, and is small (part of `make test`)
    planted.py run [NAME ...]   plant them, one after the other (make planted); NAME: only these

A patch is one line that says what is broken, an empty line, and a diff with one line of context. Exit codes: 0 good,
1 too many were missed, 2 a patch is no good. DROVER_PLANTED_SEEDS: simulated worlds per bug (2,000).
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "planted" / "tree"
BUILD = COPY / "build"
COPIED = ("CMakeLists.txt", "CMakePresets.json", "cmake", "src", "include", "tests", "fuzz", "bench", "examples")

MOST_CHANGED_LINES = 6
FEWEST_BUGS = 30
SHARE_TO_CATCH = 28 / 30
SEEDS = os.environ.get("DROVER_PLANTED_SEEDS", "2000")
# What a bug leaves unused is no error here.
LEFT_OVER = " ".join(f"-Wno-error=unused-{what}" for what in ("variable", "parameter", "function", "but-set-variable"))
# A bug may make a loop endless: then it is noticed by the time it takes.
LONGEST_TEST_SECONDS = 300


def patches():
    return sorted(HERE.glob("*.patch"))


def git_apply(patch, tree, *options):
    """git apply works on any folder, as long as it finds no repository above it."""
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(tree.parent))
    return subprocess.run(["git", "apply", *options, str(patch)], cwd=tree, env=environment, capture_output=True,
                          text=True)


def fault_of(patch, tree):
    """What is wrong with a patch itself, or None."""
    lines = patch.read_text(encoding="utf-8").splitlines()
    if len(lines) < 3 or not lines[0].endswith(".") or lines[1]:
        return "begins with one sentence that says what is broken, and an empty line"
    changed = [line for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]
    if len(changed) > MOST_CHANGED_LINES:
        return f"changes {len(changed)} lines; a bug to plant changes at most {MOST_CHANGED_LINES}"
    if any(line.startswith("+++ ") and not line.startswith("+++ b/src/core/") for line in lines):
        return "changes something outside src/core"
    checked = git_apply(patch, tree, "--check")
    return None if checked.returncode == 0 else "does not apply any more: " + checked.stderr.strip()


def check(tree):
    found = patches()
    faults = [f"{patch.name}: {fault}" for patch in found if (fault := fault_of(patch, tree))]
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
    done = subprocess.run(["ninja", "-C", str(BUILD), program], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout[-2000:]


def notices(program):
    """Whether a test program fails; '' when it does not, else how."""
    environment = dict(os.environ, DROVER_SIM_SEEDS=SEEDS)
    try:
        ran = subprocess.run([str(BUILD / program), "--gtest_brief=1", "--gtest_fail_fast"], cwd=COPY, env=environment,
                             capture_output=True, text=True, timeout=LONGEST_TEST_SECONDS)
    except subprocess.TimeoutExpired:
        return "never ended"
    if ran.returncode == 0:
        return ""
    failed = [line.split("]", 1)[1].split("(")[0].strip() for line in ran.stdout.splitlines() if "[  FAILED  ]" in line]
    return failed[0].rstrip(", ") if failed else f"ended with {ran.returncode}"


def noticed_by(patch):
    """(program, test) that notices a planted bug, None when nobody does; raises ValueError for a bug that is none."""
    for program in ("core_test", "sim_test"):
        wrong = build(program)
        if wrong:
            raise ValueError(f"{patch.name} does not compile:\n{wrong}")
        how = notices(program)
        if how:
            return program, how
    return None


def prepare():
    copy_tree()
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cmake", "-S", str(COPY), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DCMAKE_CXX_COMPILER=g++", "-DDROVER_TESTS=ON", f"-DCMAKE_CXX_FLAGS={LEFT_OVER}"], check=True,
                   stdout=subprocess.DEVNULL)
    for program in ("core_test", "sim_test"):
        wrong = build(program)
        if wrong:
            raise ValueError(f"the tree itself does not build:\n{wrong}")
        how = notices(program)
        if how:
            raise ValueError(f"{program} fails without a planted bug: {how}")


def run(names):
    chosen = [patch for patch in patches() if not names or patch.stem in names]
    prepare()
    missed = []
    for patch in chosen:
        began = time.monotonic()
        if git_apply(patch, COPY).returncode != 0:
            raise ValueError(f"{patch.name} does not apply")
        try:
            caught = noticed_by(patch)
        finally:
            git_apply(patch, COPY, "-R")
        if not caught:
            missed.append(patch.stem)
        told = f"caught by {caught[0]}: {caught[1]}" if caught else "MISSED"
        print(f"{patch.stem:40} {told} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"planted bugs: {len(chosen) - len(missed)} of {len(chosen)} caught"
          + (f"; missed: {', '.join(missed)}" if missed else ""))
    return 0 if len(chosen) - len(missed) >= SHARE_TO_CATCH * len(chosen) else 1


def main(arguments):
    command = arguments[1] if len(arguments) > 1 else ""
    if command == "check":
        return check(Path(arguments[2]).resolve() if len(arguments) > 2 else ROOT)
    if command != "run":
        print(__doc__, file=sys.stderr)
        return 2
    unknown = set(arguments[2:]) - {patch.stem for patch in patches()}
    if unknown:
        print(f"no such bug: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    try:
        return run(arguments[2:])
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
