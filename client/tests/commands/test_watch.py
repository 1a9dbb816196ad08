"""`watch`: a table that follows the runs, on a terminal and without one."""

import signal
from pathlib import Path

import pytest
from terminal import COLUMNS, LINES, showing

import client_programs
from runindex_client.commands.terminal import fitted, seen
from tests.support.servers.served import PATIENCE, Served

CREATE = """mutation ($name: String!, $tags: [String!]) {
  createRun(input: {name: $name, tags: $tags}) { ... on RunPayload { run { id } } }
}"""
CLOSE = "mutation ($id: ID!) { closeRun(input: {id: $id}) { __typename } }"
UNTAG = "mutation ($id: ID!, $tags: [String!]!) { removeRunTags(input: {id: $id, tags: $tags}) { __typename } }"
DELETE = "mutation ($id: ID!) { deleteRun(input: {id: $id}) { __typename } }"


def create(server: Served, name: str, *tags: str) -> str:
    run: str = server.execute(CREATE, name=name, tags=list(tags))["createRun"]["run"]["id"]
    return run


def test_the_table_follows_the_runs(served: Served, tmp_path: Path) -> None:
    first = create(served, "before", "watched")
    create(served, "another's", "others")
    with showing(served.root, tmp_path, "watch", "--tag", "watched") as terminal:
        drawn = terminal.wait_for("1 active", "before")
        assert "another's" not in drawn
        second = create(served, "live \x1b[2J\u202e", "watched")
        terminal.wait_for("2 active", "live \ufffd[2J\ufffd")
        served.execute(CLOSE, id=first)
        terminal.wait_for("1 active, 1 completed", "\x1b[32mCOMPLETED\x1b[0m")
        served.execute(UNTAG, id=first, tags=["watched"])
        terminal.wait_for("  1 active ")
        served.execute(DELETE, id=second)
        terminal.wait_for("no runs")
        assert terminal.end(signal.SIGINT) == 0
    # The screen is as it was, with a cursor.
    assert terminal.written.startswith("\x1b[?1049h\x1b[?25l")
    assert terminal.written.endswith("\x1b[?25h\x1b[?1049l")
    assert "\x1b[2J" not in terminal.written


def test_the_table_fits_its_terminal_and_shows_the_newest(served: Served, tmp_path: Path) -> None:
    for number in range(20):
        create(served, f"{number} {'x' * 200}", "many")
    with showing(served.root, tmp_path, "watch", "--tag", "many") as terminal:
        lines = terminal.wait_for("20 active", "\x1b[J").partition("\x1b[J")[0].split("\x1b[K\r\n")
        assert terminal.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert len(lines) <= LINES
    bare = [line.replace("\x1b[34m", "").replace("\x1b[0m", "") for line in lines]
    assert all(len(line) < COLUMNS for line in bare)
    assert bare[3].startswith("ACTIVE ")
    assert " 19 xxx" in bare[3]
    assert terminal.written.endswith("\x1b[?25h\x1b[?1049l")


def test_it_says_that_the_server_is_gone_and_goes_on_when_it_is_back(served: Served, tmp_path: Path) -> None:
    run = create(served, "patient", "outlived")
    with showing(served.root, tmp_path, "watch", "--tag", "outlived") as terminal:
        terminal.wait_for("1 active")
        # It is connected once it has heard of a change.
        create(served, "second", "outlived")
        terminal.wait_for("2 active")
        served.kill()
        terminal.wait_for("(connecting)")
        served.start()
        served.execute(CLOSE, id=run)
        terminal.wait_for("1 active, 1 completed")
        assert terminal.end(signal.SIGINT) == 0


def test_without_a_terminal_each_change_is_a_line(served: Served, tmp_path: Path) -> None:
    early = create(served, "early", "lines")
    script = client_programs.calling("watch", "--tag", "lines")
    with client_programs.start(script, served.root, tmp_path) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        assert told.endswith(f"{early}  NOW        ACTIVE     early  lines\n")
        run = create(served, "next\n", "lines")
        while run not in told:
            told = program.stdout.readline()
        assert told.endswith(f"{run}  CREATED    ACTIVE     next\ufffd  lines\n")
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0


def test_a_filter_that_is_refused_is_told(served: Served, tmp_path: Path) -> None:
    client_programs.command(served.root, tmp_path, "watch", "--status", "nonsense", code=1)
    client_programs.command("http://127.0.0.1:9", tmp_path, "watch", code=1)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 8, "short   "),
        ("just so", 7, "just so"),
        ("too long", 5, "too …"),
        ("漢字漢字", 5, "漢字…"),
        ("漢字漢字", 4, "漢… "),
        ("e\u0301" * 4, 4, "e\u0301" * 4),
        ("none", 0, ""),
    ],
)
def test_a_text_has_just_so_many_columns(text: str, width: int, expected: str) -> None:
    assert fitted(text, width) == expected


def test_nothing_that_is_seen_moves_the_cursor() -> None:
    assert seen("a\x1b[2J\r\n\tb\u202ec\x7f\x9b") == "a\ufffd[2J\ufffd\ufffd\ufffdb\ufffdc\ufffd\ufffd"
    assert seen("größer 漢字 🛷") == "größer 漢字 🛷"
