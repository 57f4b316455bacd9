"""Models, their immutable versions and the evidence about them, each bound to a digest."""

from catalog.registry.artifact import Artifact, File, can_be_kept
from catalog.registry.evidence import (
    EvidenceKind,
    Metric,
    add_evidence,
    all_evidence,
    evidence_of,
)
from catalog.registry.versions import (
    MODEL,
    Key,
    Registered,
    by_id,
    by_ids,
    page,
    read,
    register_version,
    target,
    version_of,
    versions_of,
)

__all__ = [
    "MODEL",
    "Artifact",
    "EvidenceKind",
    "File",
    "Key",
    "Metric",
    "Registered",
    "add_evidence",
    "all_evidence",
    "by_id",
    "by_ids",
    "can_be_kept",
    "evidence_of",
    "page",
    "read",
    "register_version",
    "target",
    "version_of",
    "versions_of",
]
