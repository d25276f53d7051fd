"""Settings of a project: what each means, its default and what it may be. Stored in full with every project."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Malformed, UnknownKind
from .registry import names
from .roles import ROLES, allowed

MAX_RULES = 500
MAX_PATTERN = 500
MAX_ASSIGN = 100
MAX_TAG = 80
POLICIES = {"answers": "green", "verdicts": "green", "corrections": "green"}
MAX_PREDICATE = 5_000
_ACTOR = re.compile(r"a[1-9][0-9]{0,17}")
_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its default, a sentence about it, and a check that returns the value to store or raises `Malformed`."""

    default: Any
    words: str
    check: Callable[[Any], Any]


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Malformed(f"a whole number from {low} to {high} is wanted; found {str(value)[:80]}")
        return value

    return check


def _number(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise Malformed(f"a number from {low:g} to {high:g} is wanted; found {str(value)[:80]}")
        return float(value)

    return check


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"true or false is wanted; found {str(value)[:80]}")
    return value


def _strategy(value: Any) -> str:
    known = sorted({"auto", *names("strategies")})
    if value not in known:
        raise UnknownKind("strategy", str(value)[:80], known)
    return value


def _heuristic(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    wanted = (
        'an object {"rules": [{"pattern": "regular expression", "label": "..."}], "default": "..."} is wanted, '
        'or {"python": "package.module:function"}'
    )
    if isinstance(value, Mapping) and "python" in value:
        name = value["python"]
        if len(value) > 1 or not isinstance(name, str) or len(name) > MAX_PATTERN or not _FUNCTION.fullmatch(name):
            raise Malformed(wanted)
        return {"python": name}
    if not isinstance(value, Mapping) or not isinstance(value.get("default"), str | None):
        raise Malformed(wanted)
    rules = value.get("rules", [])
    if not rules and value.get("default") is None:
        raise Malformed(f"{wanted}; one without rules and default says nothing, null removes the heuristic")
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise Malformed(f"{wanted}, with at most {MAX_RULES} rules")
    return {"rules": [_rule(rule, wanted) for rule in rules], "default": value.get("default")}


def _rule(rule: Any, wanted: str) -> dict[str, str]:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("label"), str):
        raise Malformed(wanted)
    pattern = rule.get("pattern")
    if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_PATTERN:
        raise Malformed(f"a pattern has 1 to {MAX_PATTERN} characters")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Malformed(f"pattern {pattern[:80]!r} is no regular expression: {error}") from error
    return {"pattern": pattern, "label": rule["label"]}


def _checks(value: Any) -> list[str]:
    known = names("checks")
    wanted = f'a list of data tests is wanted, as "leakage" or "leakage:warning"; known are {", ".join(known)}'
    if not isinstance(value, list | tuple) or len(value) > MAX_ASSIGN:
        raise Malformed(wanted)
    found: dict[str, str] = {}
    for one in value:
        name, _, severity = str(one).partition(":")
        if name not in known:
            raise UnknownKind("data test", name[:80], known)
        if severity not in ("", "error", "warning"):
            raise Malformed(f"{wanted}; found {str(one)[:80]!r}")
        found[name] = f"{name}:warning" if "warning" in (severity, found.get(name, "").partition(":")[2]) else name
    return list(found.values())


def _policies(value: Any) -> dict[str, str]:
    wanted = 'an object of corrections, answers and verdicts is wanted, each "green" or "request"'
    if not isinstance(value, Mapping) or not set(value) <= set(POLICIES):
        raise Malformed(f"{wanted}; found {str(value)[:80]}")
    for name, policy in value.items():
        if policy not in ("green", "request"):
            raise Malformed(f"{wanted}; {name} is {str(policy)[:80]!r}")
    return {**POLICIES, **value}


def _deciders(value: Any) -> list[str]:
    known = [role for role in ROLES if allowed(role, "answer_decide")]
    if not isinstance(value, list | tuple) or not value or not set(value) <= set(known):
        raise Malformed(f"a list of some of {', '.join(known)} is wanted; found {str(value)[:80]}")
    return [role for role in known if role in value]


def _slices(value: Any) -> list[dict[str, str]]:
    """Their form alone; whether a predicate can be read is judged where predicates are."""
    wanted = f'a list of at most {MAX_ASSIGN} slices {{"name": "long", "where": "length(text) > 200"}}, each name once'
    if not isinstance(value, list) or len(value) > MAX_ASSIGN:
        raise Malformed(f"{wanted} is wanted")
    for one in value:
        if not isinstance(one, Mapping) or set(one) != {"name", "where"}:
            raise Malformed(f"{wanted} is wanted; found {str(one)[:80]}")
        name, where = one["name"], one["where"]
        if not isinstance(name, str) or not 0 < len(name) <= MAX_TAG or not name.isprintable():
            raise Malformed(f"a slice has a name of 1 to {MAX_TAG} printable characters; found {str(name)[:80]!r}")
        if not isinstance(where, str) or not 0 < len(where) <= MAX_PREDICATE:
            raise Malformed(f"the slice {name!r} is described in 1 to {MAX_PREDICATE} characters")
    if len({one["name"] for one in value}) < len(value):
        raise Malformed(f"{wanted} is wanted; a name stands there twice")
    return [{"name": one["name"], "where": one["where"]} for one in value]


def _or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _assign(value: Any) -> list[dict[str, Any]]:
    wanted = (
        'a list of rules {"name", "where"?: {"field", "is"}, "needs"?: 1 to 25, "tags"?: ["..."], "skill"?: 0 to 1} is '
        "wanted, each name once"
    )
    if not isinstance(value, list) or len(value) > MAX_ASSIGN:
        raise Malformed(f"{wanted}, at most {MAX_ASSIGN}")
    rules = [_assigned(rule, wanted) for rule in value]
    if len({rule["name"] for rule in rules}) < len(rules):
        raise Malformed(wanted)
    return rules


def _assigned(raw: Any, wanted: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or set(raw) - {"name", "where", "needs", "tags", "skill"}:
        raise Malformed(wanted)
    name, where, tags = raw.get("name"), raw.get("where"), raw.get("tags", [])
    if not isinstance(name, str) or not 0 < len(name) <= MAX_TAG or not name.isprintable():
        raise Malformed(f"{wanted}; a name has 1 to {MAX_TAG} printable characters")
    if where is not None and (
        not isinstance(where, Mapping)
        or set(where) != {"field", "is"}
        or not isinstance(where["field"], str)
        or not isinstance(where["is"], str | int | float | bool)
    ):
        raise Malformed(f"{wanted}; where names a field of the item's meta or data and the value it is to have")
    needs = None if raw.get("needs") is None else _whole(1, 25)(raw["needs"])
    return {
        "name": name,
        "where": None if where is None else dict(where),
        "needs": needs,
        "tags": checked_tags(tags),
        "skill": _number(0, 1)(raw.get("skill", 0.0)),
    }


def checked_tags(value: Any) -> list[str]:
    """Tags of people, sorted and each once; raises `Malformed`."""
    if (
        not isinstance(value, list | tuple)
        or len(value) > MAX_ASSIGN
        or not all(isinstance(tag, str) and 0 < len(tag) <= MAX_TAG and tag.isprintable() for tag in value)
    ):
        raise Malformed(f"tags are a list of at most {MAX_ASSIGN} words of 1 to {MAX_TAG} characters", field="tags")
    return sorted(set(value))


def _pairs(value: Any) -> list[list[str]]:
    if (
        not isinstance(value, list)
        or len(value) > MAX_RULES
        or not all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(a, str) for a in pair) for pair in value
        )
        or not all(_ACTOR.fullmatch(actor) for pair in value for actor in pair)
    ):
        raise Malformed('a list of pairs of actors is wanted: ["a3", "a5"] says that a3 never answers after a5')
    return [list(pair) for pair in value]


SETTINGS: dict[str, Setting] = {
    "overlap": Setting(1, "answers wanted per question, each from another actor", _whole(1, 25)),
    "most_answers": Setting(
        None,
        "answers asked for at most while a label is not sure enough, starting from the overlap; null: the overlap only",
        _or_none(_whole(1, 25)),
    ),
    "sure": Setting(0.95, "posterior of a label at which nobody else is asked", _number(0.5, 1)),
    "answer_worth": Setting(
        None,
        "seconds of attention that a wrong label costs later; no answer is asked that is worth less than its time",
        _or_none(_number(0, 1e6)),
    ),
    "model_votes": Setting(False, "whether the suggestion of the latest model counts as one more answer", _flag),
    "model_backs": Setting(
        True, "whether a suggestion that people agree with spares asking somebody else; the label stays theirs", _flag
    ),
    "hour_costs": Setting(
        0.0, "what an hour of attention costs, in your currency; 0: nobody has said", _number(0, 1e9)
    ),
    "gold_share": Setting(0.05, "share of questions that are gold in disguise, where the task has gold", _number(0, 1)),
    "gold_first": Setting(
        10, "gold answers of somebody new before that share holds; until then every third is gold", _whole(0, 1000)
    ),
    "pause_below": Setting(
        0.5, "accuracy below which somebody is paused, once the checks leave no doubt; 0: never", _number(0, 1)
    ),
    "practice": Setting(
        0, "practice answers with feedback before the first question that counts; needs gold", _whole(0, 200)
    ),
    "qualify": Setting(0.8, "share of those practice answers that has to be right", _number(0, 1)),
    "experts": Setting(True, "whether what people disagree about or flag becomes a question for an expert", _flag),
    "expert_gold": Setting(False, "whether an expert's verdict is used to check people from then on", _flag),
    "members_only": Setting(False, "whether only members see the project; owners of the workspace always do", _flag),
    "data_tests": Setting(
        [],
        "data tests that a version has to pass before it is main's and before a model is trained on it; an error fails "
        "them, and a warning too where it says so (leakage:warning)",
        _checks,
    ),
    "merge_tests": Setting(
        ["schema", "leakage", "label_conflicts:warning"],
        "data tests that what people change has to pass beside those before it is merged into main",
        _checks,
    ),
    "merge_policy": Setting(
        POLICIES,
        "green: corrections, answers or experts' verdicts are main's as soon as their data tests pass; request: people "
        "decide about them first",
        _policies,
    ),
    "merge_quorum": Setting(1, "approvals that a merge request needs", _whole(1, 25)),
    "merge_roles": Setting(["engineer", "owner"], "who may approve and reject merge requests", _deciders),
    "own_approval": Setting(False, "whether who changed the data may also approve the change", _flag),
    "upload_mib": Setting(1024, "MiB that a file may have that people send to be imported", _whole(1, 1_000_000)),
    "slices": Setting([], "named subsets of the items, each a predicate over fields, meta and label", _slices),
    "assign": Setting([], "rules of which items want how many answers, and from whom; the first that fits", _assign),
    "never_after": Setting([], "pairs of actors: the first never answers what the second has answered", _pairs),
    "batch": Setting(20, "questions picked at a time", _whole(1, 1000)),
    "strategy": Setting("auto", "how the next items are chosen", _strategy),
    "balance": Setting(False, "whether a batch holds no more of one predicted label than its even part", _flag),
    "random_share": Setting(0.1, "share of each batch that is drawn uniformly at random", _number(0, 1)),
    "test_share": Setting(0.1, "share of the items in the living test set, which is never trained on", _number(0, 0.9)),
    "lease_seconds": Setting(600, "how long a claimed question stays with whoever claimed it", _whole(5, 86_400)),
    "blind_share": Setting(
        0.1, "share of the questions asked without their suggestion, to measure anchoring", _number(0, 1)
    ),
    "suggestions": Setting(True, "whether the latest model proposes an answer", _flag),
    "correction_weight": Setting(
        1.0,
        "how much a label counts in training that a verdict corrected; at most 3/10 of the whole weight",
        _number(1, 10),
    ),
    "automatic_labels": Setting(
        False, "whether training also learns from labels that a policy gave and no person", _flag
    ),
    "retrain_after": Setting(20, "new labels after which a model is trained", _whole(1, 1_000_000)),
    "decision_days": Setting(14, "days until an open decision takes its safe default", _number(0.001, 3650)),
    "release_margin": Setting(0.0, "how much better a model has to be to be proposed for release", _number(0, 1)),
    "sample_random": Setting(0.02, "share of predictions that become questions at random", _number(0, 1)),
    "sample_uncertain": Setting(
        0.05, "share of predictions, the least sure ones, that become questions", _number(0, 1)
    ),
    "heuristic": Setting(
        None,
        "rules that a model has to beat: a table of regular expressions, or a Python function where that is trusted",
        _heuristic,
    ),
    "auto": Setting(True, "whether the loop takes the next step by itself", _flag),
}
DEFAULTS: dict[str, Any] = {name: setting.default for name, setting in SETTINGS.items()}


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings after these changes; raises `Malformed` for an unknown name or a value out of range."""
    new = {**DEFAULTS, **old}
    for name, value in changes.items():
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise Malformed(
                f"there is no setting {name[:80]!r}; known are {', '.join(SETTINGS)}.{hint}", field=name[:80]
            )
        try:
            new[name] = SETTINGS[name].check(value)
        except Malformed as error:
            raise Malformed(f"setting {name}: {error.message}", field=name) from error
    return new
