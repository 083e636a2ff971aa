"""drover with everything on: routing by model, choice of key and server, metering, and (with logs) its access log."""

import os
import pathlib
import subprocess

NAME = "drover"
ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = str(ROOT / (os.environ.get("DROVER") or f"{os.environ.get('BUILD', 'build/bench')}/drover"))


def start(case):
    scheme = "https" if case.tls else "http"
    servers = ", ".join(f"{scheme}://localhost:{port}/v1" if case.tls else f"{scheme}://127.0.0.1:{port}/v1"
                        for port in case.upstreams)
    trust = f"    ca: {case.tls}\n" if case.tls else ""
    log = f"access_log: {case.log}\n" if case.log else ""
    text = f"""
listen: 127.0.0.1:{case.port}
admin: off
threads: {case.threads}
providers:
  bench:
    servers: [ {servers} ]
    keys: [ {{ env: BENCH_KEY }} ]
{trust}    connections: {{ keep: 20000, max: 30000 }}
models:
  bench: {{ targets: [ bench ] }}
health: {{ probe: off }}
timeouts: {{ idle: 1h, first_content: 1h }}
"""
    case.write("drover.yaml", text + log)
    if log and subprocess.run([PROGRAM, "check", f"{case.folder}/drover.yaml"], capture_output=True,
                              env={**os.environ, "BENCH_KEY": "sk-bench"}).returncode != 0:
        print("  (this drover has no access log yet: its rows with logs are without)")
        case.write("drover.yaml", text)
    return [PROGRAM, "serve", "--config", f"{case.folder}/drover.yaml"]
