"""The check of the bugs to plant: a patch that no longer applies, says nothing or does too much is refused. And a planted
bug leaves nothing behind."""

import tempfile
import unittest
from pathlib import Path

import planted

DIFF = "--- a/src/core/a.cc\n+++ b/src/core/a.cc\n@@ -1,3 +1,3 @@\n one\n-two\n+three\n four\n"
SOUND = "one\ntwo\nfour\n"


class Patches(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.tree = Path(self.folder.name) / "tree"
        for room in ("core", "net", "mock"):
            (self.tree / "src" / room).mkdir(parents=True)
            (self.tree / "src" / room / "a.cc").write_text(SOUND)

    def bug(self, text):
        patch = Path(self.folder.name) / "a.patch"
        patch.write_text(text)
        return planted.Bug.read(patch)

    def fault(self, text):
        return self.bug(text).fault(self.tree)


class Fault(Patches):
    def test_a_good_patch_has_none(self):
        self.assertIsNone(self.fault("Two is three.\n\n" + DIFF))

    def test_a_patch_whose_lines_are_gone_is_refused(self):
        (self.tree / "src/core/a.cc").write_text("one\nelse\nfour\n")
        self.assertIn("does not apply", self.fault("Two is three.\n\n" + DIFF))

    def test_a_patch_that_does_not_say_what_it_breaks_is_refused(self):
        for header in ("", "Two is three.\n", "No sentence\n\n", "Two is three.\nExpected: core_test *\n"):
            self.assertIn("one sentence", self.fault(header + DIFF), header)

    def test_a_patch_that_changes_much_is_refused(self):
        long = DIFF.replace("+three\n", "".join(f"+line {at}\n" for at in range(9))).replace("+1,3", "+1,11")
        self.assertIn("changes 10 lines", self.fault("Two is many.\n\n" + long))

    def test_a_patch_outside_the_rooms_or_in_two_of_them_is_refused(self):
        self.assertIsNone(self.fault("Elsewhere.\n\n" + DIFF.replace("src/core", "src/net")))
        for place in ("src/mock", "tests/core"):
            self.assertIn("outside one room", self.fault("Elsewhere.\n\n" + DIFF.replace("src/core", place)), place)
        self.assertIn("outside one room", self.fault("In two.\n\n" + DIFF + DIFF.replace("src/core", "src/net")))

    def test_the_expected_tests_are_those_of_a_program_that_must_notice(self):
        self.assertIsNone(self.fault("Two is three.\nExpected: core_test A.*:B.c\n\n" + DIFF))
        for expected in ("net_test A.*", "core_test"):
            self.assertIn("is followed by", self.fault(f"Two is three.\nExpected: {expected}\n\n" + DIFF), expected)


class Planting(Patches):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, planted, "COPY", planted.COPY)
        planted.COPY = self.tree

    def test_a_bug_is_there_until_it_is_uprooted(self):
        file = self.tree / "src/core/a.cc"
        sound = planted.plant(self.bug("Two is three.\n\n" + DIFF))
        self.assertEqual(file.read_text(), planted.LEFT_OVER + SOUND.replace("two", "three"))
        planted.uproot(sound)
        self.assertEqual(file.read_text(), SOUND)

    def test_what_does_not_apply_is_told_and_changes_nothing(self):
        with self.assertRaisesRegex(ValueError, "does not apply"):
            planted.plant(self.bug("Two is three.\n\n" + DIFF.replace("-two", "-six")))
        self.assertEqual((self.tree / "src/core/a.cc").read_text(), SOUND)


class Deciding(Patches):
    """What is run, in which order, until one program notices."""

    def setUp(self):
        super().setUp()
        self.ran = []
        for name, stand_in in (("build", lambda program: None), ("notices", self.notices)):
            self.addCleanup(setattr, planted, name, getattr(planted, name))
            setattr(planted, name, stand_in)

    def notices(self, program, tests="*", longest=None):
        self.ran.append((program, tests))
        return "A.b" if (program, tests) in self.noticing else ""

    def noticed(self, text, *noticing):
        self.noticing = noticing
        return planted.noticed_by(self.bug(text.replace("src/core", "src/upstream")))

    def test_the_expected_tests_come_first(self):
        text = "Two.\nExpected: integration_test A.*\n\n" + DIFF
        self.assertEqual(self.noticed(text, ("integration_test", "A.*")), ("integration_test", "A.b"))
        self.assertEqual(self.ran, [("integration_test", "A.*")])

    def test_when_they_miss_it_the_rooms_programs_decide(self):
        text = "Two.\nExpected: integration_test A.*\n\n" + DIFF
        self.assertEqual(self.noticed(text, ("upstream_test", "*")), ("upstream_test", "A.b"))
        self.assertEqual(self.ran, [("integration_test", "A.*"), ("upstream_test", "*")])

    def test_what_no_program_notices_is_missed(self):
        self.assertIsNone(self.noticed("Two.\n\n" + DIFF))
        self.assertEqual(self.ran, [(program, "*") for program in planted.PROGRAMS["upstream"]])


if __name__ == "__main__":
    unittest.main()
