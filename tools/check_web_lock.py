"""Checks web/package-lock.json: free of addresses, and complete for every platform.

npm writes the address of the registry it was given beside each package unless told not to,
and leaves out a platform's package that this registry lacks; `npm ci` then fails elsewhere.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "web" / "package-lock.json"

# As json gives it: a lock file is whatever npm wrote.
Entry = dict[str, object]


def main() -> None:
    if not LOCK.is_file():
        sys.exit("there is no web/package-lock.json")
    packages: dict[str, Entry] = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    problems = list(complaints(packages))
    for problem in problems:
        print(f"web/package-lock.json: {problem}")
    sys.exit(1 if problems else 0)


def complaints(packages: dict[str, Entry]) -> Iterator[str]:
    for path, entry in packages.items():
        if "resolved" in entry:
            yield f"{path} carries the address it came from; lock again with web/.npmrc in place"
        if path and "integrity" not in entry and not entry.get("link"):
            yield f"{path} has no integrity hash"
        optional = entry.get("optionalDependencies")
        for name in optional if isinstance(optional, dict) else ():
            if not is_locked(name, path, packages):
                yield f"{name}, which {path or 'the project'} needs on some platform, is missing"


def is_locked(name: str, path: str, packages: dict[str, Entry]) -> bool:
    """Whether `name` is found from `path`, in its own node_modules or in one further up."""
    folders = path.split("/node_modules/") if path else []
    above = ["/node_modules/".join(folders[:depth]) for depth in range(len(folders), 0, -1)]
    return any(f"{folder}/node_modules/{name}" in packages for folder in above) or (
        f"node_modules/{name}" in packages
    )


if __name__ == "__main__":
    main()
