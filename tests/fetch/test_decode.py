"""Each encoding comes out as the plain body or as a named failure: whole, bounded in memory, whatever the chunks."""

from __future__ import annotations

import gzip
import itertools
import random
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.fetch import decode
from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.sniff import decoder_for
from monitor.fetch.values import FetchRequest, FetchResult
from tests.fetch.loopback import RSS, Asked, Loopback, reply

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WINDOW_LOG = zstd.CompressionParameter.window_log
CHECKSUM = zstd.CompressionParameter.checksum_flag
FEED = b"".join(b"<item><title>%d</title><guid>%x</guid></item>\n" % (i, i * i * 7919) for i in range(900))
SKIPPABLE = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
MIB = 1 << 20


def zstd_stream(plain: bytes, **options: int) -> bytes:
    """A frame written piece by piece, so that its header states the window asked for and no size."""
    known = {"window_log": WINDOW_LOG, "checksum": CHECKSUM}
    writer = zstd.ZstdCompressor(options={known[name]: value for name, value in options.items()})
    return writer.compress(plain) + writer.flush()


def bare_deflate(plain: bytes) -> bytes:
    return zlib.compress(plain)[2:-4]


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda plain: gzip.compress(plain, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda plain: zstd_stream(plain, checksum=1),
}


def served(bodies: dict[str, tuple[str, bytes]], **limits: Any) -> dict[str, FetchResult]:
    """Fetch each body (name -> encoding, bytes) from one server in one round."""
    routes = {f"/{name}": reply(200, body, f"Content-Encoding: {label}") for name, (label, body) in bodies.items()}
    with Loopback(routes) as server:  # type: ignore[arg-type]
        requests = [FetchRequest(request_id=name, url=server.url(f"/{name}")) for name in bodies]
        policy = FetchPolicy(allow_private=server.allowed, deadline_s=10, per_host=8, **limits)
        return {result.request_id: result for result in fetch_all(requests, policy)}


def decoded(label: str, chunks: list[bytes], room: int = 16 * MIB) -> bytes:
    """Feed chunks to a label's decoder and close it."""
    decoder, out = decoder_for(label), b""
    for chunk in chunks:
        out += decoder.feed(chunk, room - len(out))
    out += decoder.flush(room - len(out))
    decoder.close()
    return out


def test_every_encoding_comes_out_as_the_plain_body():
    """What a server sends encoded is byte for byte what it sends plain; and we offer what we read."""
    asked: list[str] = []

    def answer(request: Asked) -> bytes:
        asked.append(request.headers["accept-encoding"])
        label = request.path[1:]
        return (
            reply(200, ENCODERS[label](FEED), f"Content-Encoding: {label}") if label in ENCODERS else reply(200, FEED)
        )

    with Loopback({f"/{label}": answer for label in (*ENCODERS, "plain")}) as server:
        requests = [FetchRequest(request_id=label, url=server.url(f"/{label}")) for label in (*ENCODERS, "plain")]
        results = list(fetch_all(requests, FetchPolicy(allow_private=server.allowed)))
    assert {(result.error, result.body) for result in results} == {("", FEED)}
    assert set(asked) == {"gzip, deflate, br, zstd"}


@pytest.mark.parametrize("label", ENCODERS)
def test_a_stream_cut_at_any_byte_is_never_a_success(label: str):
    """The server's Content-Length agrees with the cut, so only the decoder can tell; no byte at all is a cut too."""
    whole = ENCODERS[label](RSS)
    results = served({str(end): (label, whole[:end]) for end in range(len(whole) + 1)})
    assert results.pop(str(len(whole))).body == RSS
    assert {(result.error, result.body) for result in results.values()} == {("truncated", None)}
    assert len(results) == len(whole)


@pytest.mark.parametrize("label", ENCODERS)
def test_a_long_stream_cut_anywhere_is_truncated(label: str):
    """Also where a cut falls on a block's end, after much has been decoded."""
    whole = ENCODERS[label](FEED)
    results = served({str(end): (label, whole[:end]) for end in range(1, len(whole), 251)})
    assert {(result.error, result.body) for result in results.values()} == {("truncated", None)}


@pytest.mark.parametrize("label", ENCODERS)
def test_damage_has_a_name(label: str):
    """A flipped bit gives a failure or, where the format has a checksum, the true body. br has none."""
    whole = ENCODERS[label](RSS)
    damaged = {str(at): (label, whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]) for at in range(len(whole))}
    results = served(damaged, max_bytes=MIB).values()
    assert {result.error for result in results} <= {"", "bad-encoding", "truncated", "too-large"}
    assert "bad-encoding" in {result.error for result in results}
    if label != "br":
        assert {result.body for result in results} <= {None, RSS}
    assert all(result.detail.isprintable() and result.detail for result in results if result.error)


@pytest.mark.parametrize(
    "label", [*ENCODERS, "", "UTF-8", "none", "binary", "iso-8859-1", "aws-chunked", "brotli", "dcb"]
)
def test_a_wrong_label_does_not_hide_what_the_bytes_show(label: str):
    """Plain feeds and pages, gzip and zstd are known by their first bytes, whatever the label says."""
    wrong = {"plain": RSS, "html": b"<!doctype html><html>" * 50, "long": FEED, "json": b'{ "version": "x"}'}
    bodies = {**wrong, **{name: ENCODERS[name](FEED) for name in ("gzip", "zstd")}}
    results = served({name: (label, body) for name, body in bodies.items()})
    expected = {**wrong, "gzip": FEED, "zstd": FEED}
    assert {(name, result.error, result.body == expected[name]) for name, result in results.items()} == {
        (name, "", True) for name in bodies
    }


@pytest.mark.parametrize("label", ENCODERS)
def test_a_wrong_label_of_bytes_that_show_nothing_is_bad_encoding(label: str):
    """Another encoding's bytes under this label, where they have no mark of their own."""
    wrong = {other: encode(FEED) for other, encode in ENCODERS.items() if other in {"br", "deflate"} - {label}}
    results = served({name: (label, body) for name, body in wrong.items()})
    assert {(name, result.error) for name, result in results.items()} == {(name, "bad-encoding") for name in wrong}


@pytest.mark.parametrize("name", ["gzip", "zstd"])
@pytest.mark.parametrize("told", [0, 1, 2])
def test_a_stored_archive_packed_once_more_is_read(name: str, told: int):
    """Promise: two layers are undone however many the label tells; three are not."""
    encode, label = ENCODERS[name], ", ".join([name] * told)
    twice, thrice = encode(encode(FEED)), encode(encode(encode(FEED)))
    results = served({"twice": (label, twice), "cut": (label, twice[:-9]), "thrice": (label, thrice)})
    assert (results["twice"].error, results["twice"].body) == ("", FEED)
    assert results["cut"].error in ("truncated", "bad-encoding")
    assert results["thrice"].body == encode(FEED)
    for chunks in ([twice[:1], twice[1:2], twice[2:]], [twice[:3], twice[3:]]):
        assert decoded(label, chunks) == FEED


@pytest.mark.parametrize("label", ["gzip, br", "br, gzip", "zstd, br", "br, br", "deflate,deflate", "gzip,gzip,gzip"])
def test_stacks_are_refused(label: str):
    """Save the archive packed once more, of which the bytes tell."""
    body = RSS
    for name in label.replace(" ", "").split(","):
        body = ENCODERS.get(name, bytes)(body)
    result = served({"x": (label, body)})["x"]
    assert (result.error, result.body) == ("bad-encoding", None)
    assert "not asked for" in result.detail


TAILS = (b"J", b"JUNK" * 100, b"\0" * 9, b"<!-- cached -->", b"PPPP", b"\n", FEED)


@pytest.mark.parametrize("label", ENCODERS)
def test_bytes_behind_the_end_are_ignored(label: str):
    """In the end's own chunk and in later ones."""
    whole = ENCODERS[label](FEED)
    results = served({str(n): (label, whole + tail) for n, tail in enumerate(TAILS)})
    assert {(result.error, result.body) for result in results.values()} == {("", FEED)}
    for tail in TAILS:
        assert decoded(label, [whole[:-1], whole[-1:] + tail[:1], tail[1:]]) == FEED
        assert decoded(label, [whole, tail]) == FEED


def test_several_frames_are_one_body():
    """Members of gzip and zstd frames follow each other; skippable frames between them give nothing."""
    parts = [FEED[:1000], FEED[1000:2000], b"", FEED[2000:]]
    bodies = {
        "gzip": ("gzip", b"".join(map(gzip.compress, parts))),
        "zstd": ("zstd", b"".join(zstd_stream(part) for part in parts)),
        "sized": ("zstd", b"".join(map(zstd.compress, parts))),
        "skips": ("zstd", SKIPPABLE.join([b"", *map(zstd.compress, parts), b""])),
        "tail": ("zstd", zstd.compress(FEED) + SKIPPABLE + b"JUNK"),
    }
    results = served(bodies)
    assert {name: (result.error, result.body == FEED) for name, result in results.items()} == dict.fromkeys(
        bodies, ("", True)
    )


@pytest.mark.parametrize("tail", [zstd.compress(RSS)[:n] for n in (1, 2, 3, 4, 9)] + [SKIPPABLE[:n] for n in (4, 12)])
def test_a_further_frame_that_is_cut_is_truncated(tail: bytes):
    assert served({"x": ("zstd", zstd.compress(RSS) + tail)})["x"].error == "truncated"


@pytest.mark.parametrize(("label", "encode"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_frames_without_end_are_refused_not_cut_off(label: str, encode: Callable[[bytes], bytes]):
    """Each costs a decompressor. Passing over the rest would make a piece of a feed the whole."""
    many = [encode(RSS)] * 64
    results = served({"most": (label, b"".join(many)), "more": (label, b"".join([*many, encode(RSS)]))})
    assert results["most"].body == RSS * 64
    assert (results["more"].error, results["more"].body) == ("bad-encoding", None)


def frame_of(descriptor: int, *rest: bytes) -> bytes:
    """A zstd frame with a header byte and fields of our own, and one empty last block."""
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + b"".join(rest) + b"\x01\x00\x00"


def test_a_stream_may_not_ask_for_a_large_window():
    """8 MiB is read; what needs more is refused before it is allocated (RFC 9659). br has no such header."""
    bodies = {f"{log}": ("zstd", zstd_stream(FEED, window_log=log)) for log in (10, 23, 24, 25, 27, 30, 31)}
    bodies["one-segment-of-1-TiB"] = ("zstd", frame_of(0xE0, (1 << 40).to_bytes(8, "little")))
    bodies["one-segment-of-9-MiB"] = ("zstd", frame_of(0xA0, (9 * MIB).to_bytes(4, "little")))
    bodies["window-of-3.75-TiB"] = ("zstd", frame_of(0x00, b"\xff"))
    bodies["dictionary"] = ("zstd", frame_of(0x01, b"\x58", b"\x07"))
    bodies |= {f"br-{log}": ("br", bytes([0x11, log]) + brotli.compress(FEED)[1:]) for log in (25, 27, 30)}
    results = served(bodies)
    assert {name for name, result in results.items() if result.body == FEED} == {"10", "23"}
    assert {result.error for name, result in results.items() if name not in ("10", "23")} == {"bad-encoding"}


def zeros(label: str, n_mib: int) -> Iterator[bytes]:
    """Yield a stream of zeros in one encoding, without ever holding them."""
    block = bytes(MIB)
    if label == "br":
        packer = brotli.Compressor(quality=5, lgwin=24, lgblock=24)
        yield from (packer.process(block) for _ in range(n_mib))
        yield packer.finish()
    else:
        writer: Any = {
            "gzip": lambda: zlib.compressobj(9, zlib.DEFLATED, 31),
            "deflate": lambda: zlib.compressobj(9),
            "zstd": zstd.ZstdCompressor,
        }[label]()
        yield from (writer.compress(block) for _ in range(n_mib))
        yield writer.flush()


def rle_frame(n_blocks: int, *, last: bool = True) -> bytes:
    """A zstd frame of blocks that make 128 KiB of one byte each, from four bytes: the format's best ratio."""
    block = ((128 << 10) << 3 | 1 << 1).to_bytes(3, "little") + b" "
    end = ((128 << 10) << 3 | 1 << 1 | last).to_bytes(3, "little") + b" "
    return b"\x28\xb5\x2f\xfd\x00\x68" + block * (n_blocks - 1) + end


WATCH = """
import resource, sys
from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest
url, allowed, warm = sys.argv[1:]
def fetch(url):
    policy = FetchPolicy(allow_private=frozenset({allowed}), deadline_s=20)
    (result,) = fetch_all([FetchRequest(request_id="f", url=url)], policy)
    return result
def peak_mib():
    if sys.platform == "linux":  # getrusage would begin with the parent's peak
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)
assert fetch(warm).body
before = peak_mib()
result = fetch(url)
print(result.error, result.body is None, peak_mib() - before)
"""


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "zstd", "zstd-rle", "zstd-rle-without-end", "zstd-frames"])
def test_a_bomb_ends_at_the_cap_in_little_memory(kind: str):
    """Hundreds of megabytes to a process of its own: refused at 16 MiB, and the process grows by less than 64 MiB."""
    label = kind.partition("-")[0]
    made = {
        "zstd-rle": lambda: rle_frame(8192),
        "zstd-rle-without-end": lambda: rle_frame(8192, last=False),
        "zstd-frames": lambda: rle_frame(140) * 60,
    }
    bomb = made[kind]() if kind in made else b"".join(zeros(label, 1024 if label in ("br", "zstd") else 256))
    routes = {
        "/bomb": reply(200, bomb, f"Content-Encoding: {label}"),
        "/warm": reply(200, ENCODERS[label](RSS), f"Content-Encoding: {label}"),
    }
    with Loopback(routes) as server:  # type: ignore[arg-type]
        args = [server.url("/bomb"), next(iter(server.allowed)), server.url("/warm")]
        out = subprocess.run([sys.executable, "-c", WATCH, *args], capture_output=True, text=True, check=True).stdout
    error, without_body, grown_mib = out.split()
    assert (error, without_body) == ("too-large", "True")
    assert int(grown_mib) < 64


def test_a_ratio_of_a_million_is_no_way_past_the_cap():
    """One byte of brotli can stand for a megabyte, in one chunk or byte by byte."""
    bomb = b"".join(zeros("br", 512))
    assert 512 * MIB > 1_000_000 * len(bomb)
    with pytest.raises(decode.TooLargeError):
        decoded("br", [bomb])
    with pytest.raises(decode.TooLargeError):
        decoded("br", [bomb[at : at + 1] for at in range(len(bomb))])


SILENT = {  # label: a stream's start, and what may follow for ever without one byte coming out
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\0\0\0\xff\xff"),  # stored blocks of no bytes
    "br": (b"\x0c", b"\x06"),  # empty metadata
    "zstd": (b"\x50\x2a\x4d\x18\xff\xff\xff\xff", b"\0"),  # a skippable frame of 4 GiB
}


@pytest.mark.parametrize("label", SILENT)
def test_a_stream_that_gives_nothing_ends_at_the_cap_too(label: str):
    """Encoded bytes count as well, with no Content-Length to tell of them."""
    start, filler = SILENT[label]
    endless = f"HTTP/1.1 200 X\r\nContent-Encoding: {label}\r\n\r\n".encode() + start + filler * (4 * MIB)
    with Loopback({"/": endless}) as server:
        policy = FetchPolicy(allow_private=server.allowed, max_bytes=2 * MIB)
        (result,) = fetch_all([FetchRequest(request_id="f", url=server.url())], policy)
    assert (result.error, result.body) == ("too-large", None)
    decoder = decoder_for(label)
    assert decoder.feed(start + filler * 1000, 0) == b""


@pytest.mark.parametrize("label", ENCODERS)
def test_the_cap_is_exact(label: str):
    """A body as large as allowed passes, one byte more does not; junk behind it changes neither."""
    whole = ENCODERS[label](FEED)
    for tail in (b"", b"JUNK"):
        assert decoded(label, [whole + tail], len(FEED)) == FEED
        with pytest.raises(decode.TooLargeError):
            decoded(label, [whole + tail], len(FEED) - 1)


def test_output_the_library_held_back_is_not_lost():
    """A chunk of brotli that ends before its output does: the rest must not be taken for a missing end."""
    plain = bytes(5 * MIB) + FEED
    whole = brotli.compress(plain, quality=5)
    assert decoded("br", [whole]) == plain
    assert decoded("br", [whole[:-1], whole[-1:]]) == plain


def test_a_long_brotli_stream_is_read_once():
    """A stream over a megabyte is not read again: junk behind it is an error rather than more work."""
    rough = random.Random(1).randbytes(2 * MIB)
    whole = brotli.compress(rough, quality=1)
    chunks = [whole[at : at + 65536] for at in range(0, len(whole), 65536)]
    assert len(whole) > decode.MAX_REREAD + 2 * 65536
    assert decoded("br", chunks) == rough
    with pytest.raises(decode.EncodingError):
        decoded("br", [*chunks[:-1], chunks[-1] + b"JUNK"])


@st.composite
def chunked_streams(draw: st.DrawFn) -> tuple[str, bytes, list[bytes]]:
    """A label, a plain body, and its encoded stream (with members and junk) cut at random."""
    label = draw(st.sampled_from([*ENCODERS, "bare"]))
    parts = [draw(st.binary(max_size=300)) * draw(st.integers(1, 400)) for _ in range(draw(st.integers(1, 3)))]
    encode = bare_deflate if label == "bare" else ENCODERS[label]
    if label not in ("gzip", "zstd"):
        parts = [b"".join(parts)]
    skip = SKIPPABLE if label == "zstd" and draw(st.booleans()) else b""
    tail = draw(st.sampled_from([b"", b"JUNK", b"\0\0\0\0\0", b"(not a frame"]))
    stream = skip.join([b"", *map(encode, parts)]) + tail
    cuts = sorted(draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    bounds = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(bounds)]
    return "deflate" if label == "bare" else label, b"".join(parts), chunks


@settings(max_examples=400, deadline=None)
@given(chunked_streams())
def test_chunks_do_not_matter(case: tuple[str, bytes, list[bytes]]):
    """However the network cuts a stream, the same body comes out; and a lower cap is a refusal every time."""
    label, plain, chunks = case
    assume(not plain.startswith((b"\x1f\x8b\x08", zstd_stream(b"")[:4])))  # an archive packed once more
    assert decoded(label, [chunk for chunk in chunks if chunk], len(plain)) == plain
    if plain:
        with pytest.raises(decode.TooLargeError):
            decoded(label, [chunk for chunk in chunks if chunk], len(plain) - 1)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([*ENCODERS]), st.binary(max_size=200), st.lists(st.binary(min_size=1, max_size=40), max_size=5))
def test_any_bytes_end_in_a_body_or_a_named_failure(label: str, start: bytes, chunks: list[bytes]):
    """Noise behind a good start raises nothing but the three errors the fetcher knows."""
    whole = ENCODERS[label](start)
    decoder, out = decoder_for(label), b""
    try:
        for chunk in [whole[: len(start)] or b"\0", *chunks]:
            out += decoder.feed(chunk, 1000 - len(out))
        decoder.close()
    except (decode.TooLargeError, decode.EncodingError, decode.TruncatedError):
        return
    assert len(out) <= 1000


@pytest.fixture
def forget() -> Iterator[None]:
    """Let `accepted` look again, before and after."""
    decode.accepted.cache_clear()
    yield
    decode.accepted.cache_clear()


@pytest.mark.usefixtures("forget")
def test_a_decoder_that_is_missing_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    """Nothing installed: gzip and deflate, and an answer in br or zstd was not asked for."""
    for name in ("brotli", "backports", "backports.zstd"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [sys.prefix])
    if sys.version_info >= (3, 14):
        assert decode.accepted() == ("gzip", "deflate", "zstd")
    else:
        assert decode.accepted() == ("gzip", "deflate")
    for label in {"br", "zstd"} - set(decode.accepted()):
        with pytest.raises(decode.EncodingError, match="was not asked for"):
            decode.decoder_of(label)


@pytest.mark.usefixtures("forget")
def test_a_decoder_that_does_not_load_is_a_failure_of_that_feed(monkeypatch: pytest.MonkeyPatch):
    """Found but broken, or too old to limit its output: a named failure, not a crash of the round."""

    class Old:
        class Decompressor:
            pass

    monkeypatch.setitem(sys.modules, "brotli", Old)
    result = served({"x": ("br", brotli.compress(RSS))})["x"]
    assert (result.error, result.body) == ("bad-encoding", None)
    assert "brotli before 1.2" in result.detail


LAZY = """
import sys
from monitor.fetch.fetcher import fetch_all
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest
names = ("_brotli", "backports", "backports.zstd", "compression.zstd", "_zstd")
def loaded():
    return "+".join(name for name in names if name in sys.modules)
said = [loaded()]
for path in sys.argv[2:]:
    policy = FetchPolicy(allow_private=frozenset({sys.argv[1].split("/")[2]}))
    request = FetchRequest(request_id="f", url=sys.argv[1] + path, etag='"v"')
    (result,) = fetch_all([request], policy)
    assert not result.error, result
    said.append(loaded())
print(",".join(said))
"""


def test_only_a_body_that_needs_a_decoder_imports_it():
    """Neither the start, nor a round of 304s, of plain or of gzip bodies; a br body imports no zstd."""
    routes = {f"/{label}": reply(200, encode(RSS), f"Content-Encoding: {label}") for label, encode in ENCODERS.items()}
    routes |= {"/304": b'HTTP/1.1 304 X\r\nETag: "v"\r\nContent-Encoding: zstd\r\n\r\n', "/plain": reply()}
    with Loopback(routes) as server:  # type: ignore[arg-type]
        order = ["304", "plain", "gzip", "deflate", "br", "zstd"]
        args = [sys.executable, "-c", LAZY, server.url(), *order]
        out = subprocess.run(args, capture_output=True, text=True, check=True).stdout.strip()
    ours = "compression.zstd+_zstd" if sys.version_info >= (3, 14) else "backports+backports.zstd"
    assert out.split(",") == ["", "", "", "", "", "_brotli", f"_brotli+{ours}"]
