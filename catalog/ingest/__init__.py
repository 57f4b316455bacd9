"""The writer: from received bodies to the event log and its projection, many events in one
transaction."""

from catalog.ingest.log import Entry, Receipt, Status, decompress, quarantined, record
from catalog.ingest.rebuild import dump, rebuild
from catalog.ingest.writer import Writer

__all__ = [
    "Entry",
    "Receipt",
    "Status",
    "Writer",
    "decompress",
    "dump",
    "quarantined",
    "rebuild",
    "record",
]
