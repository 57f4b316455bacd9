"""The web: REST routers, OpenLineage ingest and problem+json. Nothing below knows that there is
one."""
