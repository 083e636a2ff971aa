#!/usr/bin/env python3
"""Installs the package into a folder and uses it from outside the source tree: both compilers at C++17, both libraries,
CMake and pkg-config, every example, and Python through the C interface, all against `drover mock`.

    check_package.py BUILD_FOLDER SOURCE_FOLDER
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 300
COMPILERS = ("g++", "clang++-19")
KEYS = ("sk-mock-1", "sk-mock-2", "sk-mock-3")
EXAMPLES = ("one_key_with_retries", "keys_in_turns", "failover_under_load", "terminal_chat", "coroutine")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")


def run(*command, said="", **options):
    """What a command printed; a failure ends the test with both of its streams."""
    done = subprocess.run([str(word) for word in command], input=said, capture_output=True, text=True, timeout=SECONDS,
                          check=False, **options)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def mock_provider(drover):
    """The base URL of a mock that runs as long as the block."""
    with subprocess.Popen([drover, "mock", "--port", "0", "--fast", *(word for key in KEYS for word in ("--key", key))],
                          stdout=subprocess.PIPE, text=True) as mock:
        try:
            yield re.search(r"http://\S+", mock.stdout.readline()).group()
        finally:
            mock.send_signal(signal.SIGTERM)


def installed(build, stage):
    """The root of a fresh installation, made as `make install DESTDIR=` makes it."""
    run("cmake", "--install", build, "--component", "package", "--prefix", "/usr/local",
        env={**os.environ, "DESTDIR": str(stage)})
    root = stage / "usr/local"
    present = {path.name for path in root.rglob("*")}
    for name in ("drover", "client.h", "drover.h", "libdrover.so", "libdrover.a", "drover-config.cmake", "drover.pc"):
        assert name in present, f"{name} is not installed"
    assert not any("src/" in str(path) for path in root.rglob("*.h")), "only include/drover is installed"
    return root


def folder_of(root, name):
    return next(root.rglob(name)).parent


def check_symbols(root):
    """The shared library shows its interface and nothing else; the static one defines nothing else."""
    shared = run("nm", "-D", "--defined-only", "-C", folder_of(root, "libdrover.so") / "libdrover.so").splitlines()
    static = run("nm", "-g", "--defined-only", "-C", folder_of(root, "libdrover.a") / "libdrover.a").splitlines()
    for line in shared + static:
        name = line.split(maxsplit=2)[-1] if len(line.split()) > 2 else ""
        assert not name or re.match(r"(typeinfo( name)? for |vtable for )?(drover::v0::|drover_)", name), f"visible: {name}"
        assert "::State::" not in name.split("(")[0], f"visible: {name}"
    assert any("drover::v0::Client::chat" in line for line in shared)
    assert any("drover_chat" in line for line in static)


def check_headers(root):
    """Each header compiles alone at C++17, in both compilers; the C one as C; asio.h at C++20."""
    include = folder_of(root, "client.h").parent
    for header in sorted((include / "drover").glob("*.h")):
        standard = "-std=c++20" if header.name == "asio.h" else "-std=c++17"
        for compiler in COMPILERS:
            run(compiler, standard, *WARNINGS, f"-I{include}", "-fsyntax-only", "-x", "c++", "-",
                said=f"#include <drover/{header.name}>\n")
    run("gcc", "-std=c99", *WARNINGS[:3], "-Werror", f"-I{include}", "-fsyntax-only", "-x", "c", "-",
        said="#include <drover/drover.h>\n")


def built_with_cmake(root, source, folder, compiler, static):
    run("cmake", "-G", "Ninja", "-S", source / "tests/package/consumer", "-B", folder, f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DCMAKE_PREFIX_PATH={root}", f"-Ddrover_USE_STATIC_LIBS={static}",
        f"-DEXAMPLES_FOLDER={source / 'examples'}", f"-DEXAMPLES={';'.join(EXAMPLES)}")
    run("cmake", "--build", folder)


def built_with_pkg_config(root, source, program):
    path = {**os.environ, "PKG_CONFIG_PATH": str(folder_of(root, "drover.pc"))}
    flags = run("pkg-config", "--cflags", "--libs", "drover", env=path).split()
    run("g++", "-std=c++17", source / "tests/package/consumer/main.cc", "-o", program, *flags)
    static = run("pkg-config", "--static", "--libs", "drover", env=path).split()
    assert "-lssl" in static and "-lyaml-cpp" in static
    assert run("pkg-config", "--modversion", "drover", env=path).strip().count(".") == 2


def write_configuration(path, url):
    keys = "".join(f"      - {{ value: {key} }}\n" for key in KEYS)
    path.write_text(f"providers:\n  mock:\n    base_url: {url}\n    keys:\n{keys}models:\n  gpt-4o: {{ targets: [ mock ] }}\n"
                    "health: { probe: off }\n", encoding="utf-8")
    path.chmod(0o600)


def run_examples(folder, url, file):
    """Each example, and what it must have said."""
    assert "1 attempts" in run(folder / "one_key_with_retries", url, KEYS[0], "gpt-4o")
    turns = run(folder / "keys_in_turns", url, *KEYS)
    assert turns.count(" 429") == 1 and "keys/2 is cooling: rate_limited" in turns, turns
    load = run(folder / "failover_under_load", 2000, url, "gpt-4o", *KEYS)
    assert "2000 calls" in load and " 0 failed" in load, load
    chat = run(folder / "terminal_chat", file, said="hello\nagain\n")
    assert chat.count("> ") == 3 and len(chat.splitlines()) >= 2, chat
    answers = run(folder / "coroutine", file)
    assert all(f"{word}: " in answers for word in ("one", "two", "three")), answers


def main(build, source):
    build, source = Path(build).resolve(), Path(source).resolve()
    with tempfile.TemporaryDirectory() as name, mock_provider(build / "drover") as url:
        folder = Path(name)
        root = installed(build, folder / "stage")
        check_symbols(root)
        check_headers(root)
        libraries = {**os.environ, "LD_LIBRARY_PATH": str(folder_of(root, "libdrover.so"))}
        file = folder / "drover.yaml"
        write_configuration(file, url)
        for compiler in COMPILERS:
            for static in ("OFF", "ON"):
                project = folder / f"{compiler}-{static}"
                built_with_cmake(root, source, project, compiler, static)
                assert "all good" in run(project / "consumer", url, KEYS[0])
                print(f"{compiler} at C++17, {'static' if static == 'ON' else 'shared'}: good")
        run_examples(folder / "g++-ON", url, file)
        run_examples(folder / "clang++-19-OFF", url, file)
        built_with_pkg_config(root, source, folder / "by_pkg_config")
        assert "all good" in run(folder / "by_pkg_config", url, KEYS[0], env=libraries)
        run("/usr/bin/python3", source / "tests/package/use_from_python.py",
            folder_of(root, "libdrover.so") / "libdrover.so", file)
        said = run(build / "drover", "chat", "--config", file, "hello")
        assert said.strip(), "drover chat said nothing"
    print("the package holds")


if __name__ == "__main__":
    main(*sys.argv[1:])
