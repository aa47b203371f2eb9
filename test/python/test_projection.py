"""danaus.projection: exact on its own class, nothing nearer, and bad sizes are refused."""
import unittest

import numpy as np

from danaus import projection

# (k, q, p, l, s, r): square, rectangular, several terms a pair, and q no multiple of l.
MONARCHS = [(4, 4, 4, 4, 4, 4), (2, 6, 5, 3, 7, 4), (4, 32, 6, 4, 8, 32), (3, 4, 5, 2, 3, 6), (1, 2, 3, 2, 5, 1)]


def relative(found, wanted):
    return np.linalg.norm(found - wanted) / np.linalg.norm(wanted)


class MonarchTest(unittest.TestCase):
    def test_exact_on_its_own_class(self):
        random = np.random.default_rng(1)
        for k, q, p, l, s, r in MONARCHS:
            dense = projection.monarch_to_dense(random.standard_normal((k, q, p)), random.standard_normal((l, s, r)))
            w1, w2 = projection.project_monarch(dense, (k, l), k * q)
            self.assertEqual((w1.shape, w2.shape), ((k, q, p), (l, s, r)))
            self.assertLess(relative(projection.monarch_to_dense(w1, w2), dense), 1e-12)

    def test_dense_form_follows_the_formula(self):
        random = np.random.default_rng(2)
        for k, q, p, l, s, r in MONARCHS:
            w1, w2 = random.standard_normal((k, q, p)), random.standard_normal((l, s, r))
            x = random.standard_normal(k * p)
            # x read as (k, p), through w1 to t = (k, q) read as (r, l), through w2 to (s, l).
            middle = np.einsum("kqp,kp->kq", w1, x.reshape(k, p)).reshape(r, l)
            y = np.einsum("lsr,rl->sl", w2, middle).reshape(-1)
            np.testing.assert_allclose(projection.monarch_to_dense(w1, w2) @ x, y, rtol=1e-10, atol=1e-10)

    def test_no_neighbor_is_nearer(self):
        random = np.random.default_rng(3)
        dense = random.standard_normal((12, 10))
        w1, w2 = projection.project_monarch(dense, (2, 3), 12)
        best = relative(projection.monarch_to_dense(w1, w2), dense)
        for _ in range(50):
            step1, step2 = (1e-3 * random.standard_normal(w.shape) for w in (w1, w2))
            self.assertGreaterEqual(relative(projection.monarch_to_dense(w1 + step1, w2 + step2), dense), best)

    def test_more_parameters_are_never_further(self):
        dense = np.random.default_rng(4).standard_normal((24, 16))
        errors = [relative(projection.monarch_to_dense(*projection.project_monarch(dense, (4, 4), middle)), dense)
                  for middle in (16, 32, 64)]
        self.assertEqual(errors, sorted(errors, reverse=True))
        self.assertLess(errors[-1], 1e-12)  # full rank in every pair

    def test_bad_sizes_and_values(self):
        weight = np.ones((12, 8))
        for blocks, middle, message in [((3, 3), 12, "k: wanted a divisor of in = 8, found 3"),
                                        ((4, 5), 20, "l: wanted a divisor of out = 12, found 5"),
                                        ((4, 3), 10, "k: wanted a divisor of middle = 10, found 4"),
                                        ((0, 3), 12, "k: wanted a divisor of middle = 12, found 0")]:
            with self.assertRaisesRegex(ValueError, message):
                projection.project_monarch(weight, blocks, middle)
        with self.assertRaisesRegex(ValueError, "wanted finite values"):
            projection.project_monarch(np.full((4, 4), np.nan), (2, 2), 4)
        with self.assertRaisesRegex(ValueError, "wanted rank 2, found rank 1"):
            projection.project_low_rank(np.ones(4), 1)
        with self.assertRaisesRegex(ValueError, "wanted k q = l r, found 2 x 3 and 4 x 5"):
            projection.monarch_to_dense(np.ones((2, 3, 1)), np.ones((4, 1, 5)))


class LowRankTest(unittest.TestCase):
    def test_exact_on_its_own_class(self):
        random = np.random.default_rng(5)
        dense = random.standard_normal((9, 3)) @ random.standard_normal((3, 14))
        u, v = projection.project_low_rank(dense, 3)
        self.assertEqual((u.shape, v.shape), ((9, 3), (3, 14)))
        self.assertLess(relative(projection.low_rank_to_dense(u, v), dense), 1e-12)

    def test_error_is_that_of_the_dropped_singular_values(self):
        dense = np.random.default_rng(6).standard_normal((8, 6))
        dropped = np.linalg.svd(dense, compute_uv=False)[2:]
        error = np.linalg.norm(projection.low_rank_to_dense(*projection.project_low_rank(dense, 2)) - dense)
        self.assertAlmostEqual(error, np.linalg.norm(dropped), places=12)

    def test_rank_past_the_sizes_is_padded_with_zeros(self):
        dense = np.random.default_rng(7).standard_normal((4, 3))
        u, v = projection.project_low_rank(dense, 5)
        self.assertEqual((u.shape, v.shape), ((4, 5), (5, 3)))
        self.assertLess(relative(projection.low_rank_to_dense(u, v), dense), 1e-12)

    def test_rank_zero_is_refused(self):
        with self.assertRaisesRegex(ValueError, "rank: wanted at least 1, found 0"):
            projection.project_low_rank(np.ones((2, 2)), 0)


if __name__ == "__main__":
    unittest.main()
