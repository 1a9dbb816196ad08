"""The file of the spool and the requests that are made of it, under every order of events."""

import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex_client.json_text import json_text
from runindex_client.problems import Away
from runindex_client.sending.delivery import MOST_FAULTS, NONE, Delivery, Tally
from runindex_client.sending.operation import EVENTS, INPUTS, MOST_OPERATIONS, RESULTS, operations_of
from runindex_client.sending.transport import Transport
from runindex_client.settings import temporary_spool, without_credentials
from runindex_client.spool.directory import orphans
from runindex_client.spool.entry import Entry, decode, encode
from runindex_client.spool.file import SpoolFile

URL = "http://127.0.0.1:9/graphql"
MOST = 1 << 20
ENTRIES = st.lists(st.tuples(st.sampled_from(sorted(INPUTS)), st.sampled_from("ab")), max_size=80)


def entries_of(drawn: list[tuple[str, str]]) -> list[Entry]:
    return [Entry(mutation, run, f"key {n}", {"number": n}, 0.0) for n, (mutation, run) in enumerate(drawn)]


def forget(file: SpoolFile) -> None:
    """Leave a file as a process does that is killed."""
    file.abandon()


@given(ENTRIES)
def test_operations_keep_the_order_of_each_run_and_lose_nothing(drawn: list[tuple[str, str]]) -> None:
    entries = entries_of(drawn)
    left = list(entries)
    told: list[Entry] = []
    while left:
        operations, count = operations_of(left)
        assert 0 < len(operations) <= MOST_OPERATIONS
        assert sum(len(operation.entries) for operation in operations) == count
        # The same lines make the same operations, so that a repetition has the same keys.
        assert operations_of(left[:count]) == (operations, count)
        assert all(operation.mutation == entry.mutation for operation in operations for entry in operation.entries)
        told += [entry for operation in operations for entry in operation.entries]
        left = left[count:]
    assert sorted(told, key=lambda entry: int(entry.input["number"])) == entries
    for run in "ab":
        # Results and events have sequences of their own; each keeps its order, and that against all moves of the run.
        for kinds in (set(INPUTS) - {EVENTS}, set(INPUTS) - {RESULTS}):
            expected = [entry for entry in entries if entry.run_id == run and entry.mutation in kinds]
            assert [entry for entry in told if entry.run_id == run and entry.mutation in kinds] == expected


class Server(Transport):
    """Executes what it is sent once for each key; it may not, or its answer is lost."""

    def __init__(self, troubles: list[str]) -> None:
        super().__init__(URL, None)
        self._troubles = troubles
        self._keys: set[str] = set()
        self.got: dict[str, list[int]] = defaultdict(list)

    def execute(self, document: str, variables: Any) -> dict[str, Any]:  # noqa: ARG002 - the variables tell all
        trouble = self._troubles.pop() if self._troubles else "none"
        if trouble == "away":
            raise Away(trouble)
        for fields in variables.values():
            for key, run, number in parts(fields):
                if key not in self._keys:
                    self._keys.add(key)
                    self.got[run].append(number)
        if trouble == "lost":
            raise Away(trouble)
        return {f"o{number}": {"__typename": "Done"} for number in range(len(variables))}


def parts(fields: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Return the key, the run and the number of each thing that an input says."""
    if "events" in fields:
        key = fields["idempotencyKey"]
        return [(f"{key} {at}", fields["runId"], event["number"]) for at, event in enumerate(fields["events"])]
    return [(fields["idempotencyKey"], fields["id"], fields["number"])]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from([EVENTS, "touchRun"]), st.sampled_from("ab")),
        st.tuples(st.sampled_from(["send", "die", "tear"]), st.just(""), st.just("")),
    ),
    max_size=60,
)


@given(STEPS, st.lists(st.sampled_from(["none", "away", "lost"]), max_size=20))
def test_each_line_arrives_once_and_in_order_whatever_breaks_off(
    steps: list[tuple[str, str, str]], troubles: list[str]
) -> None:
    server = Server(troubles)
    expected: dict[str, list[int]] = defaultdict(list)
    with TemporaryDirectory() as name:
        directory = Path(name)
        file = SpoolFile.create(directory, URL)
        delivery = Delivery(file, server, Tally())
        for number, (step, mutation, run) in enumerate(steps):
            if step == "put":
                fields = {"number": number} if mutation == EVENTS else {"number": number, "id": run}
                assert file.append(encode(mutation, run, f"key {number}", fields), MOST)
                expected[run].append(number)
            elif step == "send":
                attempt(delivery)
            elif step == "die":
                forget(file)
                (file,) = orphans(directory, URL)
                delivery = Delivery(file, server, Tally())
            else:  # a kill in the middle of a write
                forget(file)
                with file.path.open("ab") as torn:
                    torn.write(b'\n{"m":"touchRun","r"')
                (file,) = orphans(directory, URL)
                assert file.append(b"\n", MOST)
                delivery = Delivery(file, server, Tally())
        while file.unsent:
            attempt(delivery)
        assert server.got == {run: numbers for run, numbers in expected.items() if numbers}
        file.close()
        assert list(directory.iterdir()) == []


def attempt(delivery: Delivery) -> None:
    with suppress(Away):
        delivery.step()


def test_a_file_belongs_to_its_process_as_long_as_that_lives(tmp_path: Path) -> None:
    file = SpoolFile.create(tmp_path, URL)
    assert file.append(encode("touchRun", "a", "k", {}), MOST)
    assert list(orphans(tmp_path, URL)) == []
    file.close()
    assert list(orphans(tmp_path, "http://other/graphql")) == []
    (again,) = orphans(tmp_path, URL)
    assert decode(again.read(100)) is not None
    again.close()


def test_what_is_no_file_of_the_spool_stays(tmp_path: Path) -> None:
    for name, text in (("a.spool", ""), ("b.spool", "{}\n"), ("c.spool", '{"runindex":9}\n'), ("d.txt", "")):
        (tmp_path / name).write_text(text)
    assert list(orphans(tmp_path, None)) == []
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_that_is_sent_gives_its_room_back(tmp_path: Path) -> None:
    file = SpoolFile.create(tmp_path, URL)
    empty = file.size
    line = encode("touchRun", "a", "k", {"text": "x" * 100_000})
    while file.size < 5 << 20:
        assert file.append(line, 8 << 20)
    assert file.read(10) == line  # a line longer than what is read at once
    file.reclaim()
    assert file.unsent > 0
    file.mark(file.size, file.size)
    file.reclaim()
    assert (file.size, file.unsent) == (empty, 0)
    assert file.append(line, 8 << 20)
    assert file.read(10) == line
    file.close()


def test_a_full_disk_breaks_one_line_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SpoolFile.create(tmp_path, URL)
    first, second, third = (encode("touchRun", "a", str(n), {}) for n in range(3))
    assert file.append(first, MOST)
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:10]))
    assert not file.append(second, MOST)
    monkeypatch.undo()
    assert file.append(third, MOST)
    read = [decode(line) for line in file.read(1000).splitlines()]
    assert [entry.key for entry in read if entry] == ["0", "2"]
    file.close()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_is_json(value: object) -> None:
    line = encode(RESULTS, "a", "k", {"output": value})
    assert line.count(b"\n") == 1
    entry = decode(line)
    assert entry is not None
    assert json_text(entry.input["output"]) == json_text(value)


class Failing:
    """A server that fails on everything."""

    def execute(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        del document, variables
        raise Away("INTERNAL", is_fault=True)


def test_what_a_server_fails_on_holds_nothing_up_for_ever(tmp_path: Path) -> None:
    file, tally, patience = SpoolFile.create(tmp_path, URL), Tally(), NONE
    assert file.append(encode("touchRun", "a", "k", {}), MOST)
    for _ in range(MOST_FAULTS):
        assert file.unsent
        delivery = Delivery(file, Failing(), tally, patience)  # type: ignore[arg-type]
        delivery.step_or_leave()
        patience = delivery.patience
    assert (file.unsent, tally.refused) == (0, 1)
    file.close()


def test_a_spool_that_others_may_write_to_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    directory = temporary_spool()
    file = SpoolFile.create(directory, URL)
    assert file.append(encode("touchRun", "a", "k", {}), MOST)
    forget(file)
    (found,) = orphans(directory, URL)
    found.abandon()
    directory.chmod(0o777)
    with pytest.raises(PermissionError):
        SpoolFile.create(directory, URL)
    assert list(orphans(directory, URL)) == []


def test_an_address_is_shown_without_its_credentials() -> None:
    assert without_credentials("https://who:secret@host:1/at/graphql") == "https://host:1/at/graphql"
    assert without_credentials("http://host/a@b") == "http://host/a@b"
