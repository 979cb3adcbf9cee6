"""Reading posted forms: URL-encoded, small, and nothing else. No multipart parser is needed or present."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

from monitor.errors import InputError

MAX_FIELDS = 100


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, the last value of each. Raises InputError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise InputError("send the form as application/x-www-form-urlencoded")
    try:
        body = (await request.body()).decode("ascii")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeError) as error:
        raise InputError("the form could not be read") from error
    return {name: values[-1] for name, values in fields.items()}


def whole_number(fields: dict[str, str], name: str) -> int | None:
    """Return a field as a whole number, None where it is empty. Raises InputError."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InputError(f"{name}: not a whole number")
    return int(text)
