"""The list is checked: each way in which it can be wrong is reported with its line."""

import unittest

import rows

ALL = [f"{section}{at}" for section, count in rows.SECTIONS.items() for at in range(1, count + 1)]


def text_of(**changed):
    return "\n".join(changed.get(row, f"{row} | what | open |") for row in ALL)


def faults(text, names=frozenset(), proven=None):
    return rows.check(text, set(names), proven or {})[1]


class Rows(unittest.TestCase):
    def test_a_whole_list_has_no_fault(self):
        self.assertEqual(faults(text_of(A1="A1 | what | whole | S.T"), {"S.T"}), [])

    def test_a_missing_row_is_told(self):
        self.assertEqual(faults(text_of().replace("B7 | what | open |\n", "")), ["B7 is missing"])

    def test_a_row_that_stands_twice_is_told(self):
        self.assertIn("A1 stands here twice", faults(text_of() + "\nA1 | what | open |")[0])

    def test_a_test_that_does_not_exist_is_told(self):
        self.assertIn("there is no test S.Gone", faults(text_of(A1="A1 | what | whole | S.Gone"))[0])

    def test_a_claim_without_a_test_is_told(self):
        self.assertIn("no test proves it", faults(text_of(C5="C5 | what | whole |"))[0])

    def test_an_unknown_state_is_told(self):
        self.assertIn("'done' is no state", faults(text_of(C5="C5 | what | done |"))[0])

    def test_partly_must_say_what_is_missing(self):
        self.assertIn("what is missing", faults(text_of(C5="C5 | what | partly |"))[0])

    def test_an_id_that_is_no_row_is_told(self):
        self.assertIn("J99", faults(text_of(), {"S.J99_T"}, {"J99": {"S.J99_T"}})[0])

    def test_a_line_of_another_shape_is_told(self):
        self.assertIn("four parts", faults(text_of() + "\nnonsense")[0])

    def test_a_test_is_found_by_all_the_ids_in_its_name(self):
        table, _ = rows.check(text_of(A2="A2 | what | whole |"), {"S.A2_A12_T"}, {"A2": {"S.A2_A12_T"}})
        self.assertEqual(table[1][4], ["S.A2_A12_T"])


if __name__ == "__main__":
    unittest.main()
