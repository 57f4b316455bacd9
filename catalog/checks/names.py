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
        self._listed = {key: frozenset(paths) for key, paths in self._paths.items()}
        named = {(edge.source, edge.source_field) for edge in view.columns}
        targets = {(edge.target, edge.target_field) for edge in view.columns}
        for dataset, path in sorted(named | targets):
            self._add(dataset, path)
        described = {dataset for dataset, path in targets if path != EVERY}
        for key, row in view.datasets.items():
            if not row.fields and key not in described:
                self._paths[key][UNLISTED] = None
        self._meant: dict[tuple[str, str], tuple[str, ...]] = {}

    def _add(self, dataset: str, path: str) -> None:
        listed = self._listed.get(dataset, frozenset())
        paths = self._paths.setdefault(dataset, {})
        if path != EVERY and path not in listed and not _matching(listed, path):
            paths[path] = None

    def of(self, dataset: str) -> tuple[str, ...]:
        """All of a dataset's columns."""
        return tuple(self._paths.get(dataset, {UNLISTED: None}))

    def meant(self, dataset: str, path: str) -> tuple[str, ...]:
        """The columns that a name stands for: itself, all beneath it, the one it is part of.

        EVERY stands for all of them.
        """
        if path in self._listed.get(dataset, ()):
            # A leaf of the schema: nothing lies beneath it, and it is no part of another.
            return (path,)
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
