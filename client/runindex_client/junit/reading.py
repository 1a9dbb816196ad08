"""Reading of JUnit's XML, as its many writers have it: one suite or several, within one another too."""

import math
from datetime import datetime, timezone
from pathlib import PurePath
from typing import Final
from xml.etree import ElementTree as ET

from runindex_client.junit.suite import Case, Suite
from runindex_client.runs.texts import plain

# Of a case's children, the first that is there says what became of it.
OUTCOMES: Final = {"error": "error", "failure": "failed", "skipped": "skipped"}


class Unreadable(Exception):  # noqa: N818 - a state of a file
    """The file is none of JUnit's."""


class _Builder(ET.TreeBuilder):
    """A tree without a document type: its entities can make a small file large."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        del name, pubid, system
        raise Unreadable("it has a document type, which reports have not")


def read(content: bytes, file: str) -> Suite:
    """Return the outermost suite of a file: the only one, or one of the file's name around several."""
    try:
        root = ET.fromstring(content, ET.XMLParser(target=_Builder()))  # noqa: S314 - no entities
        return _whole(root, file)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"it is no XML: {error}") from None
    except RecursionError:
        raise Unreadable("its suites are nested too deeply") from None


def _whole(root: ET.Element, file: str) -> Suite:
    if _name(root) == "testsuite":
        return _suite(root, PurePath(file).stem)
    if _name(root) != "testsuites":
        raise Unreadable(f"it begins with <{_name(root)}>, not with <testsuites> or <testsuite>")
    whole = _suite(root, PurePath(file).stem)
    return whole.suites[0] if len(whole.suites) == 1 and not whole.cases else whole


def _suite(element: ET.Element, name: str) -> Suite:
    suite = Suite(
        name=plain(element.get("name") or "").strip() or name,
        host=element.get("hostname"),
        began=_instant(element.get("timestamp")),
    )
    for child in element:
        match _name(child):
            case "testsuite":
                suite.suites.append(_suite(child, f"{name} {len(suite.suites) + 1}"))
            case "testcase":
                suite.cases.append(_case(child))
            case "properties":
                suite.properties.update({str(one.get("name")): one.get("value") or one.text or "" for one in child})
    return suite


def _case(element: ET.Element) -> Case:
    name = "::".join(part for part in (element.get("classname"), element.get("name")) if part)
    seconds = _seconds(element.get("time"))
    for child in element:
        outcome = OUTCOMES.get(_name(child))
        if outcome is not None:
            message, details = child.get("message") or child.get("type") or "", (child.text or "").strip()
            return Case(name or "?", outcome, seconds, plain(message), plain(details))
    return Case(name or "?", "passed", seconds)


def _name(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _seconds(text: str | None) -> float:
    """Return a time in seconds; some writers have thousands with commas, some leave it out."""
    try:
        seconds = float((text or "0").replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _instant(text: str | None) -> datetime | None:
    """Return an instant; one without a zone is of UTC."""
    try:
        read = datetime.fromisoformat((text or "").strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)
