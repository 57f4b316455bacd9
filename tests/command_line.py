"""The command line run in this process, and what it printed."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from catalog import cli, logs, settings


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr, which is all there is."""
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.removeprefix("sluice: ").strip()


Sluice = Callable[..., Result]


@contextmanager
def command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> Iterator[Sluice]:
    """`sluice(*arguments, **settings)`, in `folder` and with no settings but those given so far."""
    monkeypatch.chdir(folder)
    # What servers in this process log is not what the command line prints.
    logs.configure("json", "CRITICAL")
    for name in [name for name in os.environ if name.startswith("SLUICE_")]:
        monkeypatch.delenv(name)

    def sluice(*arguments: str | Path, **variables: str) -> Result:
        for name, value in variables.items():
            monkeypatch.setenv(f"SLUICE_{name.upper()}", value)
        monkeypatch.setattr(sys, "argv", ["sluice", *map(str, arguments)])
        settings.current.cache_clear()
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return Result(code, *capsys.readouterr())

    yield sluice
    settings.current.cache_clear()
    structlog.reset_defaults()
