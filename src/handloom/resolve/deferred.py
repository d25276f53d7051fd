"""What this step needs of scipy, loaded when first called: the server imports the step, but never computes with it."""

from __future__ import annotations

from typing import Any


def digamma(x: Any) -> Any:
    """Derivative of log gamma: expected logs under Dirichlet and Beta are differences of it."""
    from scipy.special import digamma as found

    return found(x)


def gammaln(x: Any) -> Any:
    """Log of the gamma function."""
    from scipy.special import gammaln as found

    return found(x)


def expit(x: Any) -> Any:
    """1 / (1 + exp(-x)), without overflow."""
    from scipy.special import expit as found

    return found(x)


def f_quantile(up: Any, down: Any, share: float) -> float:
    """Quantile of the F distribution with these degrees of freedom."""
    from scipy.special import fdtri

    return float(fdtri(up, down, share))


def csr(parts: Any, shape: tuple[int, int]) -> Any:
    """Sparse matrix by rows, from (values, columns, starts) or (values, (rows, columns))."""
    from scipy.sparse import csr_array

    return csr_array(parts, shape=shape)


def most_pairs(fits: Any) -> Any:
    """(rows,) column paired with each row, -1 for none, so that as many as possible are. fits: (rows, columns) of 0 and 1."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    return maximum_bipartite_matching(csr_array(fits), perm_type="column")
