"""The check of the bugs to plant: a patch that no longer applies, says nothing or does too much is refused."""

import tempfile
import unittest
from pathlib import Path

import planted

DIFF = "--- a/src/core/a.cc\n+++ b/src/core/a.cc\n@@ -1,3 +1,3 @@\n one\n-two\n+three\n four\n"


class Fault(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.tree = Path(self.folder.name) / "tree"
        (self.tree / "src/core").mkdir(parents=True)
        (self.tree / "src/core/a.cc").write_text("one\ntwo\nfour\n")

    def fault(self, text):
        patch = Path(self.folder.name) / "a.patch"
        patch.write_text(text)
        return planted.fault_of(patch, self.tree)

    def test_a_good_patch_has_none(self):
        self.assertIsNone(self.fault("Two is three.\n\n" + DIFF))

    def test_a_patch_whose_lines_are_gone_is_refused(self):
        (self.tree / "src/core/a.cc").write_text("one\nelse\nfour\n")
        self.assertIn("does not apply", self.fault("Two is three.\n\n" + DIFF))

    def test_a_patch_that_does_not_say_what_it_breaks_is_refused(self):
        self.assertIn("one sentence", self.fault(DIFF))

    def test_a_patch_that_changes_much_is_refused(self):
        long = DIFF.replace("+three\n", "".join(f"+line {at}\n" for at in range(9))).replace("+1,3", "+1,11")
        self.assertIn("changes 10 lines", self.fault("Two is many.\n\n" + long))

    def test_a_patch_outside_the_core_is_refused(self):
        self.assertIn("outside", self.fault("Elsewhere.\n\n" + DIFF.replace("src/core", "src/net")))


if __name__ == "__main__":
    unittest.main()
