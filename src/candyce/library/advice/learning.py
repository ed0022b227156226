"""Which resources go together: neighbours of each, learnt at night from what teachers used.

Plain data in and out; no database here, so that the benchmark runs the very same code. This module alone imports
numpy, scipy and implicit, and only the worker imports it.

- *Used together*: item-to-item similarity of the matrix teachers x resources after BM25 weighting (a teacher who
  opens everything says little of each), and the similarity of ALS factors under the ridge that explains a
  recommendation in Hu, Koren & Volinsky (2008), section 5: ``y_i (Y'Y + cI)^-1 y_j``. Pairs that fewer than
  :data:`PEOPLE` teachers have in common say nothing: nobody's use can be read off a neighbour.
- *Alike*: the same BM25 over words of the metadata, for what is new or rarely used.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: the factors are small

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy import sparse
from threadpoolctl import threadpool_limits

from candyce.library.advice.ranking import Neighbour

PEOPLE = 3  # of one pair or one resource: fewer would tell of persons
NEIGHBOURS = 40  # kept of each resource
ALIKE = 12  # of these, at most so many that are only alike
FACTORS = 48
RIDGE = 10.0
COSINE = 0.1
LATEST = 300  # uses of one teacher that count
FEWEST_TEACHERS = 20  # below, factors would only learn them by heart

logging.getLogger("implicit").setLevel(logging.ERROR)


def learn(
    uses: Iterable[tuple[str, str, float, float]], words: Mapping[str, Iterable[str]]
) -> tuple[dict[str, list[Neighbour]], dict[str, int]]:
    """Neighbours of each resource, best first, and how many people used it (0 when fewer than three).

    ``uses`` are ``(person, resource, weight, time)``, one for each pair; ``words`` the metadata's words of each
    resource that there is: uses of others are passed over.
    """
    keys = sorted(words)
    alike = _learn_alike(keys, words)
    matrix, times = _read_uses(uses, keys)
    people = np.asarray((matrix > 0).sum(axis=0)).ravel()
    known = np.flatnonzero(people >= PEOPLE)
    together = _learn_together(matrix[:, known].tocsr(), times[:, known].tocsr(), known)
    found = {}
    for index, key in enumerate(keys):
        near = together.get(index, {})
        for other, score in alike.get(index, []):
            if other not in near:
                near[other] = (0.0, score, 0, 0)
        best = sorted(near.items(), key=lambda one: (-one[1][0] - one[1][1] / 4, one[0]))
        found[key] = [
            Neighbour(keys[other], round(used, 4), round(like, 4), count, after)
            for other, (used, like, count, after) in best[:NEIGHBOURS]
        ]
    counts = np.where(people >= PEOPLE, people, 0)
    return found, {key: int(count) for key, count in zip(keys, counts, strict=True)}


def _read_uses(uses, keys) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Weights and times, teachers x resources; of each teacher the latest uses."""
    columns = {key: index for index, key in enumerate(keys)}
    rows: dict[str, list[tuple[float, int, float]]] = {}
    for person, key, weight, time in uses:
        if key in columns:
            rows.setdefault(person, []).append((time, columns[key], weight))
    entries = [
        (row, column, weight, time)
        for row, mine in enumerate(rows.values())
        for time, column, weight in sorted(mine)[-LATEST:]
    ]
    shape = (max(len(rows), 1), len(keys))
    if not entries:
        return sparse.csr_matrix(shape), sparse.csr_matrix(shape)
    row, column, weight, time = (np.array(values) for values in zip(*entries, strict=True))
    return (
        sparse.csr_matrix((weight.astype(np.float32), (row, column)), shape=shape),
        sparse.csr_matrix((time - time.min() + 1.0, (row, column)), shape=shape),
    )


def _learn_alike(keys, words) -> dict[int, list[tuple[int, float]]]:
    vocabulary: dict[str, int] = {}
    rows, columns = [], []
    for column, key in enumerate(keys):
        for word in sorted(set(words[key])):
            rows.append(vocabulary.setdefault(word, len(vocabulary)))
            columns.append(column)
    if not rows:
        return {}
    data = np.ones(len(rows), dtype=np.float64)
    matrix = sparse.csr_matrix((data, (rows, columns)), shape=(len(vocabulary), len(keys)))
    return _nearest(matrix, ALIKE)


def _nearest(matrix: sparse.csr_matrix, count: int) -> dict[int, list[tuple[int, float]]]:
    """The ``count`` nearest columns of each column under BM25, scores in 0..1 by the column itself."""
    model = ItemItemRecommender(K=count + 1, num_threads=1)
    model.fit(bm25_weight(matrix.T, K1=1.2, B=0.75).T.tocsr(), show_progress=False)
    similar = model.similarity.tocsr()
    found = {}
    for index in range(similar.shape[0]):
        start, end = similar.indptr[index], similar.indptr[index + 1]
        own = similar[index, index]
        pairs = zip(similar.indices[start:end], similar.data[start:end], strict=True)
        found[index] = [
            (int(other), float(score / own)) for other, score in pairs if other != index and own > 0
        ]
    return found


def _learn_together(matrix, times, known) -> dict[int, dict[int, tuple[float, float, int, int]]]:
    """For each column of the whole matrix: ``{other: (score, 0, people, of whom later)}``."""
    if not len(known):
        return {}
    used = (matrix > 0).astype(np.float32)
    common = (used.T @ used).tocoo()
    kept = (common.row != common.col) & (common.data >= PEOPLE)
    rows, columns, counts = common.row[kept], common.col[kept], common.data[kept].astype(int)
    near = np.zeros(len(rows))
    lookup = {i: dict(pairs) for i, pairs in _nearest(matrix, 200).items()}
    near[:] = [lookup[i].get(j, 0.0) for i, j in zip(rows, columns, strict=True)]
    # In a small school BM25 may find that everything is common: then the plain cosine decides.
    size = np.asarray(used.sum(axis=0)).ravel()
    score = near + COSINE * counts / np.sqrt(size[rows] * size[columns])
    if matrix.shape[0] >= FEWEST_TEACHERS:
        score = score + _read_factors(matrix, rows, columns)
    later = _count_later(times, rows, columns)
    found: dict[int, dict[int, tuple[float, float, int, int]]] = {}
    for i, j, value, count, after in zip(rows, columns, score, counts, later, strict=True):
        if value > 0:
            entry = (float(value), 0.0, int(count), int(after))
            found.setdefault(int(known[i]), {})[int(known[j])] = entry
    return found


def _read_factors(matrix, rows, columns) -> np.ndarray:
    size = min(FACTORS, max(2, min(matrix.shape) // 4))
    model = AlternatingLeastSquares(
        factors=size, regularization=0.1, alpha=2.0, iterations=12, num_threads=1, random_state=1
    )
    with threadpool_limits(1, "blas"):  # where something had loaded numpy before
        model.fit(matrix.astype(np.float32), show_progress=False)
    factors = model.item_factors.astype(np.float64)
    ridge = np.linalg.inv(factors.T @ factors + RIDGE * np.eye(size))
    return np.einsum("nf,nf->n", (factors @ ridge)[rows], factors[columns])


def _count_later(times, rows, columns) -> np.ndarray:
    """How many of those who used both used the second after the first."""
    by_column = times.tocsc()
    found = np.zeros(len(rows), dtype=int)
    seen = [
        dict(
            zip(
                by_column.indices[by_column.indptr[i] : by_column.indptr[i + 1]],
                by_column.data[by_column.indptr[i] : by_column.indptr[i + 1]],
                strict=True,
            )
        )
        for i in range(times.shape[1])
    ]
    for n, (i, j) in enumerate(zip(rows, columns, strict=True)):
        first, second = seen[i], seen[j]
        found[n] = sum(second[who] > when for who, when in first.items() if who in second)
    return found
