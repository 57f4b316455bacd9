"""Which columns a dataset has, and which of them a name in column lineage means."""

from collections.abc import Iterable, Iterator

from catalog.checks.view import View

# Stands for the columns of a dataset of which nobody listed any.
UNLISTED = ""
# As a name in column lineage: every column.
EVERY = ""


class Names:
    """The columns of every dataset: the leaves of its schema, and what column lineage adds."""

    def __init__(self, view: View) -> None:
        self._paths = {
            key: _leaves(field.path for field in row.fields or ())
            for key, row in view.datasets.items()
        }
        listed = {key: tuple(paths) for key, paths in self._paths.items()}
        targets = set()
        for edge in view.columns:
            self._add(edge.source, edge.source_field, listed)
            self._add(edge.target, edge.target_field, listed)
            if edge.target_field != EVERY:
                targets.add(edge.target)
        for key, row in view.datasets.items():
            if not row.fields and key not in targets:
                self._paths[key][UNLISTED] = None
        self._meant: dict[tuple[str, str], tuple[str, ...]] = {}

    def _add(self, dataset: str, path: str, listed: dict[str, tuple[str, ...]]) -> None:
        paths = self._paths.setdefault(dataset, {})
        if path != EVERY and not _matching(listed.get(dataset, ()), path):
            paths[path] = None

    def of(self, dataset: str) -> tuple[str, ...]:
        """All of a dataset's columns."""
        return tuple(self._paths.get(dataset, {UNLISTED: None}))

    def meant(self, dataset: str, path: str) -> tuple[str, ...]:
        """The columns that a name stands for: itself, all beneath it, the one it is part of.

        EVERY stands for all of them.
        """
        key = (dataset, path)
        if key not in self._meant:
            known = self.of(dataset)
            self._meant[key] = (_matching(known, path) or (path,)) if path != EVERY else known
        return self._meant[key]


def above(path: str) -> Iterator[str]:
    """The paths that a nested path lies in, nearest first: a.b, then a, for a.b.c."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def _leaves(listed: Iterable[str]) -> dict[str, None]:
    paths = list(listed)
    inner = {outer for path in paths for outer in above(path)}
    return dict.fromkeys(path for path in paths if path not in inner)


def _matching(known: Iterable[str], path: str) -> tuple[str, ...]:
    known = [one for one in known if one]
    exact = tuple(one for one in known if _related(one, path))
    # Warehouses name the same column ID here and id there.
    return exact or tuple(one for one in known if _related(one.casefold(), path.casefold()))


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
