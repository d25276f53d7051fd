"""XML of strangers as a tree. Declarations of document types and entities are refused: no file needs them here."""

from __future__ import annotations

from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ..core.errors import Malformed

MAX_DEPTH = 100


def parse(data: bytes) -> Element:
    """The root element. Raises `Malformed` with the line, also for a DTD, an entity or more than 100 levels."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed(f"line {parser.CurrentLineNumber}: nested deeper than {MAX_DEPTH} levels")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refused(*_: Any) -> NoReturn:
        raise Malformed(f"line {parser.CurrentLineNumber}: declares a document type or an entity, which is not allowed")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Malformed(f"line {error.lineno}: not XML: {expat.errors.messages[error.code]}") from error
    except (LookupError, ValueError) as error:
        raise Malformed(f"not XML: {error}") from error
    return builder.close()
