"""Runs the checks of a dataset: those that are installed, or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core import registry
from ..core.errors import Malformed
from ..core.protocols import Check, Finding
from .slices import parse
from .subject import SEVERITIES, Subject
from .table import Table


def names() -> list[str]:
    """Names of all installed checks of datasets, sorted."""
    return registry.names("checks")


def installed(only: Sequence[str] = (), skip: Sequence[str] = ()) -> list[Check]:
    """The checks of these names, all when none is named, but for those to skip. Raises `UnknownKind`."""
    for name in skip:
        registry.find("checks", name)
    return [registry.find("checks", name) for name in (only or names()) if name not in skip]


def run(subject: Subject, checks: Iterable[Check]) -> list[Finding]:
    """What all checks find, the worst first."""
    found = [finding for check in checks for finding in check.check(subject)]
    return sorted(found, key=lambda finding: -SEVERITIES.index(finding.severity))


def check_options(options: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `Malformed` for an option that its check does not have, `UnknownKind` for a check that is not there."""
    for name, given in options.items():
        known = getattr(registry.find("checks", name), "options", None)
        unknown = [option for option in given if known is not None and option not in known]
        if unknown:
            have = f"its options are {', '.join(known)}" if known else "it has none"
            raise Malformed(f"the check {name} has no option {unknown[0]!r}; {have}", check=name, option=unknown[0])


def check(
    tables: Sequence[Table],
    *,
    text: str | None = None,
    label: str | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    slices: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Finding]:
    """Test tables from Python: what is learned from first, then what is measured on. The worst findings come first.

    text, label: columns. only, skip: names of checks. slices: predicates in words by name. options: by check, then name.
    """
    check_options(options or {})
    parsed = {name: parse(predicate) for name, predicate in (slices or {}).items()}
    subject = Subject(tuple(tables), text=text, label=label, options=options or {}, slices=parsed)
    return run(subject, installed(only, skip))


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among findings; None without any."""
    return max((finding.severity for finding in findings), key=SEVERITIES.index, default=None)
