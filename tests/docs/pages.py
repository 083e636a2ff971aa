"""What stands in a page: its fenced blocks, links, anchors and tables."""

import os
import re
from pathlib import Path

SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__"}
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def documents(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS and not n.startswith("."))
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".md"))


def read(path):
    return path.read_text(encoding="utf-8")


def blocks(text, language):
    """The fenced blocks of one language."""
    return [found.group(3) for found in FENCE.finditer(text) if found.group(2) == language]


def prose(text):
    """The text without its fenced blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def slug(heading):
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(text):
    """Every place in a page that a link can lead to."""
    return set(ANCHOR.findall(text)) | {slug(h) for h in HEADING.findall(FENCE.sub("", text))}


def images(text):
    """The pictures of a page, by address."""
    return [address for mark, _, address in LINK.findall(prose(text)) if mark]


def sections(text, level=2):
    """The parts of a page under its headings of one level: {heading: text}."""
    parts = re.split(rf"^{'#' * level} +(.+?) *$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def rows(text):
    """The rows of a page's tables, as lists of cells, without the headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for at, row in enumerate(cells) if not is_rule(row) and not (at + 1 < len(cells) and is_rule(cells[at + 1]))]


def is_rule(row):
    return all(re.fullmatch(r":?-+:?", cell) for cell in row)
