"""`ringside serve`: the server, and its page in the browser."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import socket
import ssl
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from server.errors import UserError
from server.guards import is_loopback
from server.settings import Settings, load_settings
from server.storage.database import Database
from server.storage.people import PeopleStore

_DESKTOP_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1: this machine only)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8000; 0 takes a free one)")
    parser.add_argument("--no-browser", action="store_true", help="don't open the page")


def run(arguments: argparse.Namespace) -> int:
    given: dict[str, Any] = {
        key: getattr(arguments, key) for key in ("host", "port") if getattr(arguments, key) is not None
    }
    if arguments.no_browser:
        given["open_browser"] = False
    settings = load_settings(**given)
    check_openness(settings)
    if settings.tls_certificate is not None and settings.tls_key is not None:
        check_certificate(settings.tls_certificate, settings.tls_key)
    listening = listen(settings.host, settings.port)
    return serve(settings, listening)


def check_openness(settings: Settings) -> None:
    """Whether others may be let in. Raises UserError in one line with the mend where they may not."""
    if not settings.loopback and settings.tls_certificate is None and not settings.behind_proxy:
        raise UserError(
            f"{settings.host} is open to other machines, and browsers give a microphone to secure pages only: set "
            "RINGSIDE_TLS_CERTIFICATE and RINGSIDE_TLS_KEY, or RINGSIDE_BEHIND_PROXY=true behind a proxy that has them"
        )
    if (others := lets_in(settings)) is not None and not has_accounts(settings):
        raise UserError(
            f"{others} lets others in, and there are no accounts that would keep their calls apart: make the first "
            "admin by `ringside people add-admin LOGIN`, or at /setup of a server on 127.0.0.1"
        )


def lets_in(settings: Settings) -> str | None:
    """The setting by which others than who sits at this machine reach the server, if any."""
    if not settings.loopback:
        return f"host = {settings.host}"
    if settings.behind_proxy:
        return "behind_proxy = true"
    strangers = [url for url in settings.allowed_origins if not is_loopback(urlsplit(url).hostname or "")]
    return f"allowed_origins = {strangers[0]}" if strangers else None


def has_accounts(settings: Settings) -> bool:
    database = Database.in_folder(settings.data_dir)
    try:
        database.migrate()
        return PeopleStore(database).anybody()
    finally:
        database.close()


def check_certificate(certificate: Path, key: Path) -> None:
    """Raises UserError in one line with the mend where TLS couldn't be spoken with them."""
    for variable, path in (("RINGSIDE_TLS_CERTIFICATE", certificate), ("RINGSIDE_TLS_KEY", key)):
        try:
            path.read_bytes()
        except OSError as error:
            raise UserError(f"{variable} = {path} can't be read ({error.strerror}); name a PEM file") from error

    def no_password() -> NoReturn:
        raise UserError(f"RINGSIDE_TLS_KEY = {key} wants a password, which nobody types at a start; name a key without")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        why = "they don't belong together" if error.reason == "KEY_VALUES_MISMATCH" else "they aren't both PEM"
        raise UserError(
            f"RINGSIDE_TLS_CERTIFICATE = {certificate} and RINGSIDE_TLS_KEY = {key}: {why}; name a certificate "
            "and its own key"
        ) from error


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises UserError in one line with the mend."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UserError(f"the address {host!r} isn't known ({error.strerror}); use --host 127.0.0.1") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(128)  # two servers may both bind with SO_REUSEADDR, but only one may listen
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            mend = f"--port {port + 1}" if port < 65535 else "another --port"
            raise UserError(f"port {port} on {host} is in use: stop what runs there, or use {mend}") from error
        raise UserError(f"can't listen on {host}:{port} ({error.strerror}); use another --host or --port") from error
    return listening


def serve(settings: Settings, listening: socket.socket) -> int:
    """Serve until interrupted."""
    import uvicorn

    from server.app import create_app
    from server.logging import configure_logging

    configure_logging(settings)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # its lines on sockets would hold their tokens
    host, port = listening.getsockname()[:2]
    scheme = "https" if settings.tls_certificate else "http"
    address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                print(f"Ringside is ready: {address}", flush=True)
                if settings.open_browser and has_desktop():
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        forwarded_allow_ips="*",  # a proxy may stand on another machine; only the scheme is taken from what it says
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ws="websockets-sansio",
        ws_max_size=128 * 1024,  # twice the longest frame that is understood
        ws_ping_interval=10.0,
        ws_ping_timeout=10.0,
        timeout_graceful_shutdown=5,
    )
    server = Server(config)
    server.run(sockets=[listening])
    return 0 if server.started else 1


def has_desktop() -> bool:
    """Whether opening a browser would show anybody anything."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in _DESKTOP_VARIABLES)
