"""Whether one person labelled most of a dataset."""

from __future__ import annotations

from collections import Counter

from ...core.protocols import Finding
from ..subject import Subject, found


class LabelShare:
    """People who gave more than ``most`` of all answers (default 0.5), where three or more took part and 50 answers are
    there: their habits become the model's."""

    name = "label_share"
    options = ("most",)

    def check(self, subject: Subject) -> list[Finding]:
        most = subject.option(self.name, "most", 0.5)
        given = Counter(answer.actor for answer in subject.answers)
        total = sum(given.values())
        if len(given) < 3 or total < 50:
            return []
        findings = []
        for actor, n in given.most_common():
            if n > most * total:
                rows = sorted({answer.row for answer in subject.answers if answer.actor == actor})
                message = f"{actor} gave {n:,} of {total:,} answers, {n / total:.0%}; more than {most:.0%}"
                findings.append(found(self.name, "warning", subject.tables[0], rows, message, actor=actor, n=n))
        return findings
