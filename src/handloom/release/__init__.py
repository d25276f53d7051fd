"""Step 8, release: whether a model may be proposed, in words a person can judge."""

from .gate import CHOICES, ENOUGH, ROLES, Verdict, decision_body, judge

__all__ = ["CHOICES", "ENOUGH", "ROLES", "Verdict", "decision_body", "judge"]
