"""The check itself can fail: each kind of fault is made once."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

import check_docs
import find_it
import front_page
import house
import http_page
import pages
import settings_page

GOOD = "providers:\n  a: { base_url: https://a.example/v1, keys: [ { env: A_KEY } ] }\n"
DROVER = os.environ["DROVER"]
ROOT = Path(__file__).resolve().parents[2]


class CheckDocs(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def page(self, text):
        page = self.folder() / "page.md"
        page.write_text(text, encoding="utf-8")
        return page

    def test_finds_a_link_that_leads_nowhere(self):
        self.assertEqual(list(check_docs.link_faults(self.page("[a](b.md) [c](https://d.example)"))),
                         ["the link to b.md leads nowhere"])

    def test_finds_a_picture_that_is_not_there(self):
        self.assertEqual(list(check_docs.link_faults(self.page("![words](picture.svg)"))), ["the link to picture.svg leads nowhere"])

    def test_finds_a_missing_anchor_and_takes_headings_and_ids(self):
        page = self.page('# The Stage Table\n<a id="x"></a>\n[a](#the-stage-table) [b](#x) [c](#y)\n')
        self.assertEqual(list(check_docs.link_faults(page)), ["the link to #y has no such anchor"])

    def test_does_not_take_code_for_links(self):
        self.assertEqual(list(check_docs.link_faults(self.page("`[a](b)`\n```text\n[c](d)\n```\n"))), [])

    def test_finds_a_page_that_is_too_long(self):
        self.assertEqual(list(check_docs.size_faults(11, 10)), ["11 bytes; at most 10 are read"])
        self.assertEqual(list(check_docs.size_faults(10, 10)), [])

    def test_finds_a_page_that_the_map_leaves_out(self):
        folder = self.folder()
        (folder / "README.md").write_text("[a](a.md#x)", encoding="utf-8")
        for name in ("a.md", "b.md"):
            (folder / name).touch()
        self.assertEqual(list(check_docs.map_faults(folder)), ["the map leaves out b.md"])

    def test_finds_metrics_that_only_the_page_or_only_the_program_has(self):
        found = list(check_docs.metric_faults("`drover_a_total` `drover_b`", 'out.counter(\n      "drover_a_total", "A.");\nout.gauge("drover_c", "C.");'))
        self.assertEqual(found, ["there is no metric drover_b", "the metric drover_c is missing"])

    def test_finds_codes_of_errors_that_only_the_page_or_only_the_program_has(self):
        page = '<a id="errors"></a>\n| Status | Codes | When |\n|---|---|---|\n| 400 | `bad` `tls_*` `gone` | x |\n<a id="more"></a>\n| `x` | `y` | z |\n'
        table = 'return {400, "bad", "Bad."}; return {502, "new", "New."}; return {499, "cancelled", "Given up."};'
        self.assertEqual(list(http_page.faults(page, table + '"tls_broken"', table)), ["no error has the code gone", "the code new is missing"])

    def test_finds_a_make_target_that_is_not_there(self):
        self.assertEqual(list(check_docs.make_faults("`make fly`\n```sh\nmake run\n```\n", {"run"})),
                         ["'make fly' is not in the Makefile"])

    def test_finds_sections_pictures_and_commands_that_differ(self):
        original = '<a id="a"></a>\n![a](a.svg)\n```sh\nmake run\n```\n'
        self.assertEqual(len(list(check_docs.translation_faults(original, "```sh\nmake test\n```\n"))), 3)

    def test_lets_a_translation_have_comments_of_its_own(self):
        self.assertEqual(list(check_docs.translation_faults("```yaml\na: 1 # one\n```\n", "```yaml\na: 1   # ein\n```\n")), [])

    def test_passes_a_good_configuration_and_reports_a_bad_one(self):
        self.assertEqual(check_docs.check_configuration(DROVER, GOOD), "")
        self.assertIn("provders", check_docs.check_configuration(DROVER, GOOD.replace("providers", "provders")))

    def test_finds_an_option_the_program_does_not_have(self):
        self.assertEqual(list(check_docs.command_faults(DROVER, "```sh\nKEY=a drover mock --port 1 --fly\n```\n")),
                         ["'drover mock' has no --fly"])

    def test_finds_a_subcommand_the_program_does_not_have(self):
        self.assertEqual(list(check_docs.command_faults(DROVER, "```sh\ndrover fly\n```\n")), ["there is no 'drover fly'"])


class Chart(unittest.TestCase):
    RUN = ("-- key-2 is well --\n    1 s       50         27       0      30            20\n"
           "-- key-2 hangs --\n    2 s       51         28       3      50             1 out\n"
           "-- no more requests; the last ones end --\n    3 s        0          8       9       0             0\n")

    def draw(self, text):
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "demo.txt"
            run.write_text(text, encoding="utf-8")
            return subprocess.run([ROOT / "scripts/draw-demo", run], capture_output=True, text=True, timeout=60, check=False)

    def test_shows_all_failures_and_the_illnesses_until_the_last_request_is_sent(self):
        drawn = self.draw(self.RUN)
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        ElementTree.fromstring(drawn.stdout)
        self.assertIn("Requests that failed at clients: 12<", drawn.stdout)
        self.assertIn(">hangs<", drawn.stdout)
        self.assertIn("over 2 seconds", drawn.stdout)

    def test_is_not_drawn_of_a_text_without_seconds(self):
        drawn = self.draw("passed\n")
        self.assertEqual((drawn.returncode, drawn.stdout), (1, ""))
        self.assertIn("no line of a second", drawn.stderr)


class Settings(unittest.TestCase):
    HEADER = ('inline constexpr std::array<std::string_view, 2> kOne = {"a",\n  "b"};\n'
              'inline constexpr Shape kOne{"one", keys::kOne, "{ a: 1 }"};\n')
    PAGE = "## `one`\n\n| Setting | Type | Default | Effect |\n|---|---|---|---|\n| `a` | number | `1` | x |\n"

    def test_are_missing_on_the_page_or_in_the_program(self):
        self.assertEqual(list(settings_page.schema_faults(self.PAGE, self.HEADER)), ["one: 'b' is missing"])
        more = self.PAGE + "| `b` | a \\| b | none | x |\n| `c` | number | none | x |\n"
        self.assertEqual(list(settings_page.schema_faults(more, self.HEADER)), ["one: there is no 'c'"])

    def test_of_a_section_that_the_page_leaves_out_are_missing(self):
        self.assertEqual(len(list(settings_page.schema_faults("", self.HEADER))), 2)

    def test_with_another_default_than_the_programs_are_found(self):
        page = pages.read(ROOT / "docs/settings.md")

        def printed(text):
            return check_docs.printed_by_check(DROVER, text)

        for right, wrong in (("| `4` | Different", "| `5` | Different"), ("| `3s` | TCP", "| `4s` | TCP"), ("`20000`", "`20001`"),
                             ("| `30s` | Between two probes", "| `31s` | Between two probes"), ("| `10m` | After", "| `9m` | After"),
                             ("| `off` | Until the head of a plain", "| `1s` | Until the head of a plain")):
            self.assertIn(right, page)
            found = list(settings_page.default_faults(page.replace(right, wrong), printed))
            self.assertEqual(len(found), 1, right)
            self.assertIn("the defaults are not the program's", found[0])


class House(unittest.TestCase):
    PAGE = ("## Rooms\n\n| Room | May include |\n|---|---|\n| `base` | — |\n| `core` | base |\n| `cli` | all |\n\n### Folders\n\n"
            "| Room | Folder | What |\n|---|---|---|\n| `core` | `fleet` | a |\n| | `plan` · `health` | b |\n| `cli` | `commands` | c |\n\n## More\n")
    KNOWN = {"base": set(), "core": {"base"}, "cli": {"base", "core"}}
    FOLDERS = {("core", "fleet"), ("core", "plan"), ("core", "health"), ("cli", "commands")}

    def test_a_page_that_says_what_is_there_has_no_fault(self):
        self.assertEqual(list(house.room_faults(self.PAGE, self.KNOWN)), [])
        self.assertEqual(list(house.folder_faults(self.PAGE, self.FOLDERS)), [])

    def test_a_room_that_is_missing_gone_or_told_otherwise_is_a_fault(self):
        for known, said in ((self.KNOWN | {"net": set(), "cli": {"base", "core", "net"}}, "the room net is not in the table"),
                            ({"base": set(), "core": {"base"}}, "the room cli is no room"),
                            (self.KNOWN | {"core": {"base", "net"}}, "the table lets core include base; the check lets it include base, net")):
            found = list(house.room_faults(self.PAGE, known))
            self.assertEqual(len(found), 1, found)
            self.assertIn(said, found[0])

    def test_a_folder_that_is_missing_or_gone_is_a_fault(self):
        self.assertEqual(list(house.folder_faults(self.PAGE, self.FOLDERS | {("net", "tls")})),
                         ["the table of folders does not say what is in src/net/tls"])
        self.assertEqual(list(house.folder_faults(self.PAGE, self.FOLDERS - {("core", "health")})),
                         ["the table of folders has src/core/health, which is not there"])

    def test_folders_of_tests_are_not_told(self):
        with tempfile.TemporaryDirectory() as name:
            for folder in ("core/fleet/test", "core/test"):
                (Path(name) / folder).mkdir(parents=True)
            self.assertEqual(house.folders_of(Path(name)), {("core", "fleet")})


class FindIt(unittest.TestCase):
    def test_says_where_a_file_has_moved_to_and_which_function_is_gone(self):
        with tempfile.TemporaryDirectory() as name:
            sources = Path(name)
            (sources / "core/health").mkdir(parents=True)
            (sources / "core/health/blame.cc").write_text("int charge_for(int);", encoding="utf-8")
            self.assertEqual(list(find_it.place_faults("core/blame.cc", "charge_for", sources)),
                             ["there is no src/core/blame.cc; it is core/health/blame.cc now"])
            self.assertEqual(list(find_it.place_faults("core/health/blame.cc", "charge", sources)),
                             ["src/core/health/blame.cc has no function charge"])
            self.assertEqual(list(find_it.place_faults("core/health/blame.cc", "charge_for", sources)), [])

    def test_has_twelve_questions_with_at_most_three_places(self):
        place = "`a.cc`: `f` · "
        page = f"| | Q | Place |\n|---|---|---|\n| 1 | q | {place * 4} |\n"
        found = list(find_it.faults(page, Path("/nowhere")))
        self.assertIn("1 questions instead of 12", found)
        self.assertIn("question 1 names 4 places; 1 to 3 are to be named", found)


class FrontPage(unittest.TestCase):
    def faults(self, page):
        return list(front_page.faults(DROVER, ROOT, page))

    def test_runs_a_command_of_several_lines_and_looks_for_the_headers_that_are_shown(self):
        page = ("```sh\ncurl -i http://127.0.0.1:8080/v1/models \\\n  -H 'Accept: application/json'\n```\n"
                "```text\nHTTP/1.1 200 OK\nx-request-id: req_1\nx-nowhere: 1\n```\n")
        found = self.faults(page)
        self.assertEqual(len(found), 1, found)
        self.assertIn("has no 'x-nowhere'", found[0])

    def test_finds_a_command_that_fails(self):
        self.assertIn("ended with 2", self.faults("```sh\nmake fly\n```\n")[0])
        bad = "```yaml\n" + GOOD.replace("keys", "kyes") + "```\n```sh\ndrover check drover.yaml\n```\n"
        self.assertIn("unknown key 'kyes'", self.faults(bad)[0])

    def test_finds_a_command_that_it_cannot_run(self):
        self.assertEqual(self.faults("```sh\nrm -rf /nowhere\n```\n"), ["the test does not know how to run 'rm -rf /nowhere'"])

    def test_finds_a_server_that_does_not_start(self):
        self.assertIn("'drover serve --config nowhere.yaml' ended with", self.faults("```sh\ndrover serve --config nowhere.yaml\n```\n")[0])

    def test_finds_python_that_is_none(self):
        self.assertIn("the Python block is none", self.faults("```python\nfrom openai imprt OpenAI\n```\n")[0])


if __name__ == "__main__":
    unittest.main()
