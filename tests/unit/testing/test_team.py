"""A simulated team in the real loop: who is paused, who is reported, and what the labels are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handloom.store import rebuild
from handloom.testing import repeatable_project, temporary_workspace
from handloom.testing.team import Colleague, label_accuracy, work_together
from tests.workshop import texts

SETTINGS = {"overlap": 1, "most_answers": 5, "test_share": 0.0, "retrain_after": 40, "batch": 30, "experts": False}


def test_a_team_with_a_spammer_and_a_follower_labels_better_than_its_best_person() -> None:
    data = texts(320)
    truth = {f"k{k}": label for k, (_, label) in enumerate(data)}
    known = frozenset(f"k{k}" for k in range(20))

    def right(item: Mapping[str, Any]) -> str:
        return truth[item["key"]]

    honest = [Colleague(f"person {p}", p) for p in (0.6, 0.75, 0.85, 0.92)]
    team = [*honest, Colleague("spammer", 1 / 3), Colleague("follower", 0.6, follows=1.0)]
    with temporary_workspace() as site:
        tasks = [{"name": "t", "kind": "text_class@1", "labels": ["food", "money", "sport"]}]
        settings = SETTINGS | {"blind_share": 0.4, "model_votes": True}
        project = repeatable_project(site, "team", tasks, settings, word="team")
        project.add_items(
            {"key": key, "data": {"text": text}, **({"labels": {"t": truth[key]}} if key in known else {})}
            for key, (text, _) in zip(truth, data, strict=True)
        )
        project.add_gold(imported=True)
        done = work_together(site, project, team, right, seed=4)
        share, n = label_accuracy(project, right, given=known)
        project.measure()
        warned = {a["actor"]["name"] for a in project.quality()["anchoring"]["actors"] if a["warning"]}
        with site.store.read() as connection:
            assert rebuild.compare(connection, site.store.hooks) == []
    assert set(done.paused) == {"spammer"}
    assert done.paused["spammer"] < 40
    assert warned == {"follower"}
    assert n == len(data) - len(known)
    assert share >= max(done.right[one.name] / done.answers[one.name] for one in honest)
