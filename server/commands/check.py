"""`ringside check`: read personas, scenarios and rubrics and say what is wrong with them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from personas.load import LIBRARY, load_library
from rubrics.moves import MOVES
from rubrics.rubric import LIBRARY as RUBRICS
from rubrics.rubric import load_rubrics
from server.errors import UserError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library",
        type=Path,
        metavar="DIR",
        help="a folder with personas/, scenarios/ and, if wanted, rubrics/ (default: the one that comes with Ringside)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 if all is sound, 1 if something is wrong, 2 if there is nothing to check."""
    found = check(arguments.library)
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        for error in found["errors"]:
            print(f"{error['file']}: {error['key'] or '(file)'}: {error['message']}")
        counts = ", ".join(f"{len(found[part])} {part}" for part in ("personas", "scenarios", "rubrics"))
        print(f"{counts}: {len(found['errors']) or 'no'} error{'' if len(found['errors']) == 1 else 's'}")
    return 1 if found["errors"] else 0


def check(library_dir: Path | None) -> dict[str, Any]:
    """What the folder holds and what is wrong with it, as documented for `--json`."""
    if library_dir is not None and not library_dir.is_dir():
        raise UserError(f"--library {library_dir} is not a folder; name one that holds personas/ and scenarios/")
    folder = library_dir or LIBRARY
    rubrics = load_rubrics(RUBRICS)
    if library_dir is not None and (library_dir / "rubrics").is_dir():
        own = load_rubrics(library_dir / "rubrics")
        rubric_errors, rubric_ids = own.errors, {**rubrics.rubrics, **own.rubrics}
    else:
        rubric_errors, rubric_ids = rubrics.errors, dict(rubrics.rubrics)
    broken = {Path(problem.file).stem for problem in rubric_errors}
    library = load_library(folder, rubrics={*rubric_ids, *broken}, moves=MOVES)
    return {
        "personas": [{"id": persona.id} for persona in library.personas.values()],
        "scenarios": [
            {
                "id": scenario.id,
                "kind": scenario.kind,
                "rubric": scenario.rubric,
                "moments": [moment.id for moment in scenario.moments],
            }
            for scenario in library.scenarios.values()
        ],
        "rubrics": [{"id": rubric.id, "version": rubric.version} for rubric in rubric_ids.values()],
        "errors": [
            *({"file": error.file, "key": error.key, "message": error.message} for error in library.errors),
            *({"file": error.file, "key": error.key, "message": error.message} for error in rubric_errors),
        ],
    }
