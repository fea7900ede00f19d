"""The first bytes of a source: whether it is what it is said to be, before a reader meets it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from swifteats_sim.streets.errors import MapError, shown

MOST = 1 << 20
"""Bytes before the first element at most: comments, as a document type is refused."""
CHUNK = 1 << 14
PBF_MARK = b"OSMHeader"


class _Rooted(Exception):
    """The first element has been met; nothing after it may declare an entity."""


class _Root(ContentHandler):
    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that the parser calls
        raise _Rooted(name)


def check_file(path: Path) -> None:
    """That it is a file that can be read, and not empty. Errors: MapError."""
    try:
        if not path.is_dir() and path.exists() and not path.is_file():
            raise MapError(path, "is no file, but a device or a pipe")  # which may never say anything, or never end
        with path.open("rb") as opened:
            if not opened.read(1):
                raise MapError(path, "is empty")
    except OSError as error:
        raise MapError(path, _said(error)) from None


def check_pbf(path: Path) -> None:
    """That it begins as `.pbf` files do. Errors: MapError."""
    check_file(path)
    with path.open("rb") as opened:
        if PBF_MARK not in opened.read(32):
            raise MapError(path, "is no .pbf file: it does not begin with a header of OpenStreetMap")


def check_xml(path: Path, root: str = "osm") -> None:
    """That it is XML with this root and declares no document type, so no entities either. Errors: MapError."""
    import xml.sax

    from defusedxml import DefusedXmlException
    from defusedxml.expatreader import create_parser

    check_file(path)
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(_Root())
    try:
        with path.open("rb") as opened:
            for _ in range(MOST // CHUNK):
                parser.feed(opened.read(CHUNK) or b" ")
    except _Rooted as met:
        if met.args[0].rpartition(":")[2] != root:
            raise MapError(path, f"begins with <{shown(met.args[0])[1:-1]}>: must begin with <{root}>") from None
        return
    except DefusedXmlException:
        raise MapError(path, "declares a document type (DTD), which may hide entities: take it out") from None
    except (xml.sax.SAXException, LookupError) as error:  # the second one for an encoding that nobody knows
        said = error.getMessage() if isinstance(error, xml.sax.SAXException) else error
        raise MapError(path, f"is no XML: {said}") from None
    raise MapError(path, f"no element in its first {MOST} bytes")


def _said(error: OSError) -> str:
    known: Mapping[type[OSError], str] = {FileNotFoundError: "no such file", IsADirectoryError: "is a folder"}
    return known.get(type(error), (error.strerror or "cannot be read").lower())
