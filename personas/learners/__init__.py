"""Scripted learners: what `ringside bench fidelity` and the tests say to the library's customers.

A YAML list of utterances each; an empty one is a silence. `good-SCENARIO` is written for its scenario and should reach
the goal; the others go through any scenario and shouldn't.
"""

from __future__ import annotations

from pathlib import Path

import yaml

LEARNERS = Path(__file__).parent
GENERAL = ("poor", "flattering", "bullying", "rambling", "silent", "off-topic", "jailbreaking", "role-swapping")


def utterances(name: str, folder: Path = LEARNERS) -> list[str]:
    """What the learner called `name` says, in order. Raises FileNotFoundError, ValueError for anything but a list."""
    path = folder / f"{name}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
        raise ValueError(f"{path} holds no list of utterances; put each behind `- `, in quotes where it has a colon")
    return data
