"""danaus.projection and projection_blast: exact on its own class, nothing nearer, and bad sizes are refused."""
import unittest

import numpy as np

from danaus import projection, projection_blast

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



class BttTest(unittest.TestCase):
    SIZES = [(4, 4, 4, 4, 2), (2, 3, 5, 4, 3), (1, 6, 2, 3, 1), (3, 2, 1, 5, 2)]  # phi, epsilon, gamma, alpha, rho

    def random(self, random, phi, epsilon, gamma, alpha, rho):
        return random.standard_normal((gamma, alpha, phi * rho)), random.standard_normal((phi, gamma * rho, epsilon))

    def test_exact_on_its_own_class(self):
        random = np.random.default_rng(11)
        for sizes in self.SIZES:
            a, b = self.random(random, *sizes)
            dense = projection.btt_to_dense(a, b)
            found = projection.project_btt(dense, sizes[0], sizes[2], sizes[4])
            self.assertEqual([array.shape for array in found], [a.shape, b.shape])
            self.assertLess(relative(projection.btt_to_dense(*found), dense), 1e-12)

    def test_dense_form_is_a_permuted_monarch(self):
        random = np.random.default_rng(12)
        for phi, epsilon, gamma, alpha, rho in self.SIZES:
            a, b = self.random(random, phi, epsilon, gamma, alpha, rho)
            # k = gamma, p = alpha, q = rho phi, l = phi, s = epsilon, r = gamma rho; the middle is (gamma rho phi).
            w1 = a.reshape(gamma, alpha, phi, rho).transpose(0, 3, 2, 1).reshape(gamma, rho * phi, alpha)
            monarch = projection.monarch_to_dense(w1, b.transpose(0, 2, 1))
            permuted = monarch.reshape(epsilon, phi, -1).transpose(1, 0, 2).reshape(phi * epsilon, -1)
            np.testing.assert_allclose(projection.btt_to_dense(a, b), permuted, atol=1e-12)

    def test_bad_sizes(self):
        for arguments, message in [((5, 2, 1), "phi: wanted a divisor of out = 12, found 5"),
                                   ((3, 3, 1), "gamma: wanted a divisor of in = 8, found 3"),
                                   ((3, 2, 0), "rank: wanted at least 1, found 0")]:
            with self.assertRaisesRegex(ValueError, message):
                projection.project_btt(np.ones((12, 8)), *arguments)


class KroneckerTest(unittest.TestCase):
    def test_products_are_recovered(self):
        random = np.random.default_rng(13)
        for factors in [[(3, 2), (4, 5)], [(2, 3), (1, 4), (3, 2)], [(5, 4)], [(2, 2)] * 4]:
            dense = projection.kronecker_to_dense([random.standard_normal(shape) for shape in factors])
            found = projection.project_kronecker(dense, factors)
            self.assertEqual([array.shape for array in found], factors)
            self.assertLess(relative(projection.kronecker_to_dense(found), dense), 1e-12)

    def test_sums_of_products_are_recovered(self):
        random = np.random.default_rng(14)
        dense = projection.kronecker_to_dense([random.standard_normal((3, 3, 4)), random.standard_normal((3, 5, 2))])
        found = projection.project_kronecker(dense, [(3, 4), (5, 2)], terms=3)
        self.assertEqual([array.shape for array in found], [(3, 3, 4), (3, 5, 2)])
        self.assertLess(relative(projection.kronecker_to_dense(found), dense), 1e-12)

    def test_first_factor_is_the_slowest(self):
        found = projection.kronecker_to_dense([np.array([[1, 2]]), np.array([[10, 100]])])
        np.testing.assert_array_equal(found, [[10, 100, 20, 200]])

    def test_bad_sizes(self):
        weight = np.ones((12, 8))
        for factors, terms, message in [([(3, 2), (4, 5)], 1, "factors: wanted a product of in = 8, found 10"),
                                        ([(3, 2), (4, 4)], 0, "terms: wanted 1, or more with two factors, found 0 with 2"),
                                        ([(3, 2), (2, 2), (2, 2)], 2, "found 2 with 3 factors")]:
            with self.assertRaisesRegex(ValueError, message):
                projection.project_kronecker(weight, factors, terms)


class BlastTest(unittest.TestCase):
    def random(self, seed, blocks, m, n, rank):
        random = np.random.default_rng(seed)
        return [random.standard_normal(shape) for shape in ((blocks, m, rank), (blocks, rank, n), (blocks, blocks, rank))]

    def test_exact_on_its_own_class(self):
        for seed, (blocks, m, n, rank) in enumerate([(2, 4, 4, 2), (4, 8, 6, 6), (3, 10, 12, 5), (2, 16, 24, 16), (1, 6, 5, 3)]):
            u, v, s = self.random(seed, blocks, m, n, rank)
            dense = projection_blast.blast_to_dense(u, v, s)
            found = projection_blast.project_blast(dense, blocks, rank)
            self.assertEqual([array.shape for array in found], [u.shape, v.shape, s.shape])
            self.assertLess(relative(projection_blast.blast_to_dense(*found), dense), 1e-10, (blocks, m, n, rank))

    def test_dense_form_follows_the_formula(self):
        u, v, s = self.random(20, 3, 2, 4, 5)
        dense = projection_blast.blast_to_dense(u, v, s)
        for i in range(3):
            for j in range(3):
                np.testing.assert_allclose(dense[2 * i:2 * i + 2, 4 * j:4 * j + 4], u[i] @ np.diag(s[i, j]) @ v[j])

    def test_error_never_grows_with_sweeps_and_beats_the_start(self):
        dense = np.random.default_rng(21).standard_normal((24, 32))
        errors = [relative(projection_blast.blast_to_dense(*projection_blast.project_blast(dense, 4, 5, sweeps)), dense)
                  for sweeps in (0, 1, 5, 40)]
        self.assertEqual(errors, sorted(errors, reverse=True))
        self.assertLess(errors[-1], errors[0])

    def test_no_worse_than_low_rank_whose_case_it_contains(self):
        random = np.random.default_rng(22)
        dense = random.standard_normal((24, 4)) @ random.standard_normal((4, 32))
        found = projection_blast.project_blast(dense, 4, 4)
        self.assertLess(relative(projection_blast.blast_to_dense(*found), dense), 1e-10)

    def test_rank_past_a_block(self):
        dense = np.random.default_rng(23).standard_normal((8, 8))
        found = projection_blast.project_blast(dense, 2, 8)  # 4 x 4 blocks
        self.assertEqual([array.shape for array in found], [(2, 4, 8), (2, 8, 4), (2, 2, 8)])
        self.assertLess(relative(projection_blast.blast_to_dense(*found), dense), 0.5)

    def test_zero_and_bad_sizes(self):
        found = projection_blast.project_blast(np.zeros((4, 4)), 2, 1)
        self.assertFalse(projection_blast.blast_to_dense(*found).any())
        for arguments, message in [((5, 1), "blocks: wanted a divisor of out = 12, found 5"),
                                   ((3, 1), "blocks: wanted a divisor of in = 8, found 3"),
                                   ((2, 0), "rank: wanted at least 1, found 0")]:
            with self.assertRaisesRegex(ValueError, message):
                projection_blast.project_blast(np.ones((12, 8)), *arguments)


if __name__ == "__main__":
    unittest.main()
