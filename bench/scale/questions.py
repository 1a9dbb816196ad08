"""What an index is asked: each question that should cost the same at each size, and those that are only reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.floor.works import request_of
from bench.scale.drawing import Landmarks

Ask = Callable[[Landmarks, int], Mapping[str, Any]]

_FIELDS: Final = "id name status createdAt updatedAt tags"
_LIST: Final = f"""query List($filter: RunFilter, $orderBy: RunOrder) {{
  runs(first: 20, filter: $filter, orderBy: $orderBy) {{ nodes {{ {_FIELDS} }} }} }}"""
_ONE: Final = f"query One($id: ID!) {{ run(id: $id) {{ {_FIELDS} }} }}"
_CHILDREN: Final = f"query Children($id: ID!) {{ run(id: $id) {{ children(first: 20) {{ nodes {{ {_FIELDS} }} }} }} }}"
_SEARCH: Final = f"""query Search($query: String!, $filter: RunFilter) {{
  searchRuns(query: $query, filter: $filter) {{ score run {{ {_FIELDS} }} }} }}"""
_COUNT: Final = "query Count($filter: RunFilter, $atMost: Int) { runCount(filter: $filter, atMost: $atMost) }"
_COUNTS: Final = """query Counts($by: RunGroupKey!, $filter: RunFilter) {
  runCounts(groupBy: $by, filter: $filter, first: 20) { key count } }"""
_TIMELINE: Final = """query Timeline($interval: TimelineInterval!, $range: DateTimeRange!, $filter: RunFilter) {
  runTimeline(interval: $interval, range: $range, filter: $filter) { start created completed failed cancelled } }"""
_TAGS: Final = "query Tags($prefix: String) { tags(prefix: $prefix, first: 20) { tag count } }"
_CHANGES: Final = "query Changes { changes(first: 20) { nodes { runId kind version at } } }"


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of question, with the variables of its n-th time. Unless it `is_flat`, its growth is only reported."""

    title: str
    document: str
    variables: Ask
    is_flat: bool = True

    def request(self, landmarks: Landmarks, number: int) -> bytes:
        """Return its n-th request to an index with such landmarks."""
        return request_of(self.document, dict(self.variables(landmarks, number)))


def _of(title: str, document: str, *, is_flat: bool = True, **variables: Any) -> Question:  # noqa: ANN401 - JSON
    return Question(title, document, lambda *_: variables, is_flat)


def _list(title: str, *, is_flat: bool = True, **filter_: Any) -> Question:  # noqa: ANN401 - JSON
    return _of(title, _LIST, is_flat=is_flat, filter=filter_)


def _where(path: str, op: str, value: object = None) -> dict[str, Any]:
    return {"metadata": [{"path": path, "op": op} | ({} if value is None else {"value": value})]}


def _tags(*tags: str, how: str = "all") -> dict[str, Any]:
    return {"tags": {how: list(tags)}}


def _timeline(title: str, interval: str, days: int, *, is_flat: bool = True, **filter_: Any) -> Question:  # noqa: ANN401 - JSON
    end = datetime.now(UTC)
    bounds = {"from": (end - timedelta(days)).isoformat(), "to": end.isoformat()}
    return _of(title, _TIMELINE, is_flat=is_flat, interval=interval, range=bounds, filter=filter_ or None)


def _lists() -> list[Question]:
    month_ago = (datetime.now(UTC) - timedelta(30)).isoformat()
    orders = ("CREATED_AT", "UPDATED_AT", "STARTED_AT", "FINISHED_AT", "NAME", "DURATION")
    return [
        Question("by id", _ONE, lambda marks, number: {"id": marks.sample[number % len(marks.sample)]}),
        *(
            _of(f"order {field} {way}", _LIST, orderBy={"field": field, "direction": way})
            for field in orders
            for way in ("DESC", "ASC")
        ),
        _list("status, common", status=["COMPLETED"]),
        _list("status, rare", status=["PAUSED"]),
        _list("tag, common", **_tags("team:3")),
        _list("tag, rare", **_tags("rare")),
        _list("tag, old", **_tags("old")),
        _list("tag, absent", **_tags("never seen")),
        _list("common tag + status", status=["FAILED"], **_tags("team:3")),
        _list("rare tag + status", status=["COMPLETED"], **_tags("rare")),
        _list("two common tags", **_tags("team:3", "branch:5")),
        _list("three tags, small intersection", **_tags("branch:3", "suite:3", "host:3")),
        _list("three tags, one of them rare", **_tags("team:3", "branch:5", "rare")),
        _list("any of two tags", **_tags("host:3", "suite:7", how="any")),
        _list("none of a tag", **_tags("team:3", how="none")),
        _of("or of a rare tag and a status", _LIST, filter={"or": [_tags("rare"), {"status": ["PAUSED"]}]}),
        _list("time range", createdAt={"to": month_ago}),
        Question("parent", _LIST, lambda marks, number: {"filter": {"parentId": marks.parents[number % 40]}}),
        Question("children of a run", _CHILDREN, lambda marks, number: {"id": marks.parents[number % 40]}),
        Question("below a run", _LIST, lambda marks, number: {"filter": {"ancestorId": marks.parents[number % 40]}}),
        _list("dataset", datasetId="golden"),
        _of("changes", _CHANGES),
    ]


def _metadata() -> list[Question]:
    rare = _tags("rare")
    return [
        _list("metadata EQ, one run", **_where("seed", "EQ", 1_234)),
        _list("metadata EQ, none", **_where("git.commit", "EQ", "no such")),
        _list("metadata EQ, common", **_where("model", "EQ", "large")),
        _list("metadata IN, few", **_where("seed", "IN", [5, 55, 555, 5_555])),
        _list("metadata EXISTS, rare", **_where("note", "EXISTS")),
        _list("metadata MISSING + rare tag", **_where("note", "MISSING"), **rare),
        _list("metadata range of numbers, few", **_where("seed", "LT", 30)),
        _list("metadata range of texts, few", **_where("note", "GTE", "kept")),
        _list("metadata EQ, one run + status", status=["COMPLETED"], **_where("seed", "EQ", 1_234)),
        _of("runCount, metadata EQ, one run", _COUNT, filter=_where("seed", "EQ", 1_234)),
    ]


def _words() -> list[Question]:
    return [
        _of("search, rare word", _SEARCH, query="quokka"),
        _of("search, beginning of it", _SEARCH, query="quok"),
        _of("search, absent word", _SEARCH, query="zyzzyva"),
        _of("search, common word", _SEARCH, query="nightly", is_flat=False),
        _of("search, rare and common word", _SEARCH, query="quokka nightly", is_flat=False),
        _of("search, rare word + status", _SEARCH, query="quokka", filter={"status": ["COMPLETED"]}),
        _of("search, rare word + tag", _SEARCH, query="quokka", filter=_tags("usual")),
        _list("nameContains, rare", nameContains="uokka"),
        _list("nameContains, three characters", nameContains="uok"),
        _list("nameContains, absent", nameContains="zyzzyva"),
        _list("nameContains, common", nameContains="ightl"),
        _list("nameContains, rare + status", nameContains="uokka", status=["COMPLETED"]),
        _list("nameContains, rare + tag", nameContains="uokka", **_tags("usual")),
    ]


def _counts() -> list[Question]:
    return [
        _of("runCounts by STATUS", _COUNTS, by="STATUS"),
        _of("runCounts by TAG", _COUNTS, by="TAG"),
        _of("runCounts by STATUS of one tag", _COUNTS, by="STATUS", filter=_tags("team:3")),
        _of("runCount", _COUNT),
        _of("runCount of one status", _COUNT, filter={"status": ["FAILED"]}),
        _of("runCount of one tag", _COUNT, filter=_tags("team:3")),
        _of("runCount of one tag + status", _COUNT, filter={"status": ["FAILED"], **_tags("team:3")}),
        _of("runCount of two tags", _COUNT, filter=_tags("team:3", "branch:5"), is_flat=False),
        _of("runCount of two tags, atMost 1,000", _COUNT, filter=_tags("team:3", "branch:5"), atMost=1_000),
        _of("runCount of a rare tag + a tag", _COUNT, filter=_tags("rare", "team:3")),
        _timeline("runTimeline over everything", "DAY", 365),
        _timeline("runTimeline of a day", "HOUR", 1),
        _timeline("runTimeline of a rare tag", "DAY", 365, **_tags("rare")),
        _timeline("runTimeline of a common tag, 365 days", "DAY", 365, is_flat=False, **_tags("team:3")),
        _of("tags by prefix", _TAGS, prefix="branch:"),
    ]


def questions() -> Sequence[Question]:
    """Return all of them."""
    return [*_lists(), *_metadata(), *_words(), *_counts()]
