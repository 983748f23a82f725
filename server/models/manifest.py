"""The manifest: which models there are, what they are licensed under, and what their files must hash to."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.models.errors import UnknownModel

MANIFEST_PATH = Path(__file__).with_name("manifest.yaml")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wheel(_Entry):
    """A wheel of the package index that carries (a part of) a model's files."""

    name: str
    version: str
    bytes: int
    sha256: Sha256

    @property
    def filename(self) -> str:
        """The file's name by the wheel specification, for pure wheels: the only kind that carries weights."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


class Part(_Entry):
    """A member of a wheel; `a.zip!/b` is member b of the archive that is member a."""

    wheel: str
    member: str


class ModelFile(_Entry):
    """A file of a model: what it is called, how long it is, and the hash that it must have.

    `parts`, `npm` and `hub` say where it is in the model's wheels, npm package and hub repository.
    """

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    bytes: int
    sha256: Sha256
    parts: tuple[Part, ...] = ()
    npm: str | None = None
    hub: str | None = None


class NpmPackage(_Entry):
    """A package of the npm registry that carries a model's files."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9._-]+$")]
    version: str
    bytes: int
    sha256: Sha256

    @property
    def filename(self) -> str:
        """What `npm pack` calls its tarball."""
        return f"{self.name}-{self.version}.tgz"


class HubRepository(_Entry):
    """A repository of the model hub at a fixed revision."""

    repository: str
    revision: str


class Model(_Entry):
    """A model: its files and every source that they may come from."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    title: str
    role: str
    licence: str
    files: tuple[ModelFile, ...]
    wheels: tuple[Wheel, ...] = ()
    npm: NpmPackage | None = None
    hub: HubRepository | None = None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def archives(self) -> tuple[Wheel | NpmPackage, ...]:
        """All packages that carry its files."""
        return (*self.wheels, *((self.npm,) if self.npm is not None else ()))

    @property
    def fingerprint(self) -> str:
        """12 hex digits over the names and hashes of all files: two versions of a model never share a folder."""
        text = "\n".join(f"{file.name} {file.sha256}" for file in sorted(self.files, key=lambda file: file.name))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @model_validator(mode="after")
    def _sources_are_named(self) -> Model:
        known = {wheel.name for wheel in self.wheels}
        for file in self.files:
            for part in file.parts:
                if part.wheel not in known:
                    raise ValueError(
                        f"{self.name}/{file.name}: part {part.member} names the unknown wheel {part.wheel}"
                    )
            if file.npm and not self.npm:
                raise ValueError(f"{self.name}/{file.name}: names a file of an npm package, but the model names none")
            if file.hub and not self.hub:
                raise ValueError(f"{self.name}/{file.name}: names a hub file, but the model names no hub repository")
        return self


class Manifest(_Entry):
    """All models, and the groups that are pulled together."""

    groups: dict[str, tuple[str, ...]]
    models: tuple[Model, ...]

    @model_validator(mode="after")
    def _groups_name_models(self) -> Manifest:
        known = {model.name for model in self.models}
        for group, names in self.groups.items():
            if unknown := set(names) - known:
                raise ValueError(f"group {group} names the unknown model {sorted(unknown)[0]}")
        return self

    def model(self, name: str) -> Model:
        """The model of this name. Raises UnknownModel."""
        for model in self.models:
            if model.name == name:
                return model
        raise self._unknown(name, [model.name for model in self.models])

    def select(self, names: Iterable[str]) -> tuple[Model, ...]:
        """The models that these names of models and groups stand for, each once. Raises UnknownModel."""
        chosen: dict[str, Model] = {}
        for name in names:
            for member in self.groups.get(name, (name,)):
                if member not in {model.name for model in self.models}:
                    raise self._unknown(name, [*(model.name for model in self.models), *self.groups])
                chosen[member] = self.model(member)
        return tuple(chosen.values())

    @staticmethod
    def _unknown(name: str, known: Sequence[str]) -> UnknownModel:
        near = difflib.get_close_matches(name, known, n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"choose one of: {', '.join(known)}"
        return UnknownModel(f"no model or group is called {name!r}; {mend}")


def load_manifest(path: Path = MANIFEST_PATH) -> Manifest:
    """Read and check the manifest. Raises pydantic.ValidationError: the manifest is part of the program."""
    return Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
