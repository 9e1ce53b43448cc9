"""What the documents for whoever works on the code say of it: every file and name that they point to is there."""

import re
from pathlib import Path

import pytest

from models.people.signed_link import Purpose, place_of
from models.tables import metadata

ROOT = Path(__file__).parents[1]
PATH = re.compile(r"`((?:models|tasks|flows|templates|deployments|tests|docs)/[\w./-]*?)`")
TEST = re.compile(r"`(test_\w+)(\.py|…)?`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
DOCUMENTS = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_points_to_is_there(document: Path) -> None:
    text = document.read_text()
    named = [ROOT / found for found in PATH.findall(text) if "NAME" not in found]
    linked = [document.parent / found for found in LINK.findall(text)]
    assert [str(path) for path in (*named, *linked) if not path.exists()] == []


def test_what_is_said_to_hold_a_claim_is_a_test() -> None:
    files = {path.name: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    tests = re.findall(r"def (test_\w+)\(", "\n".join(files.values()))
    found = TEST.findall("\n".join(document.read_text() for document in DOCUMENTS))
    for name, ending in found:
        known = files if ending == ".py" else tests
        assert any(f"{name}{ending}" == one or (ending == "…" and one.startswith(name)) for one in known), name
    assert len(found) > 30


def test_the_review_names_every_page_that_a_link_opens() -> None:
    """An operator keeps these addresses out of the proxy's log."""
    review = (ROOT / "docs" / "security.md").read_text()
    assert [str(purpose) for purpose in Purpose if f"`{place_of(purpose).rstrip('/')}`" not in review] == []


def test_decisions_are_numbered_without_gaps_and_stand_in_their_index() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = sorted(folder.glob("0*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    titles = [path.read_text().splitlines()[0].removeprefix("# ") for path in decisions]
    index = (folder / "README.md").read_text()
    for path, title in zip(decisions, titles, strict=True):
        number, words = title.split(" ", 1)
        assert f"| [{number}]({path.name}) | {words} |" in index


def test_what_holds_an_invariant_is_there() -> None:
    """`module.function` and names of constraints, as docs/invariants.md gives them."""
    code: dict[str, str] = {}
    for path in (ROOT / "models").rglob("*.py"):
        code[path.stem] = code.get(path.stem, "") + path.read_text()
    lines = (ROOT / "docs" / "invariants.md").read_text().splitlines()
    rows = [line for line in lines if re.match(r"\| (I?\d)", line)]
    assert len(rows) > 30
    for line in rows:
        for name in re.findall(r"`([\w.]+)`", PATH.sub("", line)):
            module, _, inside = name.rpartition(".")
            assert not module or module in code or module in metadata.tables, f"{name}: no such file or table"
            text = code.get(module) or "\n".join(code.values())
            assert re.search(rf"\b{inside}\b", text), f"{name}: nothing is called so"
