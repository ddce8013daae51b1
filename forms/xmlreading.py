"""Reading the XML of a form safely: no entities, no network, bounded, names without their prefixes."""

from __future__ import annotations

from lxml import etree

from forms import limits
from forms.errors import FormRefused, Problem

JR = "{http://openrosa.org/javarosa}"


def parse_xml(data: bytes) -> etree._Element:
    """Return the root element.

    Raises:
        FormRefused: ``forms.too_large`` or ``forms.not_a_form`` (broken XML, or a document type: forms need none).
    """
    if len(data) > limits.XFORM_BYTES_MAX:
        details = {"limit": "xform_bytes", "found": str(len(data)), "allowed": str(limits.XFORM_BYTES_MAX)}
        raise FormRefused(Problem("forms.too_large", details=details))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        details = {"reason": "xml", "line": str(error.lineno or 0)}
        raise FormRefused(Problem("forms.not_a_form", details=details)) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "doctype"}))
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str | None = None) -> list[etree._Element]:
    """Child elements, all or those called ``name``."""
    return [child for child in element if isinstance(child.tag, str) and (name is None or local(child) == name)]


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child called ``name``."""
    found = children(element, name)
    return found[0] if found else None


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    plain = element.get(name)
    if plain is not None:
        return str(plain)
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def text(element: etree._Element) -> str:
    """The element's own text, stripped."""
    return (element.text or "").strip()
