"""The digest: sent once, failed ones tried again, readable in every form."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from monitor.config.settings import Digest, Settings
from monitor.surfaces.digest import send
from monitor.surfaces.digest.content import gather
from monitor.surfaces.digest.render import FORMS
from tests.surfaces.conftest import House


def workspace_with(house: House, **digest: Any) -> Any:
    """Return the house's workspace with these digest settings."""
    workspace = house.open()
    settings = msgspec.structs.replace(Settings(), digest=Digest(**digest))
    workspace.config = msgspec.structs.replace(workspace.config, settings=settings)
    return workspace


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_names_the_rows_and_the_caution(house: House, form: str) -> None:
    """Promise: whatever the channel, the row, its score, its reasons and the head of the log are there."""
    house.entry("aaaa1111", "Alleged plot foiled")
    workspace = house.open()
    text = FORMS[form](gather(workspace))
    workspace.close()
    assert "Alleged plot foiled" in text
    assert "0.90" in text.replace("\\", "")


def test_the_atom_digest_is_a_feed_our_own_reader_reads(house: House) -> None:
    """Promise: people can read the queue in their feed reader."""
    from monitor.parse.feed import parse_feed

    house.entry("aaaa1111", "Alleged plot foiled", "Officials say < & >")
    workspace = house.open()
    atom = FORMS["atom"](gather(workspace))
    workspace.close()
    ElementTree.parse(io.StringIO(atom))  # noqa: S314 - our own output
    assert [entry.title for entry in parse_feed(atom.encode()).entries] == ["Alleged plot foiled"]


def test_a_digest_is_written_once_a_day(house: House) -> None:
    """Promise: running the job again sends nothing again."""
    house.entry("aaaa1111", "Alleged plot foiled")
    target = house.folder / "digest.md"
    workspace = workspace_with(house, file=str(target))
    assert send.send_digest(workspace) == [f"file {target}: sent"]
    assert send.send_digest(workspace) == [f"file {target}: sent before"]
    states = [event.data.state for event in workspace.log.read(types=("digest-sent",))]
    workspace.close()
    assert states == ["queued", "sent"]
    assert "Alleged plot foiled" in target.read_text()


def test_a_channel_that_fails_is_an_event_and_is_tried_again(house: House) -> None:
    """Promise: a digest that did not go out is not forgotten."""
    target = house.folder / "absent" / "digest.txt"
    workspace = workspace_with(house, file=str(target))
    assert send.send_digest(workspace)[0].startswith(f"file {target}: failed")
    target.parent.mkdir()
    assert send.send_digest(workspace) == [f"file {target}: sent"]
    states = [event.data.state for event in workspace.log.read(types=("digest-sent",))]
    workspace.close()
    assert states == ["queued", "failed", "sent"]


def test_an_alert_goes_out_with_the_tick_that_flagged_it_and_once(house: House) -> None:
    """Promise: a story above the second threshold does not wait for the digest, and is not sent twice."""
    from monitor.surfaces.cli.plain import alert
    from monitor.worker.tick import TickReport

    house.entry("aaaa1111", "Alleged plot foiled", band="alert")
    sent: list[str] = []

    def notify(target: str, subject: str, text: str) -> None:
        sent.append(subject)

    workspace = workspace_with(house, notify=["json://127.0.0.1:1/"])
    workspace.config = msgspec.structs.replace(
        workspace.config, settings=msgspec.structs.replace(workspace.config.settings, alert_score=0.8)
    )
    assert alert(workspace, TickReport(n_flagged=1), notify) == []
    assert alert(workspace, TickReport(n_flagged=1), notify) == []
    workspace.close()
    assert sent == ["monitor alert: Alleged plot foiled"]


def test_mail_goes_to_a_server_and_says_what_is_to_read(house: House) -> None:
    """Promise: mail has a text and an HTML part, and a subject a feed cannot forge headers with."""
    import asyncio
    import threading

    house.entry("aaaa1111", "Alleged plot foiled\r\nBcc: everyone@example.org")
    received: list[bytes] = []
    ready, done = threading.Event(), threading.Event()
    port: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        in_data = False
        while line := await reader.readline():
            if in_data:
                received.append(line)
                if line == b".\r\n":
                    in_data = False
                    writer.write(b"250 ok\r\n")
            elif line.upper().startswith(b"DATA"):
                in_data = True
                writer.write(b"354 go\r\n")
            elif line.upper().startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()
        done.set()

    def serve() -> None:
        async def run() -> None:
            server = await asyncio.start_server(talk, "127.0.0.1", 0)
            port.append(server.sockets[0].getsockname()[1])
            ready.set()
            while not done.is_set():  # noqa: ASYNC110 - the event belongs to another thread
                await asyncio.sleep(0.02)
            server.close()

        asyncio.run(run())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(5)
    workspace = workspace_with(
        house, to=["desk@example.org"], sender="m@example.org", smtp=f"smtp://127.0.0.1:{port[0]}"
    )
    assert send.send_digest(workspace) == ["mail: sent"]
    workspace.close()
    thread.join(5)
    message = b"".join(received)
    assert b"text/html" in message
    assert b"Subject: monitor 2026-01-31: 1 to read" in message
    assert not any(line.startswith(b"Bcc:") for line in received)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_nothing(scheme: str, tmp_path: Path) -> None:
    """Promise: neither password nor digest go to whoever answers on the port; with its authority known, they do."""
    certificate, key = own_certificate(tmp_path)
    with mail_server(certificate, key, implicit=scheme == "smtps") as (port, heard):
        settings = Digest(to=["desk@example.org"], smtp=f"{scheme}://ana:secret@localhost:{port}")
        with pytest.raises(OSError, match=r"(?i)certificate"):
            send.send_mail(settings, "subject", "text")
    assert not any("secret" in line or "AUTH" in line or "MAIL" in line for line in heard)


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that no authority signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    began = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(began).not_valid_after(began.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    encoded = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(encoded)
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def mail_server(certificate: Path, key: Path, *, implicit: bool) -> Iterator[tuple[int, list[str]]]:
    """Serve one connection of SMTP with TLS, at once or after STARTTLS; yield the port and the lines it heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        connection.settimeout(10)
        try:
            if implicit:
                connection = context.wrap_socket(connection, server_side=True)
            connection.sendall(b"220 localhost\r\n")
            while line := connection.recv(1000).decode():
                heard.append(line)
                if line.startswith("STARTTLS"):
                    connection.sendall(b"220 go ahead\r\n")
                    connection = context.wrap_socket(connection, server_side=True)
                else:
                    connection.sendall(b"250-localhost\r\n250 STARTTLS\r\n")
        except OSError:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        thread.join(20)
        listener.close()
