"""What an import refuses, with nothing changed."""

from typing import Any

import pytest

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.runs.filters import RunFilter
from runindex.maintenance.transfer.export import subtree
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from tests.support.commands import A, B, C, F, add_tags, create, delete, rename
from tests.support.data.exports import assert_refused, edited, exported, said, shown
from tests.support.data.maintenance import faults
from tests.support.records import R1, done, put, record
from tests.support.stores import get

pytestmark = pytest.mark.asyncio


async def test_two_touched_default_runs_are_refused(furnished: Storage, other: Storage) -> None:
    await done(other, add_tags(DEFAULT_RUN, "mine"))
    await assert_refused(other, await exported(furnished), "run default is there already with other content")


async def test_a_run_that_is_there_with_other_content_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await import_lines(other, lines)
    await done(other, rename(C, "changed here"))
    await assert_refused(other, lines, f"run {C} is there already with other content")


OTHERWISE: dict[str, dict[str, Any]] = {
    "result": {"output": "2"},
    "item": {"last_retry": 5},
    "value": {"value": "3"},
    "value_version": {"at": 3},
    "event": {"stream": "other"},
    "cell": {"name": "another"},
    "document": {"content": "{}"},
    "receipt": {"message_count": 8},
    "receipt_head": {"sequence": 8},
    "plan": {"spec": "{}"},
    "job": {"priority": 1},
    "runtime": {"state": "RETIRED"},
    "runtime_input": {"attempt_count": 3, "detail": None},
}


async def test_whatever_is_there_with_other_content_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await import_lines(other, lines)
    for kind, fields in OTHERWISE.items():
        await assert_refused(other, edited(lines, kind, fields), "is there already with other content")


async def test_what_is_missing_of_a_run_that_is_there_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished, subtree(A))
    await import_lines(other, lines)
    await done(furnished, put(A, "more"))
    await assert_refused(other, await exported(furnished, subtree(A)), f"run {A} is there already with other content")


async def test_an_id_that_something_else_has_is_refused(storage: Storage, other: Storage) -> None:
    await done(storage, create(A), create(R1))
    await done(other, create(B), record(B, id=R1))
    await assert_refused(other, await exported(storage), f"{R1} is there already as something else")
    await done(storage, delete(R1), record(A, id=R1))
    await assert_refused(other, await exported(storage), f"{R1} is there already as something else")
    await done(other, delete(B))
    await import_lines(other, await exported(storage))
    assert await faults(other) == []


async def test_a_run_cannot_be_brought_below_itself(storage: Storage, other: Storage) -> None:
    await done(storage, create(B), create(A, parent_id=B))
    await done(other, create(A), create(B, parent_id=A), delete(A))
    only_a = RunFilter(ids=(A,))
    await assert_refused(other, await exported(storage, only_a), "would be its own ancestor")
    await done(other, delete(B))
    await import_lines(other, await exported(storage, only_a))
    assert (await get(other, A)).parent_id == B


@pytest.mark.parametrize("kept", [0, 1, 2, 10, -1])
async def test_an_export_that_is_cut_off_is_refused(furnished: Storage, other: Storage, kept: int) -> None:
    lines = await exported(furnished)
    await assert_refused(other, lines[:kept], "cut off|no export")


async def test_lines_that_are_missing_or_too_many_are_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await assert_refused(other, [*lines[:20], *lines[21:]], "lines are missing, or there are too many")
    await assert_refused(other, [*lines, lines[-1]], "lines are missing, or there are too many")
    await assert_refused(other, [*lines[:-1], lines[1], lines[-1]], "lines are missing, or there are too many")


async def test_a_line_that_is_not_right_is_refused_with_all_others(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    await assert_refused(other, edited(lines, "run", {"status": "DONE"}, -1), "line [0-9]+ is not as an export has it")
    await assert_refused(other, edited(lines, "runtime_input", {"position": None}), "is not as an export has it")


# Each line is as a mutation may have written it; only together they are wrong.
DISAGREEING: dict[str, tuple[str, dict[str, Any], str]] = {
    "attempts": ("item", {"attempts": 77}, f"run {A}: item 'item-1': succeeded after 77 attempts"),
    "former generation": ("result", {"generation": 0}, f"run {A}: item 'item-1': "),
    "sequence of results": ("result", {"seq": 99}, f"run {A}: its next result would be number"),
    "hash": ("event", {"hash": "0" * 64}, f"run {A}: event 0 does not have the hash"),
    "stream": ("event", {"stream": "other"}, f"run {A}: event 0 does not have the hash"),
    "version": ("value", {"version": 9}, f"run {A}: value 'a': at version 9, and 3 is its newest"),
    "value": ("value", {"value": "7"}, f"run {A}: value 'a': not as its newest version has it"),
    "next receipt": ("receipt_head", {"sequence": 1}, f"run {A}: receipt 1 of runtime 'agent' would be given out"),
    "newest entry": ("run", {"name": "other"}, f"run {A} is not as its newest entry in the log has it"),
    "deletion": ("change", {"version": 9}, f"run {A}: its entries in the log do not follow one another"),
}


@pytest.mark.parametrize(("kind", "fields", "message"), DISAGREEING.values(), ids=DISAGREEING)
async def test_what_does_not_agree_is_refused(
    furnished: Storage, other: Storage, kind: str, fields: dict[str, Any], message: str
) -> None:
    place = 1 if kind == "change" else 0
    await assert_refused(other, edited(await exported(furnished), kind, fields, place), message)
    await done(other, create(F), record(F))
    await assert_refused(other, edited(await exported(furnished, subtree(A)), kind, fields, place), message)


async def test_counts_that_are_wrong_are_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    for name in said(lines[1])["totals"].keys() - {"last_at"}:  # which may be later than all that is left
        totals = said(lines[1])["totals"]
        totals[name] = "1" * 64 if isinstance(totals[name], str) else totals[name] + (-1 if name == "result_seq" else 1)
        await assert_refused(other, edited(lines, "run", {"totals": totals}), f"run {A}: |something comes twice")
    await assert_refused(other, edited(lines, "run", {"totals": None}), "which is no run's")


async def test_a_log_that_is_not_whole_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    kinds = shown(lines)
    last_of_former = next(number for number, line in enumerate(lines) if b'"kind":"DELETED"' in line)
    for number in (kinds.index("change"), last_of_former):
        fewer = [*lines[:number], *lines[number + 1 : -1], b'{"end":{"lines":%d}}\n' % (len(lines) - 2)]
        await assert_refused(other, fewer, "a part of its log is missing|does not say that it was deleted")
    head = lines[0].replace(b'"floor":0', b'"floor":99')
    await assert_refused(other, [head, *lines[1:]], "a part of its log is missing")


async def test_what_comes_twice_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    for kind in ("change", "result", "event", "receipt", "plan"):
        place = shown(lines).index(kind)
        twice = [*lines[: place + 1], *lines[place:-1], b'{"end":{"lines":%d}}\n' % len(lines)]
        await assert_refused(other, twice, "something comes twice|do not follow one another")


async def test_what_is_nobodys_is_refused(furnished: Storage, other: Storage) -> None:
    lines = await exported(furnished)
    kinds = shown(lines)
    without_runs = [line for line, kind in zip(lines, kinds, strict=True) if kind not in {"run", "change", "end"}]
    end = b'{"end":{"lines":%d}}\n'
    await assert_refused(other, [*without_runs, end % len(without_runs)], "comes before the run that has it")
    without_log = [line for line, kind in zip(lines, kinds, strict=True) if kind not in {"change", "end"}]
    await assert_refused(other, [*without_log, end % len(without_log)], "has no entry in the log")
    head = lines[0].replace(b'"head":', b'"head":9')
    await assert_refused(other, [head, *lines[1:]], "the export is not whole")
