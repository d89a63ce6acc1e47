"""The same PDF in a third of the size: small objects are put together and compressed (PDF 1.5, object streams).

Chromium writes each tag of the text as an object of its own, uncompressed: 200,000 of them in this book, more than
half of the file, and as many lines in its table of objects. What a reader's program sees is the same, but for
bookmarks: of a heading that is set in two lines Chromium loses the space between them.
"""

from __future__ import annotations

import re
import zlib

TOGETHER = 200  # objects in one stream: one has to be unpacked to reach any of them
TITLE = re.compile(rb"/Title (?:\(((?:[^\\()]|\\[()\\])*)\)|<([0-9A-Fa-f]+)>)")


def pack(pdf: bytes, headings: list[str]) -> bytes:
    """The PDF smaller, with bookmarks that have the spaces of the headings they stand for."""
    titles = {"".join(heading.split()): heading for heading in headings}
    table, trailer = read_table(pdf)
    ends = dict(
        zip(
            order := sorted(table.values()),
            [*order[1:], pdf.rindex(b"xref", 0, pdf.rindex(b"startxref"))],
            strict=True,
        )
    )
    out = bytearray(b"%PDF-1.5\n%\xd3\xeb\xe9\xe1\n")
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    small: list[tuple[int, bytes]] = []
    for number, start in table.items():
        whole = pdf[start : ends[start]]
        body = whole[whole.index(b"obj") + 3 : whole.rindex(b"endobj")].strip()
        if body.endswith(b"endstream"):
            places[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        else:
            small.append((number, TITLE.sub(lambda title: spaced(title, titles), body)))
    free = max(table) + 1
    for first in range(0, len(small), TOGETHER):
        group = small[first : first + TOGETHER]
        at = 0
        index = []
        for place, (number, body) in enumerate(group):
            index.append(b"%d %d" % (number, at))
            at += len(body) + 1
            places[number] = (2, free, place)
        head = b" ".join(index) + b"\n"
        places[free] = (1, len(out), 0)
        kind = b"/Type /ObjStm /N %d /First %d" % (len(group), len(head))
        out += stream(free, kind, head + b"\n".join(body for _, body in group))
        free += 1
    start = len(out)
    places[free] = (1, start, 0)
    rows = b"".join(
        kind.to_bytes(1, "big") + where.to_bytes(4, "big") + place.to_bytes(2, "big")
        for kind, where, place in (places.get(number, (0, 0, 65535)) for number in range(free + 1))
    )
    kept = b" ".join(re.findall(rb"/(?:Root|Info) \d+ 0 R|/ID \[[^\]]*\]", trailer))
    out += stream(free, b"/Type /XRef /W [1 4 2] /Size %d %s" % (free + 1, kept), rows)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def spaced(title: re.Match[bytes], titles: dict[str, str]) -> bytes:
    plain, coded = title.groups()
    if coded:
        text = bytes.fromhex(coded.decode()).decode("utf-16")
    else:
        text = re.sub(rb"\\(.)", rb"\1", plain).decode("latin-1")
    bare = text.replace("\u2060", "")  # only on a page it keeps a line together
    right = titles.get("".join(bare.split()), bare)
    return (
        title[0] if right == text else b"/Title <%s>" % ("\ufeff" + right).encode("utf-16-be").hex().encode()
    )


def read_table(pdf: bytes) -> tuple[dict[int, int], bytes]:
    """Where each object starts, and the trailer, of a PDF with one table in clear text, as Chromium writes it."""
    start = int(re.findall(rb"startxref\s+(\d+)", pdf[-1024:])[-1])
    found = re.compile(rb"xref\s+0 (\d+)\s+").match(pdf, start)
    if found is None:
        raise ValueError(
            "this PDF has no table of objects in clear text, from 0 on: Chromium has changed what it writes"
        )
    rows = [
        pdf[found.end() + 20 * number : found.end() + 20 * number + 20] for number in range(int(found[1]))
    ]
    table = {number: int(row[:10]) for number, row in enumerate(rows) if row[17:18] == b"n"}
    return table, pdf[found.end() + 20 * len(rows) :]


def stream(number: int, kind: bytes, data: bytes) -> bytes:
    data = zlib.compress(data, 9)
    return b"%d 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        kind,
        len(data),
        data,
    )
