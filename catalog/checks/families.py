"""Every check, by being imported here: a check in no module named here does not exist."""

from collections.abc import Mapping
from types import MappingProxyType

from catalog.checks import metrics, personal, registry, runs, sources, upstream

MODULES = (metrics, personal, runs, sources, upstream)
CHECKS: Mapping[str, registry.Check] = MappingProxyType(registry.CHECKS)
