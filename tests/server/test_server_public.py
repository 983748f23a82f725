"""A server that other machines reach: over TLS of its own, or behind a proxy that has it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import create_connection

import httpx
import pytest
from websockets.asyncio.client import connect as open_line
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from server.calls.client import Appointment, CallError, appoint
from server.people.passwords import hashed
from server.storage.database import Database
from server.storage.people import PeopleStore
from server.storage.sessions import SessionStore

PUBLIC = "practice.example.com"
RING = {"scenario": "cold-call-operations"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A self-signed certificate for 127.0.0.1, its key, and keys that won't do."""

    certificate: Path
    key: Path
    other_key: Path
    locked_key: Path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed")
    folder = tmp_path_factory.mktemp("tls")
    pair = Pair(folder / "cert.pem", folder / "key.pem", folder / "other.pem", folder / "locked.pem")
    for command in (
        f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ringside -addext subjectAltName=IP:127.0.0.1 "
        f"-keyout {pair.key} -out {pair.certificate}",
        f"genrsa -out {pair.other_key} 2048",
        f"rsa -in {pair.key} -aes128 -passout pass:secret -out {pair.locked_key}",
    ):
        subprocess.run(["openssl", *command.split()], check=True, capture_output=True)
    return pair


def serve(data_dir: Path, host: str, **settings: str) -> subprocess.Popen[str]:
    environment = {
        "RINGSIDE_DATA_DIR": str(data_dir),
        "RINGSIDE_LLM__ENABLED": "false",
        "RINGSIDE_LOAD_MODELS": "at_first_call",
        **{f"RINGSIDE_{key.upper()}": value for key, value in settings.items()},
    }
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--no-browser", "--host", host, "--port", "0"],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(data_dir: Path, host: str, **settings: str) -> Iterator[tuple[str, int]]:
    """The address that the server names, and its port."""
    process = serve(data_dir, host, **settings)
    assert process.stdout is not None
    try:
        found = re.search(r"(https?://\S+):(\d+)", process.stdout.readline())
        assert found
        yield found[1], int(found[2])
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def session(tmp_path: Path) -> dict[str, str]:
    """The cookie of an admin, whose account the data folder has."""
    database = Database.in_folder(tmp_path)
    database.migrate()
    person = PeopleStore(database).add_first("ada", "Ada", hashed("quiet harbour lamp seven"), ("admin",), "test")
    token = SessionStore(database, timedelta(days=1), timedelta(days=1)).open(person.id, "")
    database.close()
    return {"cookie": f"__Host-ringside={token}"}


@pytest.fixture
def hearing(model: Callable[[str], Path]) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)


@pytest.mark.usefixtures("hearing")
def test_a_page_rings_over_tls(tmp_path: Path, pair: Pair, session: dict[str, str]) -> None:
    trusted = ssl.create_default_context(cafile=pair.certificate)
    tls = {"tls_certificate": str(pair.certificate), "tls_key": str(pair.key)}
    with running(tmp_path, "0.0.0.0", **tls) as (address, port):
        assert address == "https://0.0.0.0"
        page = f"https://127.0.0.1:{port}"
        answer = httpx.post(f"{page}/api/calls", json=RING, headers=session | {"origin": page}, verify=trusted)
        assert answer.status_code == 201, answer.text
        assert f"wss://127.0.0.1:{port}" in answer.headers["content-security-policy"]
        socket = f"wss://127.0.0.1:{port}{answer.json()['socket']}"
        with connect(
            socket,
            subprotocols=[Subprotocol("ringside.v1")],
            origin=Origin(page),
            ssl=trusted,
            additional_headers=session,
        ) as line:
            line.send('{"type":"hello","sample_rate":16000}')
            assert json.loads(line.recv(timeout=60))["type"] == "ready"
        plain = session | {"origin": page.replace("https", "http")}
        assert httpx.post(f"{page}/api/calls", json=RING, headers=plain, verify=trusted).status_code == 403


@pytest.mark.usefixtures("hearing", "session")
async def test_the_client_of_the_command_line_signs_in(tmp_path: Path) -> None:
    with running(tmp_path, "127.0.0.1") as (address, port):
        server = f"{address}:{port}"
        with pytest.raises(CallError, match="sign in first"):
            await appoint(server, RING["scenario"])
        with pytest.raises(CallError, match="isn't right"):
            await appoint(server, RING["scenario"], account=("ada", "a wrong password"))
        call = await appoint(server, RING["scenario"], account=("ada", "quiet harbour lamp seven"))
        await appointed(call)


async def appointed(call: Appointment) -> None:
    """The call takes its client, however long the models load."""
    protocols = [Subprotocol("ringside.v1")]
    async with open_line(call.socket, subprotocols=protocols, additional_headers=call.headers) as line:
        await line.send('{"type":"hello","sample_rate":16000}')
        assert json.loads(await asyncio.wait_for(line.recv(), 60))["type"] == "ready"


@pytest.mark.usefixtures("hearing")
def test_a_page_rings_through_a_proxy_on_another_machine(tmp_path: Path, session: dict[str, str]) -> None:
    through = session | {"host": PUBLIC, "x-forwarded-proto": "https"}
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        running(tmp_path, "0.0.0.0", behind_proxy="true") as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=elsewhere) as proxy,
    ):
        page = {"origin": f"https://{PUBLIC}"}
        answer = proxy.post("/api/calls", json=RING, headers=through | page)
        assert answer.status_code == 201, answer.text
        refused = proxy.post("/api/calls", json=RING, headers=session | {"host": PUBLIC, **page})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "foreign_origin")
        assert "X-Forwarded-Proto" in refused.json()["error"]["message"]
        socket = f"ws://{PUBLIC}{answer.json()['socket']}"

        def line(origin: str) -> ClientConnection:
            return connect(
                socket,
                sock=create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0)),
                subprotocols=[Subprotocol("ringside.v1")],
                additional_headers=session | {"x-forwarded-proto": "https"},
                origin=Origin(origin),
            )

        with line(f"https://{PUBLIC}") as open_line:
            open_line.send('{"type":"hello","sample_rate":16000}')
            assert json.loads(open_line.recv(timeout=60))["type"] == "ready"
        with pytest.raises(InvalidStatus, match="403"):
            line("https://evil.example")


@pytest.mark.usefixtures("session")
def test_behind_a_proxy_on_the_same_machine_the_public_name_is_known_once_it_is_allowed(tmp_path: Path) -> None:
    with running(tmp_path, "127.0.0.1", allowed_origins=f'["https://{PUBLIC}"]') as (address, port):
        for host, status in ((PUBLIC, 401), ("evil.example", 421)):
            assert httpx.get(f"{address}:{port}/api/status", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"host": "0.0.0.0", "tls_certificate": "certificate", "tls_key": "key"}, "host = 0.0.0.0"),
        ({"host": "0.0.0.0", "behind_proxy": "true"}, "host = 0.0.0.0"),
        ({"host": "127.0.0.1", "behind_proxy": "true"}, "behind_proxy = true"),
        ({"host": "127.0.0.1", "allowed_origins": f'["https://{PUBLIC}"]'}, f"allowed_origins = https://{PUBLIC}"),
    ],
)
def test_others_are_let_in_only_once_there_are_accounts(
    tmp_path: Path, pair: Pair, settings: dict[str, str], named: str
) -> None:
    given = {key: str(getattr(pair, value, value)) for key, value in settings.items() if key != "host"}
    process = serve(tmp_path, settings["host"], **given)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert len(err.strip().splitlines()) == 1, err
    assert named in err and "ringside people add-admin" in err


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("nowhere.pem", "key", "RINGSIDE_TLS_CERTIFICATE = nowhere.pem can't be read"),
        ("certificate", "nowhere.pem", "RINGSIDE_TLS_KEY = nowhere.pem can't be read"),
        ("certificate", "other_key", "they don't belong together"),
        ("certificate", "locked_key", "wants a password"),
        ("certificate", "certificate", "they aren't both PEM"),
    ],
)
def test_a_certificate_that_will_not_do_is_one_line_with_the_mend(
    tmp_path: Path, pair: Pair, certificate: str, key: str, says: str
) -> None:
    files = {"tls_certificate": getattr(pair, certificate, certificate), "tls_key": getattr(pair, key, key)}
    process = serve(tmp_path, "127.0.0.1", **{name: str(path) for name, path in files.items()})
    out, err = process.communicate(timeout=30)
    assert process.returncode != 0 and out == ""
    assert len(err.strip().splitlines()) == 1, err
    assert says in err and "; name" in err


def test_an_address_of_ipv6_is_printed_as_browsers_take_it(tmp_path: Path) -> None:
    with running(tmp_path, "::1") as (address, port):
        assert address == "http://[::1]"
        assert httpx.get(f"{address}:{port}/healthz").text == "ok"


@pytest.mark.usefixtures("session")
def test_an_unknown_host_is_one_line(tmp_path: Path) -> None:
    process = serve(tmp_path, "no-such-host.invalid", behind_proxy="true")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "--host 127.0.0.1" in err and "Traceback" not in err
