"""docs/settings.md says what src/config/schema.h says: each setting once, in both, and the program's own defaults."""

import re

from pages import CODE, read, rows, sections

KEYS = re.compile(r"std::string_view, \d+> (k\w+) = \{(.*?)\};", re.DOTALL)
SHAPE = re.compile(r'constexpr Shape k\w+\{"([^"]+)",\s*keys::(k\w+),')
#: Sections whose defaults are for anybody who leaves them out, and where their settings stand in a file.
PLACES = {"the configuration": "", "retry": "retry", "timeouts": "timeouts", "timeouts.head": "timeouts.head", "health": "health",
          "limits": "limits"}


def schema(header):
    """{name of the shape: set of its keys}, read from schema.h."""
    keys = {name: set(re.findall(r'"([^"]+)"', body)) for name, body in KEYS.findall(header)}
    return {shape: keys[name] for shape, name in SHAPE.findall(header)}


def described(page):
    """{name of the section: {setting: its default's cell}}, read from the page."""
    found = {}
    for heading, text in sections(page).items():
        name = CODE.fullmatch(heading)
        if name:
            found[name[1]] = {CODE.match(row[0])[1]: row[2] for row in rows(text) if CODE.match(row[0])}
    return found


def schema_faults(page, header):
    """Settings that only one of the two knows."""
    here, there = described(page), schema(header)
    for shape in sorted(there.keys() | here.keys()):
        for key in sorted(there.get(shape, set()) - here.get(shape, {}).keys()):
            yield f"{shape}: '{key}' is missing"
        for key in sorted(here.get(shape, {}).keys() - there.get(shape, set())):
            yield f"{shape}: there is no '{key}'"


def defaults(page):
    """The defaults that are a value, as {place in a file: {setting: value}}."""
    found = {}
    for section, place in PLACES.items():
        cells = described(page).get(section, {})
        found[place] = {key: CODE.fullmatch(cell)[1] for key, cell in cells.items() if CODE.fullmatch(cell)}
    return found


def written_out(values):
    """A configuration in which every default is written out."""
    lines = [f"{key}: {value}" for key, value in values[""].items()]
    for place in ("retry", "timeouts", "health", "limits"):
        members = dict(values[place])
        if place == "timeouts":
            members["head"] = "{ " + ", ".join(f"{key}: {value}" for key, value in values["timeouts.head"].items()) + " }"
        lines.append(f"{place}: {{ " + ", ".join(f"{key}: {value}" for key, value in members.items()) + " }")
    return "\n".join(lines) + "\n"


def default_faults(page, printed_by_check):
    """Defaults that are not the program's: what `drover check` prints changes when they are written out.

    `printed_by_check` takes a configuration and returns what the program prints of it.
    """
    plain = 'providers:\n  a: { base_url: "https://a.example/v1", keys: [ { env: A_KEY } ] }\nmodels: { m: { targets: [ a ] } }\n'
    without, with_them = printed_by_check(plain), printed_by_check(plain + written_out(defaults(page)))
    if without != with_them:
        before, after = set(without.splitlines()), set(with_them.splitlines())
        yield "the defaults are not the program's: " + "; ".join(sorted(after - before)) + " instead of " + "; ".join(sorted(before - after))


def check(root, printed_by_check):
    page = read(root / "docs/settings.md")
    yield from schema_faults(page, read(root / "src/config/schema.h"))
    yield from default_faults(page, printed_by_check)
