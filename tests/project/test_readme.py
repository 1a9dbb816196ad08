"""The README and the pages in docs/ say what is so: the tour is taken, tables and links are compared."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import click
import httpx
import pytest
from graphql import build_schema, parse, validate

from resolvers.roots.schema import schema
from runindex.cli.main import main
from runindex.domain.lifecycle import TRANSITIONS
from runindex.settings.settings import Settings
from tests.support.paths import ROOT
from tests.support.servers.served import PATIENCE, Served

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ADDRESS: Final = "127.0.0.1:8000"
ANYTHING: Final = "…"


@dataclass(slots=True)
class Listener:
    """A program of the README that prints what it hears."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, program: str, directory: Path) -> "Listener":
        """Start the program and wait for its first line."""
        command = [sys.executable, "-W", "error", "-c", program]
        listener = cls(subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, text=True, encoding="utf-8"))
        listener.read_line()
        return listener

    def read_line(self) -> None:
        """Wait for the next line; the test's timeout is the bound."""
        line = self._output.readline()
        assert line, "the program has ended"
        self.lines.append(line.rstrip("\n"))

    def stop(self) -> None:
        """End the program."""
        self.process.kill()
        self._output.close()
        self.process.wait(PATIENCE)

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


class Tour:
    """Takes the README's tour: does what each block says and compares what the next one shows."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._document: dict[str, Any] | None = None
        self._listeners: list[Listener] = []

    def take(self, language: str, text: str) -> None:
        """Take the next step."""
        text = text.replace(ADDRESS, f"127.0.0.1:{self._server.port}")
        match language:
            case "sh":
                if text.startswith("curl"):
                    self._document = self._read_curl(text)
            case "graphql":
                self._document = {"query": text}
            case "python":
                self._listeners.append(Listener.start(text, self._server.directory))
            case "json":
                # The same document may be shown with several answers: it is sent once for each.
                answer = httpx.post(self._server.url, json=self._document, timeout=PATIENCE).text
                assert_matches(json.loads(answer, parse_float=str), json.loads(text, parse_float=str))
            case "text":
                self._compare_output(text.splitlines())
            case _:
                pytest.fail(f"what is to be done with {language}?")

    def end(self) -> None:
        """End all programs."""
        for listener in self._listeners:
            listener.stop()

    def _read_curl(self, text: str) -> dict[str, Any]:
        """Return the body that a curl command would send as JSON to the server."""
        program, url, *options = shlex.split(text.replace("\\\n", ""))
        given = dict(zip(options[::2], options[1::2], strict=True))
        assert (program, url, given["-H"]) == ("curl", self._server.url, "content-type: application/json")
        body: dict[str, Any] = json.loads(given["-d"])
        return body

    def _compare_output(self, expected: list[str]) -> None:
        listener = self._listeners[-1]
        while len(listener.lines) < len(expected):
            listener.read_line()
        assert listener.lines == expected


def assert_matches(answer: object, expected: object) -> None:
    """Assert that an answer is what the README shows, but for what it leaves open."""
    if isinstance(answer, dict) and isinstance(expected, dict):
        assert list(answer) == list(expected)
        for key, value in expected.items():
            assert_matches(answer[key], value)
    elif isinstance(answer, list) and isinstance(expected, list):
        assert len(answer) == len(expected)
        for item, value in zip(answer, expected, strict=True):
            assert_matches(item, value)
    elif expected == ANYTHING:
        assert isinstance(answer, str)
        assert answer
    else:
        assert answer == expected


def blocks(page: str = README) -> Iterator[tuple[str, str]]:
    """Yield a page's code blocks with their languages."""
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield match[1], match[2]


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading of the README, without its head."""
    section = re.split(r"^## ", README.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_tour_goes_as_shown(served: Served) -> None:
    tour = Tour(served)
    try:
        for language, text in blocks():
            tour.take(language, text)
    finally:
        tour.end()


def test_the_tour_shows_what_it_is_meant_to() -> None:
    languages = [language for language, _ in blocks()]
    assert {language: languages.count(language) for language in ("graphql", "python", "text")} == {
        "graphql": 6,
        "python": 1,
        "text": 1,
    }


def test_commands_to_make_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"\bmake (serve|test|demo|install)\b", README)
    assert {"serve", "test", "demo", "install"} == set(named) <= set(targets)


def test_the_transition_table_is_the_domains() -> None:
    assert table("The lifecycle") == [
        [str(source), ", ".join(targets) or "nothing"] for source, targets in TRANSITIONS.items()
    ]


class Asked(Mapping[str, str]):
    """An empty environment that knows what was looked up in it."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_every_setting_is_named() -> None:
    environment = Asked()
    Settings.from_environment(environment)
    assert sorted(row[0] for row in table("Settings")) == sorted(f"`{name}`" for name in environment.names)


def test_every_command_and_option_is_named() -> None:
    commands: Mapping[str, click.Command] = main.commands
    options = {
        name: [option.opts[0] for option in command.params if isinstance(option, click.Option)]
        for name, command in commands.items()
    }
    assert {row[0].split()[1].strip("`"): re.findall(r"--[\w-]+", row[0]) for row in table("Commands")} == options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_documents_are_valid(page: Path) -> None:
    api = build_schema(schema.as_str())
    for language, text in blocks(page.read_text(encoding="utf-8")):
        if language == "graphql":
            assert validate(api, parse(text)) == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_the_readme_leads_to_every_page(page: Path) -> None:
    assert f"(docs/{page.name})" in README


def is_defined(name: str, files: list[Path]) -> bool:
    """Tell whether one of the files defines the name, any file for an empty one."""
    definition = re.compile(rf"^\s*(?:(?:async )?def|class) {name}\b|^{name}\b.* = ", re.MULTILINE)
    return not name or any(definition.search(file.read_text(encoding="utf-8")) for file in files)


def test_the_architecture_names_what_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [(row, [ROOT / name for name in re.findall(r"`(\w+/[\w/]+\.py)`", row)]) for row in text.splitlines()]
    places = [(row, files) for row, files in rows if row.startswith("|") and files]
    assert [row for row, files in places if not all(file.exists() for file in files)] == []
    assert [row for row, files in places if not is_defined(re.findall(r"\| (?:`(\w+)` )?\|$", row)[0], files)] == []
