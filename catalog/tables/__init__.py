"""Every table of the catalog; what leaves the API is declared there."""

from catalog.tables.assets import (
    ACCOUNTABLE,
    HUMAN,
    Asset,
    AssetFacet,
    Event,
    Quarantined,
    SchemaVersion,
    Tag,
)
from catalog.tables.columns import UtcDateTime
from catalog.tables.graph import ColumnEdge, Edge, MaskingMark, Read, Run, Wiring, Write
from catalog.tables.models import (
    Approval,
    Evaluation,
    Evidence,
    ModelVersion,
    Policy,
    Promotion,
    Snapshot,
    StageHolder,
    Training,
)
from catalog.tables.people import AuditEntry, Grant, Token

__all__ = [
    "ACCOUNTABLE",
    "HUMAN",
    "Approval",
    "Asset",
    "AssetFacet",
    "AuditEntry",
    "ColumnEdge",
    "Edge",
    "Evaluation",
    "Event",
    "Evidence",
    "Grant",
    "MaskingMark",
    "ModelVersion",
    "Policy",
    "Promotion",
    "Quarantined",
    "Read",
    "Run",
    "SchemaVersion",
    "Snapshot",
    "StageHolder",
    "Tag",
    "Token",
    "Training",
    "UtcDateTime",
    "Wiring",
    "Write",
]
