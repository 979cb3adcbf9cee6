"""Dates as programs and newsrooms of the world write them are read as meant, and never by halves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse import monthnames
from monitor.parse.dates import read_date

WRITTEN = [
    ("08:00 - 30 tháng 11, 2026", "2026-11-30T08:00", "no-zone"),
    ("08:00 - 12 tháng 11, 2026", "2026-11-12T08:00", "no-zone"),
    ("30 Kasım 2026, 08.00", "2026-11-30T08:00", "no-zone"),
    ("2026. nov. 30., hétfő 08:00", "2026-11-30T08:00", "no-zone"),
    ("Mon Nov 30 08:00:00 +0000 2026", "2026-11-30T08:00", "exact"),
    ("Mon,30Nov2026 08:00:00 GMT", "2026-11-30T08:00", "exact"),
    ("30 نوفمبر 2026 - 10:55 مساءً", "2026-11-30T22:55", "no-zone"),
    ("วันอาทิตย์ที่ 29 พฤศจิกายน 2569 เวลา 10:55 น.", "2026-11-29T10:55", "no-zone"),
    ("Sun, 29 Nov 2026 11:15 PM", "2026-11-29T23:15", "no-zone"),
    ("Sun, 29 Nov 2026 11:15 PM EST", "2026-11-30T04:15", "exact"),
    ("Sun, 29 Nov 2026 11:15:00 pm +0100", "2026-11-29T22:15", "exact"),
    ("2026-11-29 11:15 PM", "2026-11-29T23:15", "no-zone"),
    ("2026-11-29 12:15 AM", "2026-11-29T00:15", "no-zone"),
    ("11/29/2026 11:15:00 PM", "2026-11-29T23:15", "no-zone"),
    ("November 29, 2026 11:15 p.m.", "2026-11-29T23:15", "no-zone"),
    ("November 29, 2026 at 11:15 p. m. ET", "2026-11-30T04:15", "exact"),
    ("29 de noviembre de 2026, 11:15 p. m.", "2026-11-29T23:15", "no-zone"),
    ("Nov. 29, 2026 3 PM", "2026-11-29T15:00", "no-zone"),
    ("2026-11-29 13:55:00 +0200 CEST", "2026-11-29T11:55", "exact"),
    ("2026-11-29 13:55:00.123456 +0200 CEST m=+0.000123", "2026-11-29T11:55", "exact"),
    ("Sun Nov 29 2026 10:55:00 GMT+0100 (Central European Standard Time)", "2026-11-29T09:55", "exact"),
    ("Sun Nov 29 2026 10:55:00 GMT+0000 (Coordinated Universal Time)", "2026-11-29T10:55", "exact"),
    ("Sun Nov 29 10:55:00 CET 2026", "2026-11-29T09:55", "exact"),
    ("Sun 29 Nov 2026 10:55:00 AM CET", "2026-11-29T09:55", "exact"),
    ("Sun Nov 29 10:55:00 UTC 2026", "2026-11-29T10:55", "exact"),
    ("Sun, 29 Nov 2026 20:0:0 Z", "2026-11-29T20:00", "exact"),
    ("Sun, 29 Nov 2026 9:5:3 GMT", "2026-11-29T09:05", "exact"),
    ("2026-11-29T9:5:3Z", "2026-11-29T09:05", "exact"),
    ("2026年11月29日 10:00", "2026-11-29T10:00", "no-zone"),
    ("2026年11月29日 上午10:00", "2026-11-29T10:00", "no-zone"),
    ("2026年11月29日 下午 3:05", "2026-11-29T15:05", "no-zone"),
    ("2026年11月29日10时55分", "2026-11-29T10:55", "no-zone"),
    ("2026年11月29日(日) 10時55分30秒", "2026-11-29T10:55", "no-zone"),
    ("2026年11月29日 星期日 10:00", "2026-11-29T10:00", "no-zone"),
    ("令和8年11月29日 10時00分", "2026-11-29T10:00", "no-zone"),
    ("2026년 11월 29일 오후 3시 55분", "2026-11-29T15:55", "no-zone"),
    ("2026. 11. 29. 오전 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026.11.29 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026年11月29日", "2026-11-29T00:00", "date-only"),
    ("29 พฤศจิกายน 2569 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 พ.ย. 2569 10:55 น.", "2026-11-29T10:55", "no-zone"),
    ("29 नवंबर 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("২৯ নভেম্বর ২০২৬ ১০:৫৫", "2026-11-29T10:55", "no-zone"),
    ("29 tháng 11 năm 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("Chủ nhật, 29/11/2026 - 10:55", "2026-11-29T10:55", "no-zone"),
    ("Chủ nhật, 29/11/2026, 10:55 (GMT+7)", "2026-11-29T03:55", "exact"),
    ("29. listopadu 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026. november 29. 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026. 11. 29. 10:55", "2026-11-29T10:55", "no-zone"),
    ("29.11.2026 klo 10.55", "2026-11-29T10:55", "no-zone"),
    ("29.11.2026, 10:55 Uhr", "2026-11-29T10:55", "no-zone"),
    ("29.11.2026 10.55 Uhr", "2026-11-29T10:55", "no-zone"),
    ("29. 11. 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("29.11.26, 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 novembre 2026 à 10h55", "2026-11-29T10:55", "no-zone"),
    ("le 29/11/2026 à 10h55", "2026-11-29T10:55", "no-zone"),
    ("dim. 29 nov. 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("mar. 24 nov. 2026 10:55", "2026-11-24T10:55", "no-zone"),
    ("mar, 24 nov 2026 10:55:00 +0100", "2026-11-24T09:55", "exact"),
    ("domenica 29 novembre 2026 ore 10.55", "2026-11-29T10:55", "no-zone"),
    ("29 de novembro de 2026 às 10h55", "2026-11-29T10:55", "no-zone"),
    ("søndag 29. november 2026 kl. 10.55", "2026-11-29T10:55", "no-zone"),
    ("29 lapkričio 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026 m. lapkričio 29 d. 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026. gada 29. novembris 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 ноября 2026, 10:55 МСК", "2026-11-29T07:55", "exact"),
    ("29 ноября 2026 г. 10:55 (мск)", "2026-11-29T07:55", "exact"),
    ("29.11.2026 13:55 MSK", "2026-11-29T10:55", "exact"),
    ("Sunday, 29-Nov-26 10:55:00 GMT", "2026-11-29T10:55", "exact"),
    ("Sunday, 29 November 2026 - 10:55", "2026-11-29T10:55", "no-zone"),
    ("Sun, 11/29/2026 - 10:55", "2026-11-29T10:55", "no-zone"),
    ("29/Nov/2026:10:55:00 +0100", "2026-11-29T09:55", "exact"),
    ("Sun, 29 Nov 2026 10:55:00+0000", "2026-11-29T10:55", "exact"),
    ("Sun,29 Nov 2026 10:55:00 GMT", "2026-11-29T10:55", "exact"),
    ("2026-11-29T10:55:00+01:00[Europe/Paris]", "2026-11-29T09:55", "exact"),
    ("2026-11-29T10:55:00 Europe/Riga", "2026-11-29T08:55", "exact"),
    ("2026-11-29T10:55:00−0500", "2026-11-29T15:55", "exact"),
    ("2026-11-29 10:55:00 UTC+3", "2026-11-29T07:55", "exact"),
    ("2026-11-29 10:55:00 GMT +2:30", "2026-11-29T08:25", "exact"),
    ("Sun, 29 Nov 2026 10:55:00 GMT+3", "2026-11-29T07:55", "exact"),
    ("Sun, 29 Nov 2026 10:55:00 Etc/GMT+3", "2026-11-29T13:55", "exact"),
    ("Sun, 29 Nov 2026 10:55:00 ET", "2026-11-29T15:55", "exact"),
    ("20261129105500", "2026-11-29T10:55", "no-zone"),
    ("/Date(1795949700000)/", "2026-11-29T10:55", "exact"),
    ("/Date(1795949700000+0100)/", "2026-11-29T10:55", "exact"),
    ("1795949700.5", "2026-11-29T10:55", "exact"),
    ("1795949700000000", "2026-11-29T10:55", "exact"),
    ("10:55 29.11.2026", "2026-11-29T10:55", "no-zone"),
    ("10:55, 29 Nov 2026", "2026-11-29T10:55", "no-zone"),
    ("Published: 29 November 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("November 29th, 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("29-Nov-2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("Mon, 29 Nov 2026 10:55:00 GMT", "2026-11-29T10:55", "exact"),
    ("So, 29 Nov 2026 10:55:00 +0100", "2026-11-29T09:55", "exact"),
    ("Вс, 29 ноя 2026 10:55:00 +0300", "2026-11-29T07:55", "exact"),
    ("Paz, 29 Kas 2026 10:55:00 +0300", "2026-11-29T07:55", "exact"),
    ("۲۹ نوامبر ۲۰۲۶ ۱۰:۵۵", "2026-11-29T10:55", "no-zone"),
    ("29 نوفمبر 2026 10:55 م", "2026-11-29T22:55", "no-zone"),
    ("29 تشرين الثاني 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("الأحد 29 نونبر 2026 - 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 בנובמבר 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("Mittwoch, 29. November 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("Sun, 29 Nov 2026 10:55:00 (UTC)", "2026-11-29T10:55", "exact"),
    ("Sun, 29 Nov 2026 10:55:00 Pacific Standard Time", "2026-11-29T18:55", "exact"),
    ("2026/11/29 10:55:00 +0900", "2026-11-29T01:55", "exact"),
    ("2026-11-29 10.55", "2026-11-29T10:55", "no-zone"),
    ("29 Nëntor 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 ноември 2026, 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 ნოემბერი 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("29 նոյեմբերի 2026 10:55", "2026-11-29T10:55", "no-zone"),
    ("2026-11-29T10:55:00Z[UTC]", "2026-11-29T10:55", "exact"),
    ("2026-11-29 at 10:55 am", "2026-11-29T10:55", "no-zone"),
    ("Sun, 29 Nov 2026 10:55:00 +01:00", "2026-11-29T09:55", "exact"),
    ("Sun, 29 Nov 2026 10:55:00 +0100 (CET)", "2026-11-29T09:55", "exact"),
    ("2026-11-29 10:55:00 +0000 UTC", "2026-11-29T10:55", "exact"),
]


@pytest.mark.parametrize(("raw", "moment", "quality"), WRITTEN)
def test_a_date_is_read_however_it_is_written(raw, moment, quality):
    """By Go, Java, JavaScript, .NET and Unix; with halves of the day, zones by name and place; in many languages."""
    at, found = read_date(raw)
    assert (at.strftime("%Y-%m-%dT%H:%M") if at else "", found) == (moment, quality)


@pytest.mark.parametrize(
    "raw",
    [
        "29 listopada 2026 10:55",  # October in Croatian, November in Polish
        "01/10/2024 3:04 PM",
        "10-11-2026",
        "29/11/26 10:55",
        "3 hours ago",
        "10:55",
        "2026",
        "November 2026",
        "29 November",
        "Chapter 29, November 2026, page 3",
        "29 Nov 2026 10:55 till 30 Nov 2026",
        "2026年13月40日 10:00",
        "29 Nov 2026 25:61",
        "31 апреля 2026 10:00",
        "7 آذر 1405 10:55",
    ],
)
def test_what_may_mean_several_moments_or_none_is_unknown(raw):
    assert read_date(raw) == (None, "unknown")


def test_the_name_of_the_day_settles_the_order_of_day_and_month():
    assert read_date("Thu, 12/11/2026 - 10:55")[0] is None or read_date("Thu, 12/11/2026 - 10:55")[0].month == 11
    assert read_date("Fri, 12/11/2026 - 10:55")[0].month == 12
    assert read_date("Mon, 12/11/2026 - 10:55") == (None, "unknown")


def test_no_name_of_a_month_stands_for_two():
    for number, line in enumerate(monthnames._MONTH_NAMES, 1):
        names = [name.casefold() for name in line.split()]
        assert {name: monthnames.MONTHS[name] for name in names} == dict.fromkeys(names, number)


PIECES = st.sampled_from(
    ["29", "11", "2026", "Nov", "mar.", "年", "月", "日", "10:55", "10h", "pm", "م", "GMT", "+0100", "(", "CEST",
     "Europe/Riga",
     "/Date(", "tháng", "ноября", "T", "Z", "m=+0.1", "٢٩", "\u200f", "99", ":", ".", "-", "Etc/GMT+3", "Uhr", "令和"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=9), st.sampled_from(["", " ", ", "]))
def test_any_pieces_are_a_date_or_unknown(pieces, between):
    at, quality = read_date(between.join(pieces))
    assert (at is None) == (quality in ("", "unknown"))
