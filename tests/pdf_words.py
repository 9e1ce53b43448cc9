"""The words of a PDF as whoever copies them gets them: letters are numbers of a font, and its map says which."""

import re

_OBJECT = re.compile(rb"^(\d+) 0 obj\n(.*?)endobj", re.DOTALL | re.MULTILINE)
_SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words_of(pdf: bytes) -> str:
    """All of its text, a line for each piece that was put in place. The PDF is one of ours: not packed."""
    objects: dict[bytes, bytes] = dict(_OBJECT.findall(pdf))
    fonts = {
        name: _letters(objects[told[1]])
        for name, number in set(re.findall(rb"/F(\d+) (\d+) 0 R", pdf))
        if (told := re.search(rb"/ToUnicode (\d+) 0 R", objects[number]))
    }
    lines, font = [], b""
    for shown in re.findall(rb"BT (.*?) ET", pdf, re.DOTALL):
        line = ""
        for name, text in _SHOWN.findall(shown):
            font = name or font
            line += "" if name else _read(text, fonts[font])
        lines.append(line)
    return "\n".join(lines)


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]+)> <([0-9A-F]+)>\n", cmap)
    return {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}


def _read(text: bytes, letters: dict[int, str]) -> str:
    plain = re.sub(rb"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)
    numbers = (int.from_bytes(plain[at : at + 2]) for at in range(0, len(plain), 2))
    return "".join(letters.get(number, "") for number in numbers)
