"""Elements of XML with the lines that they are on. Document types, which could name entities, are refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final
from xml.parsers import expat

from runindex.maintenance.sources.source import fault

DEEPEST: Final = 100


@dataclass(slots=True)
class Element:
    """An element: its name without a namespace, its attributes, the text right in it, and the elements below."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def named(self, *tags: str) -> "Iterator[Element]":
        """Yield the elements below that have one of the names."""
        return (child for child in self.children if child.tag in tags)


def read_xml(name: str, file: IO[bytes]) -> Element:
    """Return the root of a document; raise BadRequestError, which names file and line, when it is none."""
    reader = _ElementReader(name)
    try:
        reader.parser.ParseFile(file)
    except expat.ExpatError as error:
        raise fault(f"{name}, line {error.lineno}", f"no XML: {expat.ErrorString(error.code)}") from None
    return reader.root


class _ElementReader:
    """Builds the elements while the parser goes through the document."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take
        self.parser.StartDoctypeDeclHandler = self._refuse

    @property
    def root(self) -> Element:
        return self._open[0]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= DEEPEST:
            raise fault(f"{self._name}, line {self.parser.CurrentLineNumber}", "elements are nested too deeply")
        element = Element(tag.rpartition(" ")[2], attributes, self.parser.CurrentLineNumber)
        if self._texts:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, _tag: str) -> None:
        self._open[-1].text = "".join(self._texts.pop())
        if self._texts:
            self._open.pop()

    def _take(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse(self, *_: object) -> None:
        raise fault(f"{self._name}, line {self.parser.CurrentLineNumber}", "a document type is not read")
