from __future__ import annotations

from handloom.resolve import quorum

ROLES = ("engineer", "owner")


def test_one_approval_is_enough_when_one_is_needed() -> None:
    found = quorum([("owner", "approve")], roles=ROLES, needs=1)
    assert found is not None
    assert (found.decision, found.by) == ("approve", (0,))


def test_it_stays_open_until_enough_people_approve() -> None:
    assert quorum([("owner", "approve")], roles=ROLES, needs=2) is None
    found = quorum([("owner", "approve"), ("engineer", "approve")], roles=ROLES, needs=2)
    assert found is not None
    assert found.by == (0, 1)


def test_one_rejection_ends_it() -> None:
    found = quorum([("owner", "approve"), ("engineer", "reject")], roles=ROLES, needs=3)
    assert found is not None
    assert found.decision == "reject"


def test_roles_that_may_not_decide_and_deferrals_do_not_count() -> None:
    assert quorum([("annotator", "approve"), ("owner", "defer"), ("expert", "reject")], roles=ROLES, needs=1) is None
