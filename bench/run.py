#!/usr/bin/env python3
"""The bench: nginx, HAProxy and drover before the same upstreams, in interleaved rounds. docs/performance.md says how to
read it.

  bench/run.py            everything, under ten minutes
  QUICK=1 bench/run.py    short rounds and small numbers, to see that it works
  PEERS=nginx,drover      only these; another peer is a file in bench/peers with NAME and start(case)
"""

import dataclasses
import importlib.util
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import chart

HERE = pathlib.Path(__file__).parent
BUILD = HERE.parent / os.environ.get("BUILD", "build/bench")
RESULTS = HERE / "results"
QUICK = bool(os.environ.get("QUICK"))
ROUNDS = 2 if QUICK else 7
ROUND_MS = 400 if QUICK else 1000
CONNECTIONS = 64
# Memory that a peer gives back when it was free for a while is not what its streams need.
SETTLE = 2.5
EVENTS_PER_SECOND = 25_000
FIRST_PORT = 19100
PROXY_CORE, LOAD_CORE = "0", "1"


@dataclasses.dataclass
class Case:
    """What a peer is to do: its start() writes a configuration for this into `folder`."""
    folder: pathlib.Path
    port: int
    upstreams: list
    tls: str = ""      # CA file, when the upstreams speak TLS
    log: str = ""      # file of the access log, or none
    streams: bool = False
    threads: int = 1

    def write(self, name, text):
        (self.folder / name).write_text(text)


def load_peers():
    wanted = os.environ.get("PEERS", "nginx,haproxy,drover").split(",")
    peers = []
    for name in wanted:
        spec = importlib.util.spec_from_file_location(name, HERE / "peers" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        peers.append(module)
    return peers


def pinned(core, command):
    return ["taskset", "-c", core] + command if core else command


def wait_for_port(port, process):
    import socket
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def family(pid):
    """The process and its children: nginx works in one of them."""
    pids = [pid]
    for line in subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split():
        pids += family(int(line))
    return pids


def memory_kib(pids, field="Rss"):
    """Of all processes together, pages that they share counted for each."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(field + ":"):
                total += int(line.split()[1])
    return total


def peak_kib(pids):
    text = "".join(pathlib.Path(f"/proc/{pid}/status").read_text() for pid in pids)
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:"))


class World:
    """Upstreams and all peers, running, for one workload."""

    def __init__(self, peers, folder, *, upstreams=1, upstream_options=(), tls=False, log=False, streams=False,
                 threads=1, proxy_core=PROXY_CORE):
        self.processes, self.peers, self.upstreams = [], {}, []
        certificate = ["--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")] if tls else []
        ports = list(range(FIRST_PORT, FIRST_PORT + upstreams))
        for port in ports:
            command = [str(BUILD / "bench_upstream"), "--port", str(port), *upstream_options, *certificate]
            process = subprocess.Popen(pinned(LOAD_CORE, command), stdout=subprocess.PIPE, text=True)
            self.upstreams.append(process)
            self.wait_for_port(port, process)
        for index, peer in enumerate(peers):
            case = Case(folder / peer.NAME, FIRST_PORT + 50 + index, ports, str(folder / "cert.pem") if tls else "",
                        str(folder / f"{peer.NAME}-access.log") if log else "", streams, threads)
            case.folder.mkdir(exist_ok=True)
            output = open(folder / f"{peer.NAME}.out", "w")
            process = subprocess.Popen(pinned(proxy_core, peer.start(case)), stdout=output, stderr=output,
                                       env={**os.environ, "BENCH_KEY": "sk-bench"})
            self.processes.append(process)
            self.wait_for_port(case.port, process)
            self.peers[peer.NAME] = (case.port, process)

    def wait_for_port(self, port, process):
        try:
            wait_for_port(port, process)
        except SystemExit:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        self.end_upstreams()

    def end_upstreams(self):
        """What each upstream has seen."""
        said = []
        for process in self.upstreams:
            process.send_signal(signal.SIGTERM)
            said.append(json.loads(process.communicate()[0] or "{}"))
        self.upstreams = []
        return said

    def pids(self, name):
        return family(self.peers[name][1].pid)

    def load(self, name, body, **options):
        port = self.peers[name][0] if name else FIRST_PORT
        pids = ",".join(map(str, self.pids(name))) if name else ""
        command = [str(BUILD / "bench_load"), "--port", str(port), "--body", str(body), "--pids", pids]
        for key, value in {"connections": CONNECTIONS, "milliseconds": ROUND_MS, **options}.items():
            command += ["--" + key.replace("_", "-"), str(value)]
        done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def hold(self, name, body, count):
        """Opens streams that stay open; returns the process to be ended, or None when the peer did not open them all."""
        command = [str(BUILD / "bench_load"), "--port", str(self.peers[name][0]), "--body", str(body), "--connections",
                   str(count), "--stream", "1", "--hold", "1"]
        holder = subprocess.Popen(pinned(LOAD_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = holder.stdout.readline().strip()
        if said == "held":
            return holder
        print(f"{name} opened {said or 'none'} of {count} streams", file=sys.stderr)
        holder.kill()
        holder.wait()
        return None


def spread(values):
    """Median and the middle half."""
    if not values:
        return {}
    ordered = sorted(values)
    quarter = statistics.quantiles(ordered, n=4) if len(ordered) > 1 else [ordered[0]] * 3
    return {"median": statistics.median(ordered), "low": quarter[0], "high": quarter[2]}


def rounds(world, names, body, per="requests", **options):
    """Interleaved rounds; the figures of each peer and the ratios within each round."""
    samples = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            one = world.load(name, body, **options)
            count = max(1, one[per])
            one["cpu_each_us"] = one["cpu_us"] / count
            one["user_each_us"] = one["cpu_each_us"] * one["user_share"]
            one["per_second"] = one[per] / one["seconds"]
            samples[name].append(one)
    row = {}
    for name in names:
        row[name] = {key: spread([one[key] for one in samples[name]]) for key in
                     ("per_second", "cpu_each_us", "user_each_us", "p50_us", "p99_us", "p999_us", "delay_p50_us",
                      "delay_p99_us")}
        row[name]["failed"] = sum(one["failed"] for one in samples[name])
        row[name]["peak_kib"] = peak_kib(world.pids(name)) if name else 0
    for other in names:
        if "drover" in names and other not in ("drover", None):
            row[f"drover/{other}"] = {
                key: spread([ours[key] / max(theirs[key], 1e-9)
                             for ours, theirs in zip(samples["drover"], samples[other])])
                for key in ("cpu_each_us", "per_second", "p99_us", "delay_p50_us", "delay_p99_us")}
    return row


def bodies(folder):
    """The request bodies, by name."""
    def chat(size, extra=""):
        frame = '{"model":"bench","messages":[{"role":"user","content":"%s"}],"temperature":0.7,"max_tokens":256' + extra + "}"
        text = frame % ("word " * ((size - len(frame)) // 5 + 1))
        return text
    texts = {"small": chat(250), "large": chat(400 * 1024), "stream": chat(250, ',"stream":true')}
    for kib in (1, 16, 128, 1024, 4096, 16384):
        texts[f"{kib}KiB"] = chat(kib * 1024)
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(text)
    return {name: folder / f"{name}.json" for name in texts}


def measure_idle(peers, folder, body, counts, tls):
    row = {}
    for peer in peers:
        points = {}
        for count in counts:  # a fresh process for each, so that none profits from the memory of the one before
            with World([peer], folder, streams=True, tls=tls,
                       upstream_options=["--chunks", "2", "--pace-us", "3600000000"]) as world:
                world.load(peer.NAME, body, connections=4, milliseconds=50, stream=1)
                before = memory_kib(world.pids(peer.NAME))
                holder = world.hold(peer.NAME, body, count)
                if holder is None:
                    continue
                time.sleep(SETTLE)
                points[count] = (memory_kib(world.pids(peer.NAME)) - before) / count
                holder.kill()
                holder.wait()
        row[peer.NAME] = points
    return row


def measure_dying(peers, folder, body, rate):
    row = {}
    for peer in peers:
        runs = []
        for _ in range(1 if QUICK else 3):
            with World([peer], folder, upstreams=3, log=True) as world:
                victim = world.upstreams[1].pid
                length = 1500 if QUICK else 4000
                one = world.load(peer.NAME, body, rate=rate, milliseconds=length, signal=victim,
                                 signal_after_ms=length // 4)
                seen = world.end_upstreams()[1]
                runs.append({**one, "attempts_at_the_dead": seen.get("after_death", 0),
                             "until_left_ms": seen.get("last_after_death_ms", 0)})
        row[peer.NAME] = {key: statistics.median(run[key] for run in runs) for key in
                          ("requests", "p50_us", "p99_us", "p999_us", "attempts_at_the_dead", "until_left_ms")}
        row[peer.NAME]["failed"] = sum(run["failed"] for run in runs)
    return row


def measure_scaling(peers, folder, texts, most_streams):
    """Curves: body size and open streams for all peers; threads for drover."""
    curves = {"body": {}, "streams": {}, "threads": {}}
    sizes = [name for name in texts if name.endswith("KiB")][:4 if QUICK else None]
    with World(peers, folder) as world:
        for size in sizes:
            for peer in peers:
                runs = [world.load(peer.NAME, texts[size], connections=8, milliseconds=ROUND_MS // 2)
                        for _ in range(1 if QUICK else 2)]
                cost = statistics.median(one["cpu_us"] / max(1, one["requests"]) for one in runs)
                curves["body"].setdefault(peer.NAME, {})[size] = cost
    for count in (100, 1000) if QUICK else (100, 1000, 4000, most_streams):
        # One load program cannot send and receive more events a second: more streams are slower ones.
        pace = max(20_000, count * 1_000_000 // EVENTS_PER_SECOND)
        with World(peers, folder, streams=True, upstream_options=["--pace-us", str(pace)]) as world:
            for peer in peers:
                one = world.load(peer.NAME, texts["stream"], connections=count, stream=1,
                                 warm_up_ms=1000 + 2 * count // 5, milliseconds=ROUND_MS)
                curves["streams"].setdefault(peer.NAME, {})[count] = one["cpu_us"] / max(1, one["chunks"])
    ours = [peer for peer in peers if peer.NAME == "drover"]
    for threads in (1, 2):
        with World(ours, folder, threads=threads, proxy_core=PROXY_CORE if threads == 1 else "") as world:
            if not ours:
                break
            one = world.load("drover", texts["small"])
            seen = world.end_upstreams()[0]
            curves["threads"][threads] = {"per_second": one["requests"] / one["seconds"],
                                          "cpu_each_us": one["cpu_us"] / max(1, one["requests"]),
                                          "reused": 1 - seen["connections"] / max(1, seen["requests"])}
    return curves


def measure_pick():
    """pick + settle by policy and number of targets, from the micro-benchmark beside the code; in nanoseconds."""
    program = BUILD / "core_bench"
    if not program.exists():
        return {}
    command = [str(program), "--benchmark_filter=pick_and_settle", "--benchmark_format=json",
               f"--benchmark_min_time={0.01 if QUICK else 0.05}"]
    done = subprocess.run(pinned(PROXY_CORE, command), capture_output=True, text=True, check=True)
    curve = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        _, policy, count = one["name"].split("/")
        curve.setdefault(policy, {})[int(count)] = one["cpu_time"]
    return curve


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    def version(*command):
        try:
            done = subprocess.run(command, capture_output=True, text=True)
            return (done.stdout or done.stderr).splitlines()[0]
        except (OSError, IndexError):
            return "not there"
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "load_before": os.getloadavg()[0], "nginx": version("nginx", "-v"), "haproxy": version("haproxy", "-v"),
            "commit": version("git", "-C", str(HERE), "rev-parse", "--short", "HEAD"), "quick": QUICK,
            "drover": os.environ.get("DROVER") or f"{BUILD}/drover"}


def table(title, row, names, keys):
    print(f"\n{title}")
    print("  " + "".ljust(16) + "".join(key.rjust(16) for key in keys) + "   failed")
    for name in names:
        cells = "".join(f"{row[name][key]['median']:.1f}".rjust(16) for key in keys)
        print("  " + str(name).ljust(16) + cells + f"   {row[name]['failed']}")
    for pair in (name for name in row if name and name.startswith("drover/")):
        cells = ""
        for key in keys:
            ratio = row[pair].get(key)
            cells += (f"{ratio['median']:.2f} ({ratio['low']:.2f}-{ratio['high']:.2f})" if ratio else "").rjust(16)
        print("  " + pair.ljust(16) + cells)
    sys.stdout.flush()


def most_descriptors():
    """Raised to what 10,000 proxied streams need, where that is allowed; the peers inherit it."""
    wanted = 24000
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for most in (max(wanted, allowed), allowed):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            return most
        except (ValueError, OSError):
            continue
    return allowed


def certificate(folder):
    """For upstreams that speak TLS."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
                   check=True, capture_output=True)


def main():
    most = most_descriptors()
    peers = load_peers()
    names = [peer.NAME for peer in peers]
    for peer in peers:
        if shutil.which(peer.PROGRAM) is None:
            raise SystemExit(f"{peer.PROGRAM} is not there; `make bench` installs and builds what is needed")
    RESULTS.mkdir(exist_ok=True)
    began = time.time()
    found = {"machine": machine(), "rounds": ROUNDS, "round_ms": ROUND_MS, "rows": {}}
    with tempfile.TemporaryDirectory(prefix="drover-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        certificate(folder)
        texts = bodies(folder)
        rows = found["rows"]
        usual = ("per_second", "cpu_each_us", "user_each_us", "p50_us", "p99_us")

        def plain(key, title, body="small", reuse=False, load=None, **world_options):
            with World(peers, folder, **world_options) as world:
                rows[key] = rounds(world, names, texts[body], **(load or {}))
                seen = world.end_upstreams()[0]
                rows[key]["title"] = title
                rows[key]["reused"] = 1 - seen["connections"] / max(1, seen["requests"])
            table(title + f" (upstream connections reused: {rows[key]['reused']:.2%})", rows[key], names, usual)

        plain("small", "small chat, every request logged", log=True)
        plain("small_quiet", "small chat, logs off")
        plain("tls", "small chat, TLS to the upstream, logged", load={"warm_up_ms": 1500}, log=True, tls=True)
        plain("large", "prompt of 400 KiB, logged", body="large", load={"connections": 16}, log=True)
        plain("large_tls", "prompt of 400 KiB, TLS to the upstream, logged", body="large",
              load={"connections": 16, "warm_up_ms": 1500}, log=True, tls=True)
        peak = rows["small"].get("nginx", rows["small"][names[-1]])["per_second"]["median"]
        rate = int(peak / 2)
        plain("rate", f"small chat at {rate} requests/s, logged", load={"rate": rate}, log=True)

        for key, tls in (("stream", False), ("stream_tls", True)):
            count = 50 if QUICK else 500
            with World(peers, folder, streams=True, log=True, tls=tls) as world:
                rows[key] = rounds(world, names + [None] if not tls else names, texts["stream"], per="chunks",
                                   connections=count, stream=1, warm_up_ms=1000, milliseconds=max(1000, ROUND_MS))
            title = f"{count} streams, 50 chunks of 200 B at 20 ms" + (", TLS to the upstream" if tls else "")
            rows[key]["title"] = title
            shown = names + ([None] if None in rows[key] else [])
            table(title + " (None: without a proxy)", rows[key], shown,
                  ("per_second", "cpu_each_us", "user_each_us", "delay_p50_us", "delay_p99_us"))
            if None in rows[key]:
                rows[key]["direct"] = rows[key].pop(None)

        # A proxied stream takes two descriptors of the proxy, which keeps some for itself.
        most_streams = (most - 1000) // 200 * 100
        counts = [count for count in ((100, 500) if QUICK else (1000, 10000)) if count <= most_streams]
        if most_streams < 10000 and not QUICK:
            counts.append(most_streams)
        for key, tls in (("idle", False), ("idle_tls", True)):
            rows[key] = measure_idle(peers, folder, texts["stream"], counts, tls)
            print(f"\nKiB of memory per open idle stream{', TLS to the upstream' if tls else ''}: {rows[key]}")

        rows["dying"] = measure_dying(peers, folder, texts["small"], max(500, rate // 2))
        print("\none of three upstreams dies in mid-run")
        for name, row in rows["dying"].items():
            print(f"  {name.ljust(16)}" + "  ".join(f"{key} {value:.0f}" for key, value in row.items()))

        found["curves"] = measure_scaling(peers, folder, texts, most_streams)
        found["curves"]["pick"] = measure_pick()
        print("\ncurves:", json.dumps(found["curves"], indent=1))
    found["seconds"] = round(time.time() - began)
    (RESULTS / "latest.json").write_text(json.dumps(found, indent=1) + "\n")
    chart.draw(found, RESULTS)
    print(f"\n{found['seconds']} s; figures in {RESULTS}/latest.json, charts beside it")


if __name__ == "__main__":
    main()
