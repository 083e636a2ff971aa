#!/usr/bin/env python3
"""Runs the bench's workloads through one drover for a few seconds each, so that a build that counts knows what is hot.

  BUILD=build/pgo PEERS=drover bench/train.py      (scripts/build-pgo does this between its two passes)
"""

import pathlib
import tempfile

import run

# What is trained for how long, in milliseconds. An instrumented program is slow: these are some 100,000 requests.
SMALL_MS, OTHER_MS = 5000, 2500


def main():
    run.most_descriptors()
    peers = run.load_peers()
    name = peers[0].NAME
    with tempfile.TemporaryDirectory(prefix="drover-train-") as folder_name:
        folder = pathlib.Path(folder_name)
        run.certificate(folder)
        texts = run.bodies(folder)
        for tls in (False, True):
            with run.World(peers, folder, upstreams=3, log=True, tls=tls) as world:
                world.load(name, texts["small"], milliseconds=SMALL_MS)
                world.load(name, texts["large"], connections=16, milliseconds=OTHER_MS)
            with run.World(peers, folder, streams=True, log=True, tls=tls) as world:
                world.load(name, texts["stream"], connections=200, stream=1, milliseconds=OTHER_MS)


if __name__ == "__main__":
    main()
