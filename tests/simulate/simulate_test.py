"""`drover simulate`: what the standard scenarios promise, and what it says about mistakes."""

import json
import os
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(os.environ.get("DROVER_ROOT", Path(__file__).resolve().parents[2]))
DROVER = os.environ.get("DROVER", str(ROOT / "build/release/drover"))
SCENARIOS = ROOT / "examples" / "scenarios"
SECONDS = 200
# p2c answers at least this share of what the oracle answers.
OF_THE_ORACLE = 0.97


def run(*arguments):
    return subprocess.run([DROVER, "simulate", *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS)


def figures(folder, *arguments):
    """The figures of each policy, by its name."""
    file = Path(folder) / "figures.json"
    ran = run("--json", file, *arguments)
    if ran.returncode != 0:
        raise AssertionError(f"exit code {ran.returncode}: {ran.stderr}")
    return {row["policy"]: row for row in json.loads(file.read_text())["policies"]}


class StandardScenarios(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_p2c_is_within_three_percent_of_the_oracle_in_each(self):
        names = sorted(SCENARIOS.glob("*.yaml"))
        self.assertGreaterEqual(len(names), 6)
        for scenario in names:
            for seed in (1, 2):
                with self.subTest(scenario=scenario.name, seed=seed):
                    rows = figures(self.folder, "--scenario", scenario, "--policy", "p2c", "--seed", seed)
                    share = rows["p2c"]["answered"] / rows["oracle"]["answered"]
                    print(f"  {scenario.name} seed {seed}: p2c answers {share:.2%} of the oracle's")
                    self.assertGreaterEqual(share, OF_THE_ORACLE)

    def test_always_the_lowest_latency_herds(self):
        rows = figures(self.folder, "--scenario", SCENARIOS / "herd.yaml", "--policy", "p2c", "--policy", "least_latency")
        p2c, lowest = rows["p2c"], rows["least_latency"]
        self.assertGreater(lowest["favourite"], 2 * p2c["favourite"])
        self.assertGreater(lowest["first_content_p99"], 1.2 * p2c["first_content_p99"])

    def test_a_total_outage_is_not_made_worse_and_ends_when_it_ends(self):
        rows = figures(self.folder, "--scenario", SCENARIOS / "outage.yaml", "--policy", "p2c")
        p2c = rows["p2c"]
        self.assertLessEqual(p2c["attempts"] / p2c["requests"], 1.2)
        came_while_nothing_worked = 20 * 60
        self.assertLessEqual(p2c["failed"], 1.1 * came_while_nothing_worked)

    def test_the_same_seed_prints_the_same(self):
        arguments = ("--scenario", SCENARIOS / "slow-key.yaml", "--policy", "p2c", "--seed", 7)
        self.assertEqual(run(*arguments).stdout, run(*arguments).stdout)

    def test_a_picture_is_written(self):
        picture = Path(self.folder) / "course.svg"
        ran = run("--scenario", SCENARIOS / "one-key-dies.yaml", "--policy", "p2c", "--svg", picture)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue(picture.read_text().startswith("<svg"))


class Mistakes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "s.yaml"

    def refused(self, text):
        self.file.write_text(text)
        ran = run("--scenario", self.file, "--policy", "p2c")
        self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
        return ran.stderr.replace(str(self.file), "s.yaml")

    def test_an_unknown_key_is_told_with_its_place_and_what_was_meant(self):
        said = self.refused("upstreams:\n  - name: a\n    first_contnet: { median: 1s }\n")
        self.assertIn("s.yaml:3:5:", said)
        self.assertIn("upstreams[0]", said)
        self.assertIn("did you mean 'first_content'?", said)

    def test_an_unknown_fault_is_told_with_what_was_meant(self):
        said = self.refused("upstreams: [ { name: a } ]\nfaults: [ { upstream: a, kind: refused } ]\n")
        self.assertIn("s.yaml:2:", said)
        self.assertIn("refuse", said)

    def test_an_unknown_upstream_is_told(self):
        said = self.refused("upstreams: [ { name: alpha } ]\nfaults: [ { upstream: alhpa, kind: hang } ]\n")
        self.assertIn("did you mean 'alpha'?", said)

    def test_a_duration_without_a_unit_is_refused(self):
        self.assertIn("add the unit", self.refused("span: 60\nupstreams: [ { name: a } ]\n"))

    def test_a_key_that_an_upstream_does_not_have_is_refused(self):
        said = self.refused("upstreams: [ { name: a, count: 2 } ]\nfaults: [ { upstream: a, key: 3, kind: hang } ]\n")
        self.assertIn("a whole number from 1 to 2", said)

    def test_a_p99_below_the_median_is_refused(self):
        said = self.refused("upstreams: [ { name: a, first_content: { median: 2s, p99: 1s } } ]\n")
        self.assertIn("not below the median", said)

    def test_an_end_before_the_beginning_is_refused(self):
        said = self.refused("upstreams: [ { name: a } ]\nfaults: [ { kind: hang, from: 9s, until: 3s } ]\n")
        self.assertIn("after the beginning", said)

    def test_steps_that_go_back_in_time_are_refused(self):
        said = self.refused("arrivals: { steps: [ { at: 9s, rate: 1 }, { at: 3s, rate: 1 } ] }\n"
                            "upstreams: [ { name: a } ]\n")
        self.assertIn("a later time", said)

    def test_two_kinds_of_arrivals_are_refused(self):
        self.assertIn("one of rate, steps and at",
                      self.refused("arrivals: { rate: 1, at: [ 1s ] }\nupstreams: [ { name: a } ]\n"))

    def test_arrivals_out_of_order_are_refused(self):
        self.assertIn("do not fall", self.refused("arrivals: { at: [ 2s, 1s ] }\nupstreams: [ { name: a } ]\n"))

    def test_two_upstreams_of_one_name_are_refused(self):
        self.assertIn("a second upstream", self.refused("upstreams: [ { name: a }, { name: a } ]\n"))

    def test_a_scenario_without_upstreams_is_refused(self):
        self.assertIn("expected upstreams", self.refused("span: 10s\n"))

    def test_more_than_can_be_simulated_is_refused(self):
        self.assertIn("more than 5000000 requests",
                      self.refused("span: 1h\narrivals: { rate: 10000 }\nupstreams: [ { name: a } ]\n"))
        self.assertIn("at most 10000", self.refused("upstreams: [ { name: a, count: 9999 }, { name: b, count: 9 } ]\n"))

    def test_what_is_no_yaml_is_refused(self):
        self.assertIn("s.yaml:", self.refused("upstreams: [ {\n"))

    def test_a_file_that_does_not_exist_is_told(self):
        ran = run("--scenario", self.file.parent / "nowhere.yaml")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("nowhere.yaml", ran.stderr)

    def test_an_unknown_policy_is_refused_with_the_known_ones(self):
        ran = run("--policy", "p3c")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("p2c, round_robin", ran.stderr)

    def test_a_picture_that_cannot_be_written_is_a_failure(self):
        ran = run("--policy", "p2c", "--svg", self.file.parent / "no" / "where.svg")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cannot write", ran.stderr)


# Nobody listens on port 1: every attempt fails, which is enough to have something to decide.
CONFIGURATION = """
listen: 127.0.0.1:0
admin: off
providers:
  one:
    base_url: http://127.0.0.1:1/v1
    keys: [ { name: a, value: sk-never-used-1 }, { name: b, value: sk-never-used-2 } ]
models: { "*": { targets: [ one ] } }
health: { probe: off }
"""


class Recordings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.config = Path(folder.name) / "drover.yaml"
        self.config.write_text(CONFIGURATION)
        self.recording = Path(folder.name) / "a.recording"

    def record(self, requests):
        command = [DROVER, "serve", "--config", str(self.config), "--record", str(self.recording)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as gateway:
            try:
                for line in gateway.stdout:
                    if base := re.search(r"SDKs: set the base URL to (\S+)", line):
                        break
                for _ in range(requests):
                    body = b'{"model":"m","messages":[{"role":"user","content":"a prompt"}]}'
                    post = urllib.request.Request(base[1] + "/chat/completions", body, {"Content-Type": "application/json"})
                    with self.assertRaises(urllib.error.HTTPError) as refused:
                        urllib.request.urlopen(post, timeout=SECONDS)
                    refused.exception.close()
            finally:
                gateway.terminate()
        return self.recording.read_text()

    def replay(self):
        return run("--config", self.config, "--replay", self.recording)

    def test_one_is_played_again_to_the_same_commands(self):
        text = self.record(3)
        self.assertIn("what=attempt_failed", text)
        self.assertNotIn("sk-never-used", text)
        self.assertNotIn("a prompt", text)
        ran = self.replay()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn(": 3 requests, ", ran.stdout)
        self.assertIn(f"the same {text.count(chr(10) + '> ')} commands", ran.stdout)

    def test_where_it_goes_another_way_is_shown(self):
        text = self.record(1)
        self.recording.write_text(text.replace("> start_attempt attempt=2", "> start_attempt attempt=9"))
        ran = self.replay()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("recorded  start_attempt attempt=9", ran.stdout)
        self.assertIn("played    start_attempt attempt=2", ran.stdout)

    def test_another_configuration_and_what_is_no_recording_are_refused(self):
        self.record(1)
        self.config.write_text(CONFIGURATION.replace("[ one ]", "[ one ], balance: round_robin"))
        ran = self.replay()
        self.assertEqual(ran.returncode, 2)
        self.assertIn(f"{self.recording}:1: it was recorded with another configuration", ran.stderr)
        self.recording.write_text("x" * 10000 + "\n")
        self.assertIn(":1: longer than any line", self.replay().stderr)

    def test_recording_needs_a_configuration_file(self):
        elsewhere = self.config.parent / "elsewhere"
        elsewhere.mkdir()
        ran = subprocess.run([DROVER, "serve", "--record", str(self.recording)], capture_output=True, text=True,
                             cwd=elsewhere, env={"PATH": os.environ["PATH"]}, timeout=SECONDS)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("--record needs a configuration file", ran.stderr)


if __name__ == "__main__":
    unittest.main()
