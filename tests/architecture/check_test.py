"""The check is checked: a planted violation of each rule is reported with its place and its sentence."""

import tempfile
import unittest
from pathlib import Path

import check
import rooms

HEADER = "// A thing.\n#pragma once\n"


def faults_in(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "src").mkdir()
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return check.check(root)


class Check(unittest.TestCase):
    def assert_fault(self, files, *expected):
        faults = faults_in(files)
        self.assertEqual(len(faults), 1, faults)
        for part in expected:
            self.assertIn(part, faults[0])

    def test_a_tree_that_keeps_its_rules_has_no_fault(self):
        self.assertEqual(faults_in({"src/core/a.h": HEADER + '#include <vector>\n#include "base/result.h"\n#include "core/b.h"\n'}), [])

    def test_core_may_not_include_asio(self):
        self.assert_fault({"src/core/a.h": HEADER + "#include <boost/asio/io_context.hpp>\n"},
                          "src/core/a.h:3:", "core may not include asio", "pass time in as Instant")

    def test_a_room_sees_only_its_rooms(self):
        self.assert_fault({"src/core/a.cc": '#include "net/loop.h"\n'}, "core may not include net", "it may include base")

    def test_no_room_may_include_one_above_it(self):
        for name, room in rooms.ROOMS.items():
            for other in rooms.ROOMS:
                planted = faults_in({f"src/{name}/a.cc": f'#include "{other}/x.h"\n'})
                allowed = other == name or other in room.rooms
                self.assertEqual(planted == [], allowed, (name, other, planted))

    def test_each_library_stays_in_its_rooms(self):
        for prefix, library in rooms.LIBRARIES:
            for name, room in rooms.ROOMS.items():
                planted = faults_in({f"src/{name}/a.cc": f"#include <{prefix}x.h>\n"})
                self.assertEqual(planted == [], library in room.libraries, (prefix, name, planted))

    def test_an_include_in_a_comment_is_no_include(self):
        self.assertEqual(faults_in({"src/core/a.cc": '// #include "net/loop.h"\n/*\n#include "net/loop.h"\n*/\n'}), [])

    def test_another_boost_library_is_nobodys(self):
        self.assert_fault({"src/net/a.cc": "#include <boost/regex.hpp>\n"}, "no library of any room")
        self.assert_fault({"src/core/a.cc": "#include <boost/system/error_code.hpp>\n"}, "standard library only")

    def test_test_libraries_belong_in_tests(self):
        self.assert_fault({"src/core/a.cc": "#include <gtest/gtest.h>\n"}, "belongs in tests only")
        self.assertEqual(faults_in({"src/core/test/a_test.cc": "#include <gtest/gtest.h>\n"}), [])

    def test_what_only_tests_include_belongs_in_tests(self):
        kit = '#include "core/test/scenario.h"\n'
        self.assert_fault({"src/core/fleet/a.cc": kit}, "core/test/scenario.h belongs in tests only")
        self.assertEqual(faults_in({"src/core/fleet/test/a_test.cc": kit, "src/core/fleet/test/a_kit.h": HEADER + kit}), [])

    def test_a_test_stands_in_a_folder_of_tests(self):
        for name in ("a_test.cc", "a_bench.cc", "a_fuzz.cc", "a_test_kit.h"):
            with self.subTest(name):
                self.assert_fault({f"src/core/fleet/{name}": HEADER}, f"src/core/fleet/{name}:1:", "the folder test/ below")
                self.assertEqual(faults_in({f"src/core/fleet/test/{name}": HEADER}), [])

    def test_a_folder_is_split_at_twenty_five_files(self):
        for folder in ("src/core/fleet", "src/core/fleet/test", "include/drover", "tests/planted/core"):
            with self.subTest(folder):
                files = {f"{folder}/{at}.txt": "" for at in range(rooms.MAX_FILES)}
                self.assertEqual(faults_in(files), [])
                self.assert_fault(files | {f"{folder}/more.txt": ""}, f"{folder}: 26 files", "split it")

    def test_the_files_of_a_folder_below_are_not_counted_with_its_own(self):
        self.assertEqual(faults_in({f"src/core/{folder}/{at}.txt": "" for folder in "ab" for at in range(20)}), [])

    def test_what_nobody_wrote_by_hand_is_not_counted(self):
        for folder in ("fuzz/corpus/a", "tests/clients/node_modules", "tests/docs/__pycache__"):
            self.assertEqual(faults_in({f"{folder}/{at}": "" for at in range(30)}), [], folder)

    def test_a_pure_room_reads_no_clock_and_starts_no_thread(self):
        for text in ("auto a = std::chrono::steady_clock::now();", "system_clock::now()", "std::random_device d;",
                     "std::thread t;", "std::jthread t;", "std::mutex m;", "std::ifstream f;", "std::cout << 1;", "time(nullptr);"):
            with self.subTest(text):
                self.assert_fault({"src/core/a.cc": text + "\n"}, "core is pure", "src/core/a.cc:1:")
        self.assertEqual(faults_in({"src/net/a.cc": "std::mutex m;\n"}), [])
        self.assertEqual(faults_in({"src/core/a.cc": "// no std::mutex here\n"}), [])

    def test_a_file_is_split_at_five_hundred_lines(self):
        self.assert_fault({"src/net/a.cc": "int x;\n" * 501}, "501 lines", "split it")
        self.assertEqual(faults_in({"src/net/a.cc": "int x;\n" * 500}), [])

    def test_open_ends_and_silenced_warnings_are_refused(self):
        for text in ("// TODO: later", "// FIXME", "x(); // NOLINT", "TEST(A, DISABLED_b) {}", "std::this_thread::sleep_for(1s);",
                     "#pragma GCC diagnostic ignored \"-Wall\""):
            with self.subTest(text):
                self.assert_fault({"tests/a.cc": text + "\n"}, "tests/a.cc:1:")

    def test_a_header_has_a_guard_and_says_what_it_is(self):
        self.assert_fault({"src/base/a.h": "// A thing.\nint x;\n"}, "#pragma once")
        self.assert_fault({"src/base/a.h": "#pragma once\n"}, "says what it is")

    def test_a_folder_that_is_no_room_is_told_so(self):
        self.assert_fault({"src/util/a.cc": "int x;\n"}, "src/util is no room")

    def test_the_build_shows_each_room_what_the_table_says(self):
        lines = {name: f"drover_room({name} ROOMS {' '.join(sorted(room.rooms))} LIBRARIES a::b APART c.cc)\n"
                 for name, room in rooms.ROOMS.items() if name != "cli"}
        build = "".join(lines.values())
        self.assertEqual(faults_in({"CMakeLists.txt": build}), [])
        self.assert_fault({"CMakeLists.txt": build.replace("(core ROOMS base", "(core ROOMS base net")},
                          "CMakeLists.txt:2:", "core sees base net here; rooms.py says base")
        self.assert_fault({"CMakeLists.txt": build + "drover_room(util ROOMS base)\n"}, "util is no room of rooms.py")
        self.assert_fault({"CMakeLists.txt": build.replace(lines["mock"], "")}, "the room mock of rooms.py is not built")

    def test_public_headers_see_only_themselves(self):
        self.assert_fault({"include/drover/a.h": HEADER + '#include "core/plan.h"\n'}, "its users do not have it")
        self.assertEqual(faults_in({"include/drover/a.h": HEADER + '#include <vector>\n#include "drover/b.h"\n'}), [])

    def test_the_table_names_only_rooms_and_libraries_that_exist(self):
        libraries = {library for _, library in rooms.LIBRARIES}
        for name, room in rooms.ROOMS.items():
            self.assertLessEqual(room.rooms, set(rooms.ROOMS), name)
            self.assertLessEqual(room.libraries, libraries, name)
            self.assertNotIn(name, room.rooms)
        self.assertEqual(libraries, set(rooms.ADVICE))

    def test_a_missing_tree_is_an_error_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(check.main(["check.py", folder]), 2)


if __name__ == "__main__":
    unittest.main()
