"""Sending: e-mail, a file, a webhook or any apprise target; each message once, whatever is run again.

The outbox is in the log: `queued` is appended before sending, `sent` or `failed` after. A message that is `sent` is not
sent again; one that was cut short between is sent again at the next run (at least once, never silently lost). Of the
workers on a log one sends at a time, and looks at the outbox anew once it is its turn.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from monitor.config.settings import Digest
from monitor.errors import MissingExtraError, MonitorError
from monitor.files import write_whole
from monitor.learn.rows import ARCHIVE
from monitor.log.events import AlertSent, DigestSent, NewEvent
from monitor.surfaces import safe
from monitor.surfaces.digest.content import DAY, WEEK, DigestContent, facts_of, gather, title_of, told_of
from monitor.surfaces.digest.render import FORMS, NOTE, as_html, as_text
from monitor.triage.queue import list_queue
from monitor.triage.rows import QueueRow
from monitor.views.queries.ticks import message_state
from monitor.worker.workspace import Workspace

SMTP_TIMEOUT_S = 30
TURN_WAIT_S = 120.0  # four mails to a server that does not answer
_SUFFIX = {".html": "html", ".md": "markdown", ".xml": "atom", ".atom": "atom"}


_MESSAGES = "messages"
_NOT_OUR_TURN = "messages: failed: another worker on this log is still sending; run again"


Notify = Callable[[str, str, str], None]  # (target, subject, text)


def send_digest(workspace: Workspace, kind: str = DAY) -> list[str]:
    """Send today's digest, or the weekly report, to every configured channel it has not reached; one line per channel.

    Immediate alerts that wait go out with it.
    """
    with workspace.alone(_MESSAGES, TURN_WAIT_S) as mine:
        return _send_digest(workspace, kind) if mine else [_NOT_OUR_TURN]


def _send_digest(workspace: Workspace, kind: str) -> list[str]:
    content = gather(workspace, kind)
    name = f"weekly-{content.day}" if kind == WEEK else f"digest-{content.day}"
    n_rows = len(content.plots) if kind == WEEK else len(content.rows)
    lines = []
    for channel, deliver in channels(workspace.config.settings.digest, content, name).items():
        lines.append(_once(workspace, name, channel, n_rows, deliver))
    return lines + _send_alerts(workspace, notify)


def channels(settings: Digest, content: DigestContent, name: str) -> dict[str, Callable[[], None]]:
    """Return what to call for each configured channel; `name` is the message's own."""
    subject = content.subject
    found: dict[str, Callable[[], None]] = {}
    if settings.to:
        stamp = Stamp(datetime.fromisoformat(content.at), name)
        found["mail"] = lambda: send_mail(settings, subject, as_text(content), as_html(content), stamp)
    if settings.file:
        path = Path(settings.file)
        path = path.with_name(f"{path.stem}-weekly{path.suffix}") if content.kind == WEEK else path
        found[f"file {path}"] = lambda: write_file(path, content)
    for number, target in enumerate(settings.notify, 1):
        found[f"notify {number}"] = lambda target=target: notify(target, subject, as_text(content))  # type: ignore[misc]
    return found


def send_alerts(workspace: Workspace, notify_by: Notify | None = None) -> list[str]:
    """Send one alert for every waiting story of band `alert` that has had none; none for what an archive lists."""
    with workspace.alone(_MESSAGES, TURN_WAIT_S) as mine:
        return _send_alerts(workspace, notify_by or notify) if mine else [_NOT_OUR_TURN]


def _send_alerts(workspace: Workspace, notify_by: Notify) -> list[str]:
    settings = workspace.config.settings.digest
    lines = []
    for row in list_queue(workspace.log, workspace.views, workspace.clock()):
        if row.band != "alert" or row.behind == ARCHIVE:
            continue
        alert_id = f"alert-{row.story_id}" + (f"-{row.flagged_at}" if row.answered else "")  # its words are others now
        subject = f"monitor alert: {safe.line(row.title, 120)}"
        body = alert_words(row, workspace.config.settings.web.url.rstrip("/"))
        stamp = Stamp(workspace.clock(), alert_id)
        targets: dict[str, Callable[[], None]] = {}
        if settings.to:
            targets["mail"] = lambda subject=subject, body=body, stamp=stamp: send_mail(  # type: ignore[misc]
                settings, subject, body, stamp=stamp
            )
        for number, target in enumerate(settings.notify, 1):
            targets[f"notify {number}"] = (
                lambda target=target, subject=subject, body=body: notify_by(target, subject, body)  # type: ignore[misc]
            )
        for channel, deliver in targets.items():
            lines.append(_once(workspace, alert_id, channel, 1, deliver, story_id=row.story_id))
    return lines


def alert_words(row: QueueRow, web_url: str) -> str:
    """Return an alert's text: headline, plain sentence, sources, the original and where to decide."""
    lines = [title_of(row), told_of(row), facts_of(row), safe.http_link(row.link)]
    lines += [f"{web_url}/story/{row.story_id}" if web_url else "", NOTE]
    return "\n".join(line for line in lines if line) + "\n"


def _once(
    workspace: Workspace, message_id: str, channel: str, n_rows: int, deliver: Callable[[], None], story_id: str = ""
) -> str:
    """Deliver a message unless the log says it was sent; record how it went."""
    before = message_state(workspace.views, message_id, channel)
    if before == "sent":
        return f"{channel}: sent before"

    def record(state: str, detail: str = "") -> None:
        if story_id:
            data: AlertSent | DigestSent = AlertSent(
                alert_id=message_id, story_id=story_id, channel=channel, state=state, detail=detail
            )
        else:
            data = DigestSent(digest_id=message_id, channel=channel, state=state, n_rows=n_rows, detail=detail)
        workspace.append([NewEvent(f"{data.type}:{message_id}:{channel}:{workspace.views.position}", data)])

    if not before:
        record("queued")
    try:
        deliver()
    except (OSError, smtplib.SMTPException, MonitorError) as error:
        detail = safe.line(str(error), 300)
        record("failed", detail)
        return f"{channel}: failed: {detail}"
    record("sent")
    return f"{channel}: sent"


class Stamp(msgspec.Struct, frozen=True):
    """When a message was written and its own name: sent again after a failure it is the same message to its readers."""

    at: datetime
    name: str


def send_mail(settings: Digest, subject: str, text: str, html: str = "", stamp: Stamp | None = None) -> None:
    """Send one e-mail over the configured SMTP server (smtp://, smtp+tls:// or smtps://host:port).

    With TLS the server's certificate must be good for its name, by the system's authorities or $SSL_CERT_FILE, before
    a password or a word is sent. Raises OSError and SMTPException.
    """
    server = urlsplit(settings.smtp if "://" in settings.smtp else f"smtp://{settings.smtp or 'localhost:25'}")
    host, port = server.hostname or "localhost", server.port or 0
    with _connection(server.scheme, host, port) as connection:
        if server.scheme == "smtp+tls":
            connection.starttls(context=_verified())
        if server.username:
            connection.login(server.username, server.password or "")
        connection.send_message(letter(settings, subject, text, html, stamp))


def letter(settings: Digest, subject: str, text: str, html: str = "", stamp: Stamp | None = None) -> EmailMessage:
    """Return an e-mail with a text and, where given, an HTML part.

    Date and Message-ID (RFC 5322) come from the stamp; without one, from the machine's clock and chance.
    """
    message = EmailMessage()
    message["Subject"] = safe.line(subject, 200)
    message["From"] = settings.sender or "monitor@localhost"
    message["To"] = ", ".join(settings.to)
    domain = parseaddr(message["From"])[1].rpartition("@")[2] or "localhost"
    message["Date"] = format_datetime(stamp.at) if stamp else localtime()
    own = hashlib.sha256(f"{stamp.name}\n{message['From']}\n{message['To']}".encode()).hexdigest()[:32] if stamp else ""
    message["Message-ID"] = f"<{own}.monitor@{domain}>" if own else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def _connection(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT_S, context=_verified())
    return smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT_S)


def _verified() -> ssl.SSLContext:
    """Return a context that demands a good certificate; smtplib's own takes any."""
    return ssl.create_default_context()


def write_file(path: Path, content: DigestContent) -> None:
    """Write the digest in the form its suffix names (.html, .md, .xml for Atom, else text), whole or not at all.

    Others may read it, as far as the process's umask lets them. Raises StorageError.
    """
    form = _SUFFIX.get(path.suffix.lower(), "text")
    write_whole(path, FORMS[form](content).encode(), mode=0o666)


def notify(target: str, subject: str, text: str) -> None:
    """Send to an apprise target the operator configured. Raises MissingExtraError and OSError."""
    try:
        import apprise
    except ImportError as error:
        raise MissingExtraError("a notification", "notify") from error
    sender = apprise.Apprise()
    if not sender.add(target) or not sender.notify(title=subject, body=text):
        raise OSError("the notification target did not take the message")
