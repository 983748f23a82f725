"""The model hub as a source: files over HTTPS at a fixed revision, resumed where a download broke off."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from http import HTTPStatus

import httpx

from server.models.blobs import Blobs
from server.models.errors import SourceUnreachable
from server.models.manifest import HubRepository, Model, ModelFile
from server.models.progress import ProgressReport

CONNECT_TIMEOUT_S = 10.0  # a hub that is firewalled off must not keep anyone waiting
READ_TIMEOUT_S = 60.0


class Hub:
    """Files of the model hub; HF_ENDPOINT names a mirror, as for every client of the hub."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    def describe(self) -> str:
        return "the model hub"

    def carries(self, model: Model) -> bool:
        return model.hub is not None and all(file.hub for file in model.files)

    def extra_bytes(self, model: Model) -> int:
        return 0

    def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
        assert model.hub is not None
        progress.begin(model.name, sum(file.bytes for file in files))
        done = 0
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        with httpx.Client(timeout=timeout, follow_redirects=True) as client:
            for file in files:
                partial = blobs.partial(file)
                try:
                    blobs.append(partial, self._rest(client, model.hub, file, blobs, done, progress))
                except httpx.HTTPError as error:
                    raise SourceUnreachable(f"the model hub can't be reached for {file.name} ({error})") from error
                finally:
                    if partial.exists() and not partial.stat().st_size:
                        partial.unlink()
                blobs.adopt(file, partial, origin=self.describe())
                done += file.bytes

    def _rest(
        self,
        client: httpx.Client,
        hub: HubRepository,
        file: ModelFile,
        blobs: Blobs,
        done: int,
        progress: ProgressReport,
    ) -> Iterator[bytes]:
        """What the partial download lacks of the file."""
        from huggingface_hub import hf_hub_url  # late: it reads its environment when it is imported, and is slow to

        assert file.hub is not None
        partial = blobs.partial(file)
        have = partial.stat().st_size if partial.exists() else 0
        if have >= file.bytes:
            return
        url = hf_hub_url(hub.repository, file.hub, revision=hub.revision, endpoint=self._endpoint)
        headers = {"Accept-Encoding": "identity"}  # what arrives is kept as it is, to go on from there
        if have:
            headers["Range"] = f"bytes={have}-"
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                raise SourceUnreachable(f"the model hub answers {response.status_code} for {hub.repository}/{file.hub}")
            if have and response.status_code == HTTPStatus.OK:  # the server ignores ranges: begin again
                os.truncate(partial, 0)
                have = 0
            for chunk in response.iter_raw():
                have += len(chunk)
                progress.at(done + have)
                yield chunk
