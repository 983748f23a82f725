"""`ringside bench NAME`: each bench is a module of `server.benches`, imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import pkgutil

import server.benches
from server.errors import UserError


def names() -> list[str]:
    """The benches there are. A module whose name begins with an underscore is something that benches share."""
    modules = pkgutil.iter_modules(server.benches.__path__)
    return sorted(module.name for module in modules if not module.name.startswith("_"))


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bench", metavar="NAME", help=", ".join(names()))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="what the bench takes (NAME --help)")


def run(arguments: argparse.Namespace) -> int:
    if arguments.bench not in names():
        raise UserError(f"no bench is called {arguments.bench!r}; choose one of: {', '.join(names())}")
    module = importlib.import_module(f"server.benches.{arguments.bench}")
    parser = argparse.ArgumentParser(prog=f"ringside bench {arguments.bench}", description=module.__doc__)
    module.configure(parser)
    code: int = module.run(parser.parse_args(arguments.rest))
    return code
