"""How often people are right where the right answer is known."""

from __future__ import annotations

from collections import defaultdict

from ...core.intervals import wilson
from ...core.protocols import Finding
from ..subject import Given, Subject, found


class GoldAccuracy:
    """People whose accuracy on gold is below ``least`` (default 0.7) beyond doubt: even the upper end of its 95 %
    interval is. Rows are those they got wrong."""

    name = "gold_accuracy"
    options = ("least",)

    def check(self, subject: Subject) -> list[Finding]:
        least = subject.option(self.name, "least", 0.7)
        by_actor: dict[str, list[Given]] = defaultdict(list)
        for answer in subject.answers:
            if answer.gold is not None:
                by_actor[answer.actor].append(answer)
        findings = []
        for actor, answers in sorted(by_actor.items()):
            wrong = [answer.row for answer in answers if answer.value != answer.gold]
            right = len(answers) - len(wrong)
            low, high = wilson(right, len(answers))
            if high < least:
                message = (
                    f"{actor} is right in {right} of {len(answers)} answers on gold ({low:.2f} to {high:.2f}), "
                    f"below {least:g}"
                )
                findings.append(
                    found(self.name, "error", subject.tables[0], wrong, message, actor=actor, n=len(answers))
                )
        return findings
