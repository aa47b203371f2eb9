#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The structures of the demo: how each is written in MLIR, projected onto and made dense again.

Each has the attributes and methods of `Structure`. Sizes that a structure leaves open follow from the shape.
"""
import dataclasses

from danaus import projection, projection_blast


class Structure:
    """What the demo asks of a structure."""
    label: str  # in the table
    slug: str  # in names of files

    def encoding(self, shape):
        """The MLIR attribute for a matrix of shape (out, in)."""
        raise NotImplementedError

    def project(self, weight):
        """weight (out, in) -> its parameters in the order of `linop.assemble`, float64."""
        raise NotImplementedError

    def to_dense(self, parameters):
        """The (out, in) matrix of such parameters, float64."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Monarch(Structure):
    """k = l = blocks, with `rank` terms in each of the blocks^2 submatrices."""
    blocks: int
    rank: int

    @property
    def label(self):
        return f"Monarch {self.blocks} x {self.blocks}, rank {self.rank}"

    @property
    def slug(self):
        return f"monarch{self.blocks}-r{self.rank}"

    def encoding(self, shape):
        return f"#linop.monarch<blocks = [{self.blocks}, {self.blocks}], middle = {self.blocks ** 2 * self.rank}>"

    def project(self, weight):
        return projection.project_monarch(weight, (self.blocks, self.blocks), self.blocks ** 2 * self.rank)

    def to_dense(self, parameters):
        return projection.monarch_to_dense(*parameters)


@dataclasses.dataclass(frozen=True)
class LowRank(Structure):
    rank: int

    @property
    def label(self):
        return f"low rank {self.rank}"

    @property
    def slug(self):
        return f"lowrank{self.rank}"

    def encoding(self, shape):
        return f"#linop.low_rank<rank = {self.rank}>"

    def project(self, weight):
        return projection.project_low_rank(weight, self.rank)

    def to_dense(self, parameters):
        return projection.low_rank_to_dense(*parameters)


@dataclasses.dataclass(frozen=True)
class Btt(Structure):
    """Blocks of rank `rank`, phi = gamma = blocks."""
    blocks: int
    rank: int

    @property
    def label(self):
        return f"BTT {self.blocks} x {self.blocks}, rank {self.rank}"

    @property
    def slug(self):
        return f"btt{self.blocks}-r{self.rank}"

    def encoding(self, shape):
        phi, epsilon, gamma, alpha = projection.btt_sizes(shape, self.blocks, self.blocks)
        return f"#linop.btt<in = [{alpha}, {gamma}], out = [{phi}, {epsilon}], rank = {self.rank}>"

    def project(self, weight):
        return projection.project_btt(weight, self.blocks, self.blocks, self.rank)

    def to_dense(self, parameters):
        return projection.btt_to_dense(*parameters)


def split_evenly(size):
    """(p, q) with p q = size, as near to each other as can be, p <= q."""
    return next((p, size // p) for p in range(int(size ** 0.5), 0, -1) if size % p == 0)


@dataclasses.dataclass(frozen=True)
class Kronecker(Structure):
    """A sum of `terms` products of two factors, as even as the sizes allow."""
    terms: int

    @property
    def label(self):
        return f"Kronecker, {self.terms} terms"

    @property
    def slug(self):
        return f"kronecker{self.terms}"

    def encoding(self, shape):
        (p1, p2), (q1, q2) = split_evenly(shape[0]), split_evenly(shape[1])
        terms = f", terms = {self.terms}" if self.terms > 1 else ""
        return f"#linop.kronecker<rows = [{p1}, {p2}], columns = [{q1}, {q2}]{terms}>"

    def project(self, weight):
        rows, columns = map(split_evenly, weight.shape)
        return projection.project_kronecker(weight, list(zip(rows, columns)), self.terms)

    def to_dense(self, parameters):
        return projection.kronecker_to_dense(parameters)


@dataclasses.dataclass(frozen=True)
class Blast(Structure):
    blocks: int
    rank: int
    max_sweeps: int = projection_blast.MAX_SWEEPS

    @property
    def label(self):
        return f"BLAST {self.blocks} x {self.blocks}, rank {self.rank}"

    @property
    def slug(self):
        return f"blast{self.blocks}-r{self.rank}"

    def encoding(self, shape):
        return f"#linop.blast<blocks = {self.blocks}, rank = {self.rank}>"

    def project(self, weight):
        return projection_blast.project_blast(weight, self.blocks, self.rank, self.max_sweeps)

    def to_dense(self, parameters):
        return projection_blast.blast_to_dense(*parameters)


# About a third of the parameters of a square layer and a fifth of those of a feed-forward one; a Kronecker product has
# far fewer, and as many terms as would make that up would cost more than the dense layer.
STRUCTURES = (Monarch(4, 16), LowRank(64), Btt(4, 16), Kronecker(4), Blast(4, 64, max_sweeps=10))
