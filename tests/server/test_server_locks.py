"""The locks hold what pyproject.toml asks for, and each package in them is pinned and hashed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.lock": "project",
    "requirements-dev.lock": "dev",
    "requirements-build.lock": "build",
    "requirements-node.lock": "node",
    "requirements-train.lock": "train",
}


def canonical(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def locked(name: str) -> dict[str, set[str]]:
    """Package -> versions (several where they depend on the platform)."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        pinned = re.match(r"([\w.-]+)==(\S+)", line)
        assert pinned, f"{name}: not pinned: {line[:60]}"
        assert "--hash=sha256:" in line, f"{name}: no hash: {line[:60]}"
        found.setdefault(canonical(pinned[1]), set()).add(pinned[2])
    return found


@pytest.mark.parametrize(("lock", "group"), LOCKS.items())
def test_every_dependency_is_locked(lock: str, group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] if group == "project" else project["dependency-groups"][group]
    missing = {canonical(requirement) for requirement in asked} - locked(lock).keys()
    assert not missing, f"{lock} lacks {sorted(missing)}: run `make lock`"


def test_the_test_tools_do_not_change_the_products_packages() -> None:
    product, tools = locked("requirements.lock"), locked("requirements-dev.lock")
    for name in product.keys() & tools.keys():
        assert product[name] & tools[name], f"{name}: {product[name]} in the product, {tools[name]} in the test tools"


def test_locks_name_no_addresses() -> None:
    for path in [*(ROOT / name for name in LOCKS), ROOT / "web" / "package-lock.json"]:
        text = path.read_text()
        assert '"resolved"' not in text
        assert "index-url" not in text
