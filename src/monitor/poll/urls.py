"""One spelling for each address, so that the same page met twice is seen to be the same.

Rules are conservative: they may leave two spellings of one page apart, never join two pages. They are versioned;
a change of the rules changes RULES_VERSION. Nothing here opens a connection or judges whether an address may be opened.
"""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from monitor.fetch.idn import ascii_host

RULES_VERSION = 1

# Names that only say how a reader came: campaign, click and newsletter ids. Names with a meaning on some sites
# (id, p, q, page, story, source, ref, lang, oc) stay.
_TRACKING_PREFIXES = ("utm_", "at_", "ns_", "mc_", "hsa_", "_hs", "vero_", "oly_", "pk_", "piwik_", "mtm_", "matomo_")
_TRACKING_WORDS = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh mkt_tok _ga _gl srsltid"
    " cmp cmpid cmp_id icid ocid ito ftag guccounter guce_referrer guce_referrer_sig smid smtyp smprod soc_src soc_trk"
    " traffic_source traffictype xtor wt.mc_id wt_mc wt_zmc spm scid s_kwcid ef_id _openstat echobox"
    " __twitter_impression amp_js_v hsctatracking dm_i dicbo rss_id fromrss trk trkinfo nsmkt wpisrc"
)
_TRACKING_NAMES = frozenset(_TRACKING_WORDS.split())
# Names that are tracking only with such a value: ?ref=rss, ?source=rss, ?output=rss stays.
_TRACKING_VALUES = {
    "ref": frozenset({"rss", "feed", "twitter", "facebook", "newsletter", "home"}),
    "source": frozenset({"rss", "feed", "twitter", "facebook", "newsletter"}),
    "src": frozenset({"rss", "feed", "twitter", "facebook", "newsletter"}),
    "from": frozenset({"rss", "feed"}),
    "partner": frozenset({"rss", "feed", "rssnyt"}),
    "emc": frozenset({"rss"}),
    "via": frozenset({"rss", "feed"}),
    "feature": frozenset({"rss", "share"}),
    "rss": frozenset({"", "1", "yes", "true"}),
}
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_DEVICE = re.compile(r"^(?:(?:www\d?|m|mobile|mobil|wap|touch|amp|amp-www)\.)+(?=[^.]+\.)")
_AMP_PATH = re.compile(r"^amp/|(?:/amp|\.amp|/index\.amp)/?$|\.amp(?=\.html?$)")
_INDEX = re.compile(r"(?:^|(?<=/))(?:index|default)\.(?:html?|php|aspx?|jsp)$")
_AMP_QUERY = re.compile(r"(?:amp|outputtype|output|view|mobile|desktop)(?:=(?:1|amp|true|mobile|yes)?)?", re.IGNORECASE)
# Longer addresses are junk or attacks; they are compared as written.
_MAX_LENGTH = 4096


# Most addresses: no port, query, fragment, escape, parameter or dot segment. Ten times faster than taking them apart.
_CANONICAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/(?:[\w,~+=@!$&'()*:-][\w.,~+=@!$&'()*:/-]*)?", re.ASCII)


@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """Return the canonical spelling of an http(s) address; anything else comes back stripped but otherwise as it is."""
    if _CANONICAL.fullmatch(url) and "/." not in url and len(url) <= _MAX_LENGTH:
        return url
    return spelled_out(url)


def spelled_out(url: str) -> str:
    """Return the same by taking the address apart."""
    url = url.strip()
    if len(url) > _MAX_LENGTH or url[:4].lower() != "http":
        return url
    try:
        scheme, netloc, path, query, fragment = urlsplit(url)
    except ValueError:
        return url
    scheme = scheme.lower()
    if scheme not in _DEFAULT_PORTS or not netloc.strip(":.@"):
        return url
    path = _canonical_path(path)
    query = _without_tracking(query) if query else ""
    canonical = f"{scheme}://{_canonical_host(netloc, scheme)}{path}"
    if query:
        canonical += "?" + query
    # #!/ and #/ are pages of their own in single-page sites; other fragments are places in a page.
    if fragment[:1] in ("!", "/"):
        canonical += "#" + fragment
    return canonical


@lru_cache(maxsize=8192)
def loose_page(url: str) -> str:
    """Return what two addresses of one page share whatever device, scheme or counter they go through.

    Without scheme, `www.`, `m.`, `amp.` and the like, `/amp`, index page, final slash and tracking; of an address that
    carries another in its query (a click counter), that other. Two pages may share it: it is no identity by itself.
    """
    canonical = canonical_url(url)
    inner = _carried(canonical)
    if inner:
        canonical = canonical_url(inner)
    host, slash, path = canonical.partition("://")[2].partition("/")
    path, _, query = path.partition("?")
    path = _INDEX.sub("", _AMP_PATH.sub("", path)).rstrip("/")
    query = "&".join(pair for pair in query.split("&") if pair and not _AMP_QUERY.fullmatch(pair))
    return f"{_DEVICE.sub('', host)}{slash}{path}" + (f"?{query}" if query else "")


def _carried(url: str) -> str:
    """Return the address that a query carries, '' where it carries none or several."""
    query = url.partition("?")[2]
    if "http" not in query:
        return ""
    found = {value for _, value in parse_qsl(query) if value.startswith(("http://", "https://"))}
    return found.pop() if len(found) == 1 else ""


def same_page(one: str, other: str) -> bool:
    """Say whether two addresses differ only in scheme, `www.`, tracking, a final slash or nothing."""
    return one == other or _page_key(canonical_url(one)) == _page_key(canonical_url(other))


def _page_key(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _canonical_host(netloc: str, scheme: str) -> str:
    user, at, host = netloc.rpartition("@")
    host = host.lower().removesuffix(_DEFAULT_PORTS[scheme]).rstrip(":.")
    if not host.isascii():
        with contextlib.suppress(ValueError):
            host = ascii_host(host)
    return user + at + host


def _canonical_path(path: str) -> str:
    if not path:
        return "/"
    if ";" in path:
        path = _SESSION.sub("", path)
    if "%" in path:
        path = _ESCAPE.sub(_canonical_escape, path)
    if "/." in path and _DOTS.search(path):
        path = _without_dots(path)
    return _CONTROL.sub("%20", path) if " " in path else path


def _canonical_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept) or "/"


def _without_tracking(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair)]
    joined = "&".join(kept)
    return _ESCAPE.sub(_canonical_escape, joined) if "%" in joined else joined


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES):
        return True
    values = _TRACKING_VALUES.get(name)
    return values is not None and value.lower() in values
