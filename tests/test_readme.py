"""The README's walk-through, word for word: its commands are run, and what it shows must come."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from catalog import demo
from tests.conftest import RunningServer, bearer

README = Path(__file__).parents[1] / "README.md"
# What differs each time; everything else is compared to the letter.
VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Each command of the walk-through with what the README shows of its output."""
    text = README.read_text().split("## Your first blocked promotion")[1].split("\n## ")[0]
    lines = "".join(BLOCK.findall(text)).splitlines()
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(output).strip()) for command, output in found]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_walk_through_of_the_readme_works_word_for_word(
    server: RunningServer, tmp_path: Path
) -> None:
    (setting, _), *commands = steps()
    assert setting.startswith("export PATH=")
    with httpx2.Client(base_url=server.url, headers=bearer(server.admin_token)) as client:
        tokens = {one.person.subject: one.token for one in demo.load(client)}
    script = _script(server, tokens, [command for command, _ in commands])
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    shown = [part.strip() for part in done.stdout.split("\0")][:-1]
    assert [VARYING.sub("ID", one) for one in shown] == [
        VARYING.sub("ID", output) for _, output in commands
    ], done.stderr


def _script(server: RunningServer, tokens: dict[str, str], commands: list[str]) -> str:
    """The commands against this test's server, each followed by a NUL."""
    known = {"CI": "service:ci", "INES": "user:ines", "LEO": "user:leo"}
    programs = Path(sys.executable).parent
    given = [f'export {name}="{tokens[subject]}"' for name, subject in known.items()]
    given.append(f'export SLUICE_URL="{server.url}" PATH="{programs}:{os.environ["PATH"]}"')
    own = [command.replace("http://127.0.0.1:8200", server.url) for command in commands]
    return "\n".join([*given, *(f"{command}\nprintf '\\0'" for command in own)])
