"""The command `sluice`; nothing heavy is imported before a command needs it."""

import os
import sys

from catalog.cli.commands import app
from catalog.cli.output import Exit, complain
from catalog.errors import CatalogError

__all__ = ["main"]


def main() -> None:
    """Runs the command line; whatever goes wrong is one line on stderr, and the exit code."""
    try:
        app()
    except CatalogError as error:
        complain(error.message)
        sys.exit(getattr(error, "exit_code", Exit.FAILED))
    except BrokenPipeError:
        # Whoever read our output stopped reading (`sluice token list | head`): that is their right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FAILED)
    except Exception as error:
        if os.environ.get("SLUICE_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        complain(
            f"internal error: {type(error).__name__}: {error}; SLUICE_LOG_LEVEL=DEBUG shows where"
        )
        sys.exit(Exit.FAILED)
