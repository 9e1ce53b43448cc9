"""The cells of an xlsx file's first sheet that hold an error (#N/A, #SAKNAS!): its reader gives them as empty, and what
is spoiled must not be taken for what is left out.
"""

import io
import re
import zipfile
from posixpath import join
from xml.etree import ElementTree

CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.S)
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def cells_with_errors(content: bytes) -> dict[int, dict[int, str]]:
    """Row number → place in the row, from 0 → the error as it stands there."""
    found: dict[int, dict[int, str]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = _first_sheet(parts)
        for column, row, error in CELL.findall(sheet) if b't="e"' in sheet else ():
            place = 0
            for letter in column.decode():
                place = place * 26 + ord(letter) - ord("A") + 1
            found.setdefault(int(row), {})[place - 1] = error.decode()
    return found


def _first_sheet(parts: zipfile.ZipFile) -> bytes:
    """The sheet's own text; nothing where the file is built in a way that we do not know."""
    try:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return b""
    wanted = next((one.get(RELATION) for one in book.iter() if one.tag.endswith("}sheet")), None)
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    path = join("xl", targets.get(wanted, "")).lstrip("/")
    return parts.read(path) if path in parts.namelist() else b""
