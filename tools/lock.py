"""Writes the files in requirements/: every package pinned, with its hashes.

run.txt is what serves, dev.txt what tests and checks as well, build.txt what builds the wheel,
node.txt Node.js for a machine that has none, producers.txt the real producers of events
that the long tests run.

Versions already locked stay where they can; with --upgrade the newest are taken.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
GROUPS = ("test", "lint", "build")


def main() -> None:
    extra = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    groups = [argument for group in GROUPS for argument in ("--group", group)]
    with tempfile.TemporaryDirectory() as scratch:
        uv = shutil.which("uv") or install_uv(Path(scratch))
        lock(uv, "run.txt", ["pyproject.toml", *extra])
        # What serves is what is tested: the development set takes its versions from run.txt.
        same = ["--constraints", "requirements/run.txt"]
        lock(uv, "dev.txt", ["pyproject.toml", *groups, *same, *extra])
        lock(uv, "build.txt", ["--group", "build", "--constraints", "requirements/dev.txt", *extra])
        lock(uv, "node.txt", ["--group", "node", *extra])
        # pip takes `mashumaro[msgpack]` for another package than `mashumaro`, and wants its hash.
        lock(uv, "producers.txt", ["--group", "producers", "--no-strip-extras", *extra])


def install_uv(scratch: Path) -> str:
    venv.create(scratch / "venv", with_pip=True)
    folder = scratch / "venv" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([folder / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(folder / "uv")


def lock(uv: str, name: str, arguments: list[str]) -> None:
    # Requirements files, not uv.lock or pylock.toml: those always hold the address of
    # the package index they were made with.
    options = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    quiet = ["--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"]
    output = ["--output-file", f"requirements/{name}"]
    command = [uv, "pip", "compile", *options, *quiet, *output, *arguments]
    subprocess.run(command, check=True, cwd=ROOT)
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    print(f"requirements/{name}: {sum(line[0].isalpha() for line in lines)} pins")


if __name__ == "__main__":
    main()
