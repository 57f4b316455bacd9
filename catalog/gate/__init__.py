"""The gate: may this model version enter this stage, and if not, why, and who can mend it."""

from catalog.approvals import target_of
from catalog.gate.assessment import ALLOW, BLOCK, PENDING, Assessment, assess
from catalog.gate.evaluations import (
    changes,
    evaluate,
    history,
    input_of,
    latest,
    read,
    snapshot_of,
)
from catalog.gate.redaction import RESTRICTED, findings_for

__all__ = [
    "ALLOW",
    "BLOCK",
    "PENDING",
    "RESTRICTED",
    "Assessment",
    "assess",
    "changes",
    "evaluate",
    "findings_for",
    "history",
    "input_of",
    "latest",
    "read",
    "snapshot_of",
    "target_of",
]
