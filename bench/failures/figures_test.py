#!/usr/bin/env python3
"""Cases for what the bench of failover computes."""

import dataclasses
import unittest

import figures


@dataclasses.dataclass
class Sent:
    due: float
    good: bool


def once_in(step, begin, end):
    return [begin + index * step for index in range(int(round((end - begin) / step)))]


class Percentile(unittest.TestCase):
    def test_is_the_nearest_rank(self):
        self.assertEqual(figures.percentile([3, 1, 2], 0.5), 2)
        self.assertEqual(figures.percentile(range(1, 101), 0.99), 99)
        self.assertIsNone(figures.percentile([], 0.5))


class Room(unittest.TestCase):
    # Of 100 a minute 3 may lie unused, and the fourth is room.
    def test_a_bucket_has_room_until_its_burst_is_used_up_and_again_when_it_fills(self):
        spans = figures.bucket_room([0.0] * 100, 100, until=10)
        self.assertEqual(spans[0], (0.0, 0.0))
        self.assertAlmostEqual(spans[1][0], 4 * 0.6)
        self.assertEqual(spans[1][1], 10)

    def test_a_bucket_used_as_fast_as_it_fills_has_none(self):
        spans = figures.bucket_room([0.0] * 100 + once_in(0.6, 0.6, 30.0), 100, until=30.0)
        self.assertEqual(figures.avoidable([5.0, 10.5, 29.0], [spans]), 0)

    def test_room_that_nobody_uses_makes_a_refusal_avoidable(self):
        times = [0.0] * 100 + once_in(0.6, 0.6, 12.0)
        spans = figures.bucket_room(times, 100, until=30.0)
        self.assertEqual(figures.avoidable([9.5, 12.5, 13.5, 14.5, 25.0], [spans]), 2)

    def test_a_minute_that_is_full_has_none_until_its_first_requests_leave_it(self):
        spans = figures.minute_room(once_in(0.1, 0.0, 10.0), 100, until=100.0)
        self.assertEqual([round(at, 1) for span in spans for at in span], [0.0, 9.6, 60.3, 100.0])
        self.assertEqual(figures.avoidable([5.0, 30.0, 60.2, 61.5], [spans]), 2)

    def test_room_that_another_request_is_on_its_way_to_take_is_none(self):
        self.assertEqual(figures.avoidable([49.95, 49.5], [[(0.0, 50.0)]]), 1)

    def test_one_key_with_room_is_enough(self):
        full, empty = [], [(0.0, 100.0)]
        self.assertEqual(figures.avoidable([50.0], [full, empty]), 1)
        self.assertEqual(figures.avoidable([50.0], [full, full]), 0)


class Recovery(unittest.TestCase):
    def test_is_from_the_end_until_the_last_bad_second(self):
        answers = [Sent(due, due >= 14.0) for due in once_in(0.01, 0.0, 30.0)]
        self.assertAlmostEqual(figures.recovery(answers, 10.0), 4.0, delta=0.15)

    def test_one_in_a_hundred_may_fail(self):
        answers = [Sent(due, index % 150 != 0) for index, due in enumerate(once_in(0.008, 0.0, 30.0))]
        self.assertEqual(figures.recovery(answers, 10.0), 0.0)

    def test_falling_back_is_no_recovery(self):
        answers = [Sent(due, not 18.0 <= due < 19.0) for due in once_in(0.01, 0.0, 30.0)]
        self.assertAlmostEqual(figures.recovery(answers, 10.0), 9.0, delta=0.15)

    def test_what_is_bad_to_the_end_has_not_recovered(self):
        self.assertIsNone(figures.recovery([Sent(due, False) for due in once_in(0.1, 0.0, 30.0)], 10.0))
        self.assertIsNone(figures.recovery([], 10.0))


class Executions(unittest.TestCase):
    def test_counts_what_was_executed_more_than_once(self):
        records = [{"request_id": name} for name in ("x-1", "x-2", "x-2", "x-3", "x-3", "x-3")]
        self.assertEqual(figures.executions(records), (3, 3))


if __name__ == "__main__":
    unittest.main()
