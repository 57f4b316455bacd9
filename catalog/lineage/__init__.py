"""What flows where: walks over the graph, the snapshot a decision stands on, and people's word on
masking."""

from catalog.lineage.masking import mark_masking
from catalog.lineage.snapshot import snapshot
from catalog.lineage.walk import Direction, Graph, walk

__all__ = ["Direction", "Graph", "mark_masking", "snapshot", "walk"]
