#!/usr/bin/env python3
"""The documents are checked like code: what they link to exists, what they show works, and they keep to their sizes.

    DROVER=build/release/drover check_docs.py [ROOT]

Not checked here: whether the prose is true.
"""

import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import find_it
import front_page
import house
import http_page
import settings_page
from pages import ANCHOR, FENCE, LINK, anchors, blocks, documents, images, prose, read

MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
ENVIRONMENT = re.compile(r"\benv: *([A-Za-z_][A-Za-z0-9_]*)")
FILE = re.compile(r"\b(file|cert|key|client_ca|ca): *(/[^\s,}\]]+)")
METRIC = re.compile(r'(?:counter|gauge|histogram)\(\s*"(drover_\w+)"')
ASSIGNMENT = re.compile(r"^(?:[A-Z_]+=\S+ +)+")
SECONDS = 20
#: The front page is read on one screen, a page of the manual in one sitting.
FRONT_PAGE_BYTES = 8 * 1024
PAGE_BYTES = 20 * 1024


def link_faults(page):
    """Links and pictures within the repository that lead nowhere."""
    for _, _, link in LINK.findall(prose(read(page))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        if not target.exists():
            yield f"the link to {link} leads nowhere"
        elif anchor and target.suffix == ".md" and anchor not in anchors(read(target)):
            yield f"the link to {link} has no such anchor"


def size_faults(size, most):
    if size > most:
        yield f"{size} bytes; at most {most} are read"


def map_faults(folder):
    """Pages of the manual that its map does not link to."""
    linked = {link.partition("#")[0] for _, _, link in LINK.findall(prose(read(folder / "README.md")))}
    for page in sorted(folder.glob("*.md")):
        if page.name != "README.md" and page.name not in linked:
            yield f"the map leaves out {page.name}"


def metric_faults(page, source):
    """Metrics that only the page or only the program has."""
    told, counted = set(re.findall(r"`(drover_\w+)`", page)), set(METRIC.findall(source))
    yield from (f"there is no metric {name}" for name in sorted(told - counted))
    yield from (f"the metric {name} is missing" for name in sorted(counted - told))


def chart_faults(root):
    """The chart of the front page is what its script draws from the recorded run."""
    images_of_docs = root / "docs/images"
    drawn = subprocess.run([root / "scripts/draw-demo", images_of_docs / "demo.txt"], capture_output=True, text=True, timeout=SECONDS,
                           check=False)
    if drawn.stdout != read(images_of_docs / "failover.svg"):
        yield "is not what scripts/draw-demo draws from docs/images/demo.txt " + drawn.stderr.strip()


def make_faults(text, targets):
    """Targets that the page names and the Makefile does not have."""
    code = "\n".join(re.findall(r"`[^`\n]+`", FENCE.sub("", text)) + blocks(text, "sh"))
    for name in MAKE.findall(code):
        if name not in targets:
            yield f"'make {name}' is not in the Makefile"


def without_comments(block):
    lines = (re.sub(r"(^|\s)#.*$", "", line).rstrip() for line in block.splitlines())
    return [re.sub(r"\s+", " ", line.strip()) for line in lines if line]


def translation_faults(original, translation):
    """Where two languages of one page show different things."""
    if ANCHOR.findall(original) != ANCHOR.findall(translation):
        yield f"the sections differ: {ANCHOR.findall(original)} and {ANCHOR.findall(translation)}"
    if images(original) != images(translation):
        yield f"the pictures differ: {images(original)} and {images(translation)}"
    for language in ("sh", "yaml", "python", "js"):
        first = [without_comments(b) for b in blocks(original, language)]
        second = [without_comments(b) for b in blocks(translation, language)]
        if first != second:
            yield f"the {language} blocks differ: {first} and {second}"


@functools.cache
def certificate():
    """A certificate and its private key, made up: what a configuration's files hold here."""
    with tempfile.TemporaryDirectory() as folder:
        key, cert = Path(folder) / "key.pem", Path(folder) / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(cert)],
                       capture_output=True, timeout=SECONDS, check=True)
        return cert.read_text(encoding="ascii"), key.read_text(encoding="ascii")


def content(kind, name):
    """What stands in a file that a configuration names under `kind`."""
    if kind == "file":
        return f"f-{name}-7d793037a0760186\n"
    cert, key = certificate()
    return key if kind == "key" else cert


def run_check(drover, text):
    """Runs `drover check` on a configuration, with made-up keys and files; what it says names no folder."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": "/usr/bin:/bin"}
        for number, name in enumerate(sorted(set(ENVIRONMENT.findall(text)))):
            environment[name] = f"k{number}-5d41402abc4b2a76b9719d91"

        def here(found):
            path = Path(folder) / found.group(2).strip("/").replace("/", "-")
            path.write_text(content(found.group(1), path.name), encoding="utf-8")
            path.chmod(0o600)
            return f"{found.group(1)}: {path}"

        file = Path(folder) / "drover.yaml"
        file.write_text(FILE.sub(here, text), encoding="utf-8")
        done = subprocess.run([drover, "check", str(file)], env=environment, capture_output=True, text=True,
                              timeout=SECONDS, check=False)
        return done.returncode, done.stdout.replace(folder + "/", ""), done.stderr.replace(folder + "/", "")


def check_configuration(drover, text):
    """What `drover check` says against a configuration; empty when it is good."""
    code, _, wrong = run_check(drover, text)
    return (wrong or f"exit code {code}") if code != 0 else ""


def printed_by_check(drover, text):
    """What `drover check` prints of a configuration, good or not."""
    _, printed, wrong = run_check(drover, text)
    return printed + wrong


def help_of(drover, *subcommand):
    return subprocess.run([drover, *subcommand, "--help"], capture_output=True, text=True, timeout=SECONDS, check=True).stdout


def subcommands_of(drover, *subcommand):
    return re.findall(r"^  ([a-z]+) {2,}", help_of(drover, *subcommand).partition("Subcommands:")[2], re.MULTILINE)


def command_faults(drover, text):
    """Subcommands and options that the page shows and the program does not have."""
    subcommands = subcommands_of(drover)
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = ASSIGNMENT.sub("", line).split()
            if words[:1] != ["drover"]:
                continue
            if words[1] not in subcommands:
                yield f"there is no 'drover {words[1]}'"
                continue
            nested = words[1:3] if words[2:3] and words[2] in subcommands_of(drover, words[1]) else words[1:2]
            known = set(re.findall(r"--[a-z-]+", help_of(drover, *nested)))
            for option in re.findall(r"(?<=\s)--[a-z-]+", line):
                if option not in known:
                    yield f"'drover {words[1]}' has no {option}"


def page_faults(page, drover, targets):
    """What is wrong with one page by itself."""
    text = read(page)
    yield from link_faults(page)
    yield from make_faults(text, targets)
    yield from command_faults(drover, text)
    for block in blocks(text, "yaml"):
        if re.search(r"^providers:", block, re.MULTILINE) and (said := check_configuration(drover, block)):
            yield said


def check(root, drover):
    """All faults, as 'page: sentence'."""
    faults = []

    def add(page, found):
        faults.extend(f"{page}: {sentence}" for sentence in found)

    targets = set(TARGET.findall(read(root / "Makefile")))
    for page in documents(root):
        add(page.relative_to(root), page_faults(page, drover, targets))
        if root / "docs" in page.parents:
            add(page.relative_to(root), size_faults(page.stat().st_size, PAGE_BYTES))
    add("docs/README.md", map_faults(root / "docs"))
    add("docs/settings.md", settings_page.check(root, functools.partial(printed_by_check, drover)))
    add("docs/status-and-explain.md",
        metric_faults(read(root / "docs/status-and-explain.md"), read(root / "src/telemetry/metrics/metrics.cc")))
    add("docs/images/failover.svg", chart_faults(root))
    add("docs/http.md", http_page.check(root))
    add("ARCHITECTURE.md", house.check(root))
    add("docs/find-it.md", find_it.faults(read(root / "docs/find-it.md"), root / "src"))
    readme, thai = (read(root / name) for name in ("README.md", "README.th.md"))
    add("README.md", size_faults(len(readme.encode()), FRONT_PAGE_BYTES))
    add("README.th.md", size_faults(len(thai), FRONT_PAGE_BYTES))  # characters: each Thai one has three bytes
    add("README.md", front_page.faults(drover, root, readme))
    add("README.th.md", translation_faults(readme, thai))
    said = check_configuration(drover, read(root / "drover.example.yaml"))
    add("drover.example.yaml", [said] if said else [])
    return faults


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else ".").resolve()
    drover = os.environ.get("DROVER")
    if not drover:
        print("set DROVER to the program that the documents are about", file=sys.stderr)
        return 2
    faults = check(root, str(Path(drover).resolve()))
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults in the documents" if faults else "the documents hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
