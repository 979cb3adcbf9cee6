"""Dates are read as meant, or said to be unsure; none is misread in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.parse.dates import clamp, read_date

JAN_2 = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "moment", "quality"),
    [
        ("Tue, 02 Jan 2024 03:04:05 GMT", JAN_2, "exact"),
        ("Tue, 2 January 2024 03:04:05 +0000", JAN_2, "exact"),
        ("02 Jan 24 03:04:05 Z", JAN_2, "exact"),
        ("Mon, 01 Jan 2024 22:04:05 EST", JAN_2, "exact"),
        ("Tue, 02 Jan 2024 06:04:05 MSK", JAN_2, "exact"),
        ("Tue, 02 Jan 2024 06:34:05 IRST", JAN_2, "exact"),
        ("Tue, 02 Jan 2024 06:34:05 GMT+3:30", JAN_2, "exact"),
        ("Sat, 01 Jan 2024 22:04:05 -0500 (EST)", JAN_2, "exact"),
        ("Tue, 02 Jan 2024 08:34:05 IST", JAN_2, "ambiguous-zone"),
        ("Tue, 02 Jan 2024 03:04:05 XQZ", JAN_2, "unknown-zone"),
        ("Tue, 02 Jan 2024 03:04:05", JAN_2, "no-zone"),
        ("2024-01-02T03:04:05Z", JAN_2, "exact"),
        ("2024-01-02T06:34:05.123456789+03:30", JAN_2, "exact"),
        ("2024-01-02 03:04:05", JAN_2, "no-zone"),
        ("20240102T030405Z", JAN_2, "exact"),
        ("2024-01-02", JAN_2.replace(hour=0, minute=0, second=0), "date-only"),
        ("1704164645", JAN_2, "exact"),
        ("1704164645000", JAN_2, "exact"),
        ("Tue Jan  2 03:04:05 2024", JAN_2, "no-zone"),
        ("January 2, 2024 3:04:05 am UTC", JAN_2, "exact"),
        ("2 de enero de 2024 03:04:05", JAN_2, "no-zone"),
        ("mardi 2 janvier 2024 03:04:05 +0000", JAN_2, "exact"),
        ("Вт, 2 января 2024 06:04:05 +0300", JAN_2, "exact"),
        ("2 Ocak 2024 06:04:05 +0300", JAN_2, "exact"),
        ("٢ يناير ٢٠٢٤ 03:04:05", JAN_2, "no-zone"),
        ("2 בינואר 2024 03:04:05", JAN_2, "no-zone"),
        ("۲ ژانویه ۲۰۲۴ ۰۳:۰۴:۰۵", JAN_2, "no-zone"),
        ("02.01.2024 03:04:05", JAN_2, "no-zone"),
        ("01.10.2024", datetime(2024, 10, 1, tzinfo=UTC), "date-only"),
        ("2024/10/01", datetime(2024, 10, 1, tzinfo=UTC), "date-only"),
        ("10/25/2024", datetime(2024, 10, 25, tzinfo=UTC), "date-only"),
        ("1727773200", datetime(2024, 10, 1, 9, tzinfo=UTC), "exact"),
        ("2024-06-30T23:59:60Z", datetime(2024, 7, 1, tzinfo=UTC), "exact"),
        ("2024-01-01T24:00:00Z", datetime(2024, 1, 2, tzinfo=UTC), "exact"),
    ],
)
def test_a_date_is_read_as_meant(raw, moment, quality):
    assert read_date(raw) == (moment, quality)


@pytest.mark.parametrize(
    "raw",
    [
        "01/10/2024",  # two orders are possible
        "2 listopada 2024",  # October in Croatian, November in Polish
        "1402/10/12 12:00",  # another calendar
        "99999-01-01",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "Tue, 31 Feb 2024 00:00:00 GMT",
        "Tue, 02 Foo 2024 00:00:00 GMT",
        "2024-13-45T99:99:99Z",
        "Tue, 02 Jan 2024 03:04:05 +9999",
        "99999999999999999999",
        "1970-01-01T00:00:00Z",
        "yesterday",
        "NaN",
        "2024-W01-2",
        "\x1b[31m2024",
        "2024-01-02T03:04:05." + "9" * 10_000 + "Z",
        "Tue, 02 Jan 2024 03:04:05 GMT" * 1000,
    ],
)
def test_what_cannot_be_known_is_unknown(raw):
    assert read_date(raw) == (None, "unknown")


def test_no_date_is_no_fault():
    assert read_date("  ") == (None, "")


def test_a_date_in_the_future_is_clamped_and_says_so(now):
    assert clamp(now + timedelta(days=400), "exact", now) == (now, "clamped")
    assert clamp(now + timedelta(hours=5), "exact", now) == (now + timedelta(hours=5), "exact")
    assert clamp(None, "unknown", now) == (None, "unknown")
