"""docs/http.md lists the codes of errors that clients can get: each is in the program, and each of core/dispatch/answer_table.cc is listed."""

import re

from pages import ANCHOR, read, rows

ROW = re.compile(r'\{\d{3}, "(\w+)"')
CODES = re.compile(r"`([a-z0-9_*]+)`")
#: Rows of the table that no client is told by: a wrong client key has codes of its own, and a client that left hears nothing.
NOT_TOLD = {"unauthorized", "cancelled"}


def listed(page):
    """The codes in the table below the anchor `errors`; one may end in a star."""
    errors = page.partition('<a id="errors"></a>')[2]
    return {code for row in rows(ANCHOR.split(errors)[0]) for code in CODES.findall(row[1])}


def faults(page, sources, answer_table):
    """`sources`: the text of all sources; `answer_table`: that of core/dispatch/answer_table.cc."""
    codes = listed(page)
    literals = set(re.findall(r'"([a-z0-9_]+)"', sources))
    for code in sorted(codes):
        if not any(re.fullmatch(code.replace("*", "[a-z0-9_]+"), literal) for literal in literals):
            yield f"no error has the code {code}"
    for code in sorted(set(ROW.findall(answer_table)) - NOT_TOLD - codes):
        yield f"the code {code} is missing"


def check(root):
    files = sorted(path for path in (root / "src").rglob("*") if path.suffix in (".h", ".cc") and "_test" not in path.name)
    answer_table = next(path for path in files if path.name == "answer_table.cc")
    yield from faults(read(root / "docs/http.md"), "".join(read(path) for path in files), read(answer_table))
