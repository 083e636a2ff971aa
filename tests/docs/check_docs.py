#!/usr/bin/env python3
"""The documents are checked like code: what they link to exists, what they show works.

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

SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__"}
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
ENVIRONMENT = re.compile(r"\benv: *([A-Za-z_][A-Za-z0-9_]*)")
FILE = re.compile(r"\b(file|cert|key|client_ca|ca): *(/[^\s,}\]]+)")
SECONDS = 20


def documents(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS and not n.startswith("."))
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".md"))


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


def link_faults(page):
    """Links within the repository that lead nowhere."""
    for link in LINK.findall(prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        if not target.exists():
            yield f"the link to {link} leads nowhere"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"the link to {link} has no such anchor"


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


def check_configuration(drover, text):
    """What `drover check` says against a configuration, with made-up keys and files; empty when it is good."""
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
        if done.returncode != 0:
            return done.stderr.replace(folder + "/", "") or f"exit code {done.returncode}"
        return ""


def help_of(drover, *subcommand):
    return subprocess.run([drover, *subcommand, "--help"], capture_output=True, text=True, timeout=SECONDS, check=True).stdout


def command_faults(drover, text):
    """Subcommands and options that the page shows and the program does not have."""
    subcommands = re.findall(r"^  ([a-z]+) {2,}", help_of(drover).partition("Subcommands:")[2], re.MULTILINE)
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = line.split()
            if words[:1] != ["drover"]:
                continue
            if words[1] not in subcommands:
                yield f"there is no 'drover {words[1]}'"
                continue
            known = set(re.findall(r"--[a-z-]+", help_of(drover, words[1])))
            for option in re.findall(r"(?<=\s)--[a-z-]+", line):
                if option not in known:
                    yield f"'drover {words[1]}' has no {option}"


def check(root, drover):
    """All faults, as 'page: sentence'."""
    faults = []

    def add(page, found):
        faults.extend(f"{page}: {sentence}" for sentence in found)

    for page in documents(root):
        add(page.relative_to(root), link_faults(page))
    readme, thai = ((root / name).read_text(encoding="utf-8") for name in ("README.md", "README.th.md"))
    targets = set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))
    for name in ("README.md", "README.th.md", "CONTRIBUTING.md"):
        text = (root / name).read_text(encoding="utf-8")
        add(name, make_faults(text, targets))
        add(name, command_faults(drover, text))
        for block in blocks(text, "yaml"):
            if re.search(r"^providers:", block, re.MULTILINE):
                add(name, [said] if (said := check_configuration(drover, block)) else [])
    add("README.th.md", translation_faults(readme, thai))
    said = check_configuration(drover, (root / "drover.example.yaml").read_text(encoding="utf-8"))
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
