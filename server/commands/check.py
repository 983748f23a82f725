"""`ringside check`: read personas, scenarios and rubrics and say what is wrong with them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

from personas.load import LIBRARY, load_library
from rubrics.mapping_data import mapping_of
from rubrics.moves import MOVES
from rubrics.rubric import LIBRARY as RUBRICS
from rubrics.rubric import RubricError, load_rubric, load_rubrics
from rubrics.sign_catalogue import catalogue
from server.errors import UserError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library",
        type=Path,
        metavar="DIR",
        help="a folder with personas/, scenarios/ and, if wanted, rubrics/ (default: the one that comes with Ringside)",
    )
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="show how a rubric's criteria are judged: the checks that its words were read as, to copy under `checks:`",
    )
    parser.add_argument("--signs", action="store_true", help="list the signs that checks may name")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 if all is sound, 1 if something is wrong, 2 if there is nothing to check."""
    if arguments.signs:
        signs = {sign.id: sign.about for sign in catalogue().values()}
        print(
            json.dumps(signs, indent=2) if arguments.json else "\n".join(f"{id_}: {is_}" for id_, is_ in signs.items())
        )
        return 0
    if arguments.mapping is not None:
        mapping = show_mapping(arguments.mapping)
        print(json.dumps(mapping, indent=2) if arguments.json else yaml.safe_dump(mapping, sort_keys=False, width=120))
        return 0
    found = check(arguments.library)
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        for error in found["errors"]:
            print(f"{error['file']}: {error['key'] or '(file)'}: {error['message']}")
        counts = ", ".join(f"{len(found[part])} {part}" for part in ("personas", "scenarios", "rubrics"))
        print(f"{counts}: {len(found['errors']) or 'no'} error{'' if len(found['errors']) == 1 else 's'}")
    return 1 if found["errors"] else 0


def show_mapping(path: Path) -> dict[str, Any]:
    """How each criterion of a rubric's file is judged, by its id. Raises UserError for a file that is no rubric."""
    try:
        return mapping_of(load_rubric(path))
    except RubricError as error:
        raise UserError(str(error)) from None


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
