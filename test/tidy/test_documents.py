# SPDX-License-Identifier: MIT
"""The documents hang together: links lead somewhere, the index has all of them, the
glossary is in order and its words are in use."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "kernel", "libuos", "qemu-patches", "sdk/examples", "test", "user")
DOCUMENTS = sorted([TOP / "README.md", *(path for folder in FOLDERS
                                         for path in (TOP / folder).rglob("*.md"))])


def links(text):
    """Without code, in which brackets mean something else."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.M | re.S)
    return [link for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text) if ":" not in link]


def test_there_are_links_to_look_at():
    assert len(DOCUMENTS) >= 10
    assert sum(len(links(path.read_text())) for path in DOCUMENTS) > 40


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_links_lead_somewhere(document):
    assert [link for link in links(document.read_text())
            if not (document.parent / link).exists()] == []


def test_index_has_each_document():
    index = TOP / "docs/README.md"
    listed = {(index.parent / link).resolve() for link in links(index.read_text())}
    documents = {path for path in (TOP / "docs").rglob("*.md") if path != index}
    assert len(documents) >= 8 and documents - listed == set()


def test_glossary():
    glossary = TOP / "docs/glossary.md"
    terms = re.findall(r"^- \*\*([^*]+)\*\*", glossary.read_text(), re.M)
    assert len(terms) > 40
    assert terms == sorted(terms, key=str.lower)
    texts = " ".join(path.read_text() for path in DOCUMENTS if path != glossary)
    texts += " ".join(path.read_text() for folder in ("abi", "kernel", "libuos")
                      for path in (TOP / folder).rglob("*.h"))
    words = " ".join(texts.lower().split())
    assert [term for term in terms if term.split(",")[0].lower() not in words] == []
