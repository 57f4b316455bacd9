"""Sluice: the catalog that decides which models may pass. Import its modules explicitly."""

__version__ = "0.1.0"
