"""The check itself can fail: each kind of fault is made once."""

import os
import tempfile
import unittest
from pathlib import Path

import check_docs

GOOD = "providers:\n  a: { base_url: https://a.example/v1, keys: [ { env: A_KEY } ] }\n"
DROVER = os.environ["DROVER"]


class CheckDocs(unittest.TestCase):
    def page(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        page = Path(folder.name) / "page.md"
        page.write_text(text, encoding="utf-8")
        return page

    def test_finds_a_link_that_leads_nowhere(self):
        self.assertEqual(list(check_docs.link_faults(self.page("[a](b.md) [c](https://d.example)"))),
                         ["the link to b.md leads nowhere"])

    def test_finds_a_missing_anchor_and_takes_headings_and_ids(self):
        page = self.page('# The Stage Table\n<a id="x"></a>\n[a](#the-stage-table) [b](#x) [c](#y)\n')
        self.assertEqual(list(check_docs.link_faults(page)), ["the link to #y has no such anchor"])

    def test_does_not_take_code_for_links(self):
        self.assertEqual(list(check_docs.link_faults(self.page("`[a](b)`\n```text\n[c](d)\n```\n"))), [])

    def test_finds_a_make_target_that_is_not_there(self):
        self.assertEqual(list(check_docs.make_faults("`make fly`\n```sh\nmake run\n```\n", {"run"})),
                         ["'make fly' is not in the Makefile"])

    def test_finds_sections_and_commands_that_differ(self):
        original = '<a id="a"></a>\n```sh\nmake run\n```\n'
        self.assertEqual(len(list(check_docs.translation_faults(original, "```sh\nmake test\n```\n"))), 2)

    def test_lets_a_translation_have_comments_of_its_own(self):
        self.assertEqual(list(check_docs.translation_faults("```yaml\na: 1 # one\n```\n", "```yaml\na: 1   # ein\n```\n")), [])

    def test_passes_a_good_configuration_and_reports_a_bad_one(self):
        self.assertEqual(check_docs.check_configuration(DROVER, GOOD), "")
        self.assertIn("provders", check_docs.check_configuration(DROVER, GOOD.replace("providers", "provders")))

    def test_finds_an_option_the_program_does_not_have(self):
        self.assertEqual(list(check_docs.command_faults(DROVER, "```sh\ndrover mock --port 1 --fly\n```\n")),
                         ["'drover mock' has no --fly"])

    def test_finds_a_subcommand_the_program_does_not_have(self):
        self.assertEqual(list(check_docs.command_faults(DROVER, "```sh\ndrover fly\n```\n")), ["there is no 'drover fly'"])


if __name__ == "__main__":
    unittest.main()
