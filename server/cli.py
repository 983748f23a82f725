"""The `ringside` command line. Each command is a module of `server.commands`, imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

import structlog

from server.errors import UserError

COMMANDS = {
    "serve": "start the server",
    "people": "make an admin, list accounts, give somebody a new password",
    "models": "pull, list or verify the model weights",
    "check": "validate personas, scenarios and rubrics",
    "call": "speak WAV files to a running server over the wire",
    "simulate": "play a scenario in text, without audio",
    "grade": "grade a transcript by a rubric",
    "train": "make the weights of the recogniser of moves anew",
    "bench": "measure: judge, recognise, moves, turns, call, ...",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors a person can mend are one line on stderr, exit code 2."""
    parser = argparse.ArgumentParser(prog="ringside", description="A voice role-play simulator for call practice.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments_given = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in arguments_given if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:
            module = importlib.import_module(f"server.commands.{name}")
            module.configure(subparser)
            subparser.set_defaults(run=module.run)
    arguments = parser.parse_args(arguments_given)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))  # stdout is for what was asked
    try:
        code: int = arguments.run(arguments)
    except UserError as error:
        print(f"ringside {arguments.command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as in `ringside models list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
