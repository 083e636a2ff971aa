#!/usr/bin/env python3
"""The faults that must not hurt a client, their state, and the tests that prove them.

    rows.py [ROOT] [--tests]      --tests: the name of every test, too

Fails when a row is missing or twice, names a test that does not exist, or claims more than it has.
"""

import re
import sys
from pathlib import Path

SECTIONS = {"A": 13, "B": 26, "C": 21, "D": 12, "J": 16, "W": 18, "X": 8}
STATES = ("whole", "partly", "open", "later")
TEST = re.compile(r"\bTEST(?:_P|_F)?\(\s*(\w+),\s*(\w+)\s*\)")
ID = re.compile(r"(?<![A-Za-z0-9])([ABCDJKWX]\d{1,2})(?=_)")


def tests_of(root):
    """Every test's name, and what the ids in its name or its instances' name prove."""
    names, proven = set(), {}
    for folder in ("src", "tests"):
        for path in sorted((root / folder).rglob("*_test.cc")):
            text = path.read_text(encoding="utf-8")
            for suite, test in TEST.findall(text):
                name = f"{suite}.{test}"
                names.add(name)
                if path.is_relative_to(root / "src/mock"):
                    continue  # that the mock can send a fault proves nothing about who receives it
                ids = re.match(r"(?:[A-Z]\d{1,2}_)*", test).group(0)
                for row in ID.findall(ids):
                    proven.setdefault(row, set()).add(name)
    return names, proven


def rows_of(text):
    """(line, id, what, state, remark, tests) of each row; a line that is none is a fault."""
    rows, faults = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4:
            faults.append(f"line {number}: expected four parts with '|' between them")
            continue
        row, what, state, tests = parts
        state, _, remark = state.partition(":")
        rows.append((number, row, what, state, remark.strip(), [t.strip() for t in tests.split(",") if t.strip()]))
    return rows, faults


def check(text, names, proven):
    """The rows with all their tests, and what is wrong with them."""
    rows, faults = rows_of(text)
    seen, table = set(), []
    for number, row, what, state, remark, further in rows:
        where = f"line {number}: {row}"
        if row in seen:
            faults.append(f"{where} stands here twice")
        seen.add(row)
        if state not in STATES:
            faults.append(f"{where}: '{state}' is no state; write one of {', '.join(STATES)}")
        if state == "partly" and not remark:
            faults.append(f"{where}: say behind 'partly:' what is missing")
        for test in further:
            if test not in names:
                faults.append(f"{where}: there is no test {test}")
        tests = sorted(proven.get(row, set()) | set(further))
        if state == "whole" and not tests:
            faults.append(f"{where} is called whole, and no test proves it")
        table.append((row, what, state, remark, tests))
    for section, count in SECTIONS.items():
        for at in range(1, count + 1):
            if f"{section}{at}" not in seen:
                faults.append(f"{section}{at} is missing")
    for row in sorted(proven.keys() - seen):
        faults.append(f"tests carry the id {row}, which is no row")
    return table, faults


def show(table, with_tests):
    for row, what, state, remark, tests in table:
        print(f"{row:4} {state:6} {len(tests):2} {'tests' if len(tests) != 1 else 'test '}  {what}")
        if remark:
            print(f"{'':22}missing or limited: {remark}")
        if with_tests:
            for test in tests:
                print(f"{'':22}{test}")
    counts = ", ".join(f"{sum(1 for entry in table if entry[2] == state)} {state}" for state in STATES)
    print(f"{len(table)} rows: {counts}")


def main(arguments):
    roots = [argument for argument in arguments if not argument.startswith("--")]
    root = Path(roots[0]) if roots else Path(__file__).resolve().parents[2]
    text = (root / "tests/faults/rows.txt").read_text(encoding="utf-8")
    table, faults = check(text, *tests_of(root))
    show(table, "--tests" in arguments)
    for fault in faults:
        print(f"tests/faults/rows.txt: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
