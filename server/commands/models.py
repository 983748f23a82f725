"""`ringside models pull | list | verify`: the model weights on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from server.models.progress import megabytes, progress_for
from server.models.store import ModelStore

DEFAULT_GROUP = "default"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    pull = actions.add_parser("pull", help="fetch models and check what is there", description=pull_models.__doc__)
    pull.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="take them from this folder only")
    pull.add_argument("--missing", action="store_true", help="fetch what is missing; don't re-read what is there")
    list_ = actions.add_parser(
        "list", help="what the manifest holds and what is there", description=list_models.__doc__
    )
    verify = actions.add_parser("verify", help="read every file and compare hashes", description=verify_models.__doc__)
    for action in (pull, list_, verify):
        every = "all" if action is list_ else f"the group {DEFAULT_GROUP}"
        action.add_argument("names", nargs="*", metavar="NAME", help=f"models or groups (if none: {every})")
        action.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    actions = {"pull": pull_models, "list": list_models, "verify": verify_models}
    return actions[arguments.action](arguments, ModelStore.default())


def pull_models(arguments: argparse.Namespace, store: ModelStore) -> int:
    """Fetch models. JSON: {"folder", "fetched": [names], "present": [names]}."""
    names = arguments.names or [DEFAULT_GROUP]
    if arguments.folder is not None:
        store = store.from_folder(arguments.folder)
    progress = progress_for(sys.stderr)
    fetched = store.pull_missing(names, progress) if arguments.missing else store.pull(names, progress)
    done = [model.name for model in fetched]
    present = [model.name for model in store.manifest.select(names) if model.name not in done]
    if arguments.json:
        print(json.dumps({"folder": str(store.root), "fetched": done, "present": present}))
    elif not done and not arguments.missing:
        print(f"all there already: {', '.join(present)}")
    return 0


def list_models(arguments: argparse.Namespace, store: ModelStore) -> int:
    """List models. JSON: {"folder", "models": [...]}, each with the keys below; state is "present" or "missing".

    Keys: name, title, role, licence, bytes, groups, state, path.
    """
    manifest = store.manifest
    rows: list[dict[str, Any]] = []
    for model in manifest.select(arguments.names or [model.name for model in manifest.models]):
        there = store.has(model.name)
        rows.append(
            {
                "name": model.name,
                "title": model.title,
                "role": model.role,
                "licence": model.licence,
                "bytes": model.bytes,
                "groups": [group for group, members in manifest.groups.items() if model.name in members],
                "state": "present" if there else "missing",
                "path": str(store.path(model.name)) if there else None,
            }
        )
    if arguments.json:
        print(json.dumps({"folder": str(store.root), "models": rows}))
        return 0
    for row in rows:
        size = megabytes(row["bytes"])
        print(f"{row['name']:<20} {row['state']:<8} {size:>9}  {row['role']:<10} {row['title']} ({row['licence']})")
    return 0


def verify_models(arguments: argparse.Namespace, store: ModelStore) -> int:
    """Check files. JSON: {"ok": bool, "files": [{"model", "file", "state"}]}; state is "ok", "missing" or "damaged".

    The exit code is 1 where a file is not ok.
    """
    verdicts = list(store.verify(arguments.names or [DEFAULT_GROUP]))
    bad = sorted({verdict.model for verdict in verdicts if verdict.state != "ok"})
    if arguments.json:
        files = [{"model": verdict.model, "file": verdict.file, "state": verdict.state} for verdict in verdicts]
        print(json.dumps({"ok": not bad, "files": files}))
    else:
        for verdict in verdicts:
            print(f"{verdict.state:<8} {verdict.model}/{verdict.file}")
    if bad:
        print(f"ringside models: fetch anew what is not ok: `ringside models pull {' '.join(bad)}`", file=sys.stderr)
    return 1 if bad else 0
