from collections.abc import Iterator
from unicodedata import name as character_name

import pytest
import pytest_asyncio
from hypothesis import assume, given
from hypothesis import strategies as st

from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, RunFilter, TagFilter
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import (
    folded,
    is_found,
    lasting_text,
    needle_of,
    score,
    status_texts,
    tokens_of,
    words_in,
)
from runindex.ports.queries import ALL_COLUMNS
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, add_tags, create, delete, move, remove_tags, rename, replace_metadata
from tests.support.data.population import IDS, populate
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import matching_ids
from tests.support.stores import apply, do, listed, made

pytestmark = pytest.mark.asyncio

QUERIES = [
    "nightly",
    "build nightly",
    "NIGHT bui nothing",
    "gpt",
    "gpt-4o",
    "gpt-4",
    "4o",
    "active",
    "paused failed",
    "archived",
    "x__y",
    "y",
    "x",
    "ärger",
    "i̇stanbul",
    "straße 🛷",
    "🛷",
    "100% done",
    "_done_",
    "1",
    "1.5",
    "true",
    "false null none",
    "9007199254740993",
    "size 8.5",
    "00000000-0000",
    "a",
    "default",
    "\\",
    "%",
    "_done_ ☃",
    "% 100",
    "ΔΣ ς",
    "1" * 300,
    "(.*) [a-z]+ ^ $ \\d",
]


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    await populate(store, clock)
    return store


async def hits(
    store: Store, query: str, run_filter: RunFilter = EVERYTHING, limit: int = 100
) -> list[tuple[str, float]]:
    found = await store.search_runs(tokens_of(query), run_filter, limit, ALL_COLUMNS)
    return [(row["id"], score) for row, score in found]


async def matched(store: Store, query: str) -> set[str]:
    return {run_id for run_id, _ in await hits(store, query)}


def score_of(run: Run, tokens: tuple[str, ...]) -> float | None:
    """Return the run's score for the tokens, None when none matches."""
    text = folded(lasting_text(run) + "\n" + status_texts()[run.status])
    matches = sum(is_found(needle, text) for needle in map(needle_of, tokens))
    return score(matches, len(tokens), words_in(text)) if matches else None


@pytest.mark.parametrize("query", QUERIES)
async def test_a_search_finds_and_scores_as_the_domain_does(filled: Store, query: str) -> None:
    runs = await listed(filled)
    scored = [(run, score_of(run, tokens_of(query))) for run in runs]
    for run_filter in (
        EVERYTHING,
        UNARCHIVED,
        RunFilter(tags=TagFilter(any=("a", "b"))),
        RunFilter(ancestor_id=IDS[0]),
    ):
        ids = set(matching_ids(runs, run_filter))
        truth = [(run, score) for run, score in scored if score is not None and run.id in ids]
        truth.sort(key=lambda hit: (hit[1], hit[0].created_at, hit[0].id), reverse=True)
        expected = [(run.id, score) for run, score in truth]
        assert await hits(filled, query, run_filter) == expected
        assert await hits(filled, query, run_filter, limit=2) == expected[:2]


PIECES = (
    *("a", "B", "ab", "é", "ß", "İ", "Σ", "ς", "1", "42", " ", "  ", "\t", "\u3000", "\x01", "_", "-", "--", "."),
    *("@", "#", "/", "\\", '"', "'", "%", "(", "]", "^", "$", "*", "☃", "🛷", "\u0301"),
    *("日本", "語", "テスト", "ひ", "한국", "어", "ไท", "ที่", "ລາວ", "ខ្មែរ", "ཀ", "𠀀", "々", "ｶ"),
)
GAPLESS = (
    "CJK ",
    "HIRAGANA ",
    "KATAKANA ",
    "HANGUL ",
    "THAI ",
    "LAO ",
    "KHMER ",
    "TIBETAN ",
    "IDEOGRAPHIC ",
    "HALFWIDTH ",
)
some_text = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


def is_gapless(character: str) -> bool:
    return not character.isspace() and character_name(character, "").startswith(GAPLESS)


def beginnings(text: str) -> Iterator[int]:
    """Yield where in a text a word begins, or marks do that lead up to one."""
    for place, character in enumerate(text):
        before = text[place - 1] if place else " "
        is_first = not before.isalnum() if character.isalnum() else before.isspace() and not character.isspace()
        if is_first or is_gapless(character) or (is_gapless(before) and character.isalnum()):
            yield place


@tries(150)
@given(st.data())
async def test_any_stretch_that_begins_a_word_is_found_as_typed(store: Store, data: st.DataObject) -> None:
    texts = data.draw(st.lists(some_text, min_size=1, max_size=3))
    whole = data.draw(st.sampled_from(texts))
    places = list(beginnings(whole))
    assume(places)
    start = data.draw(st.sampled_from(places))
    stretch = whole[start : data.draw(st.integers(start + 1, len(whole)))]
    assume(stretch.strip())
    key, tag = data.draw(st.permutations([texts[0], texts[-1]]))
    run = await made(store, create(tags=(tag,), metadata={key: {"deep": texts}}))
    try:
        assert [run_id for run_id, _ in await hits(store, stretch, RunFilter(ids=(run.id,)))] == [run.id]
    finally:
        await do(store, delete(run.id))


async def test_a_blank_query_finds_nothing(filled: Store) -> None:
    for query in ("", " ", "\t\n"):
        assert await hits(filled, query) == []


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("hello world", ["hello", "HEL", "wor", "h w"], ["ello", "orld", "hello-world"]),
        ("snake_case", ["snake", "case", "snake_case", "ca"], ["ase", "nake"]),
        ("gpt-4o-mini", ["gpt-4o", "4o-mini", "4o", "mini"], ["pt-4o", "o-mini", "gpt4o"]),
        ("v1.2.3", ["v1.2", "2.3", "3"], ["1.2"]),
        ("Straße", ["straße", "STRASSE straß"], ["strasse"]),
        ("50% off", ["50%", "off"], ["%"]),
        ("a\tb\nc", ["b", "c"], ["a-b"]),
        ("日本語 テスト", ["日本", "テスト", "本語", "スト"], ["日語"]),
        ("用BERT训练gpt-4o模型", ["bert", "BERT训", "训练", "gpt-4o", "型"], ["ert", "pt-4o"]),
        ("한국어판v2", ["국어", "어판v2", "v2"], ["한어"]),
        ("ที่นี่GPU", ["นี่", "ี่", "gpu"], ["pu"]),
        ("ask @alice", ["@alice", "@al", "alice", "@"], ["#alice", "ask@", "lice"]),
        ("read /data/train.csv", ["/data/train.csv", "/data", "data/", "/train.csv", ".csv"], ["//data", "ata/"]),
        ("fix #1234, --lr .venv", ["#1234", "#1234,", "1234", "--lr", "-lr", "lr", ".venv"], ["---lr", "234"]),
        ('say "hello" (or) [not]', ['"hello"', '"hel', "hello", "(or)", "[not]", "["], ['""hello', "ello"]),
        ("🛷 ride", ["🛷"], ["🛷r"]),
        ("ΟΔΟΣΑ Σ", ["οδοσ", "ΟΔΟΣ", "ΟΔΟς", "ς"], ["δος"]),
    ],
    ids=[
        *("words", "underscore", "hyphens", "dots", "sharp-s", "percent", "blanks", "unspaced", "chinese", "korean"),
        *("thai", "at", "paths", "options", "quotes", "picture", "sigma"),
    ],
)
async def test_a_token_matches_from_the_start_of_a_word(
    store: Store, text: str, found: list[str], missed: list[str]
) -> None:
    await apply(store, create(A, name=text), create(B, tags=(text,)), create(C, metadata={"k": [text]}))
    for query in found:
        assert await matched(store, query) == {A, B, C}, query
    for query in missed:
        assert await matched(store, query) == set(), query


@pytest.mark.parametrize(
    ("metadata", "found", "missed"),
    [
        ({"colour": "green"}, ["colour", "green"], ["blue"]),
        ({"a": {"deep": [{"er": "still"}]}}, ["deep", "er", "still"], ["null"]),
        ({"n": 42, "f": 2.5}, ["42", "2.5", "5"], ["43"]),
        ({"t": True, "f": False, "n": None}, ["true", "false", "t"], ["null", "none"]),
        ({"big": 2**60 + 1}, [str(2**60 + 1)], [str(2**60 + 2)]),
    ],
    ids=["flat", "deep", "numbers", "literals", "big"],
)
async def test_metadata_is_searched_by_key_and_value(
    store: Store, metadata: JsonValue, found: list[str], missed: list[str]
) -> None:
    await made(store, create(A, metadata=metadata))
    assert [A in await matched(store, query) for query in found] == [True] * len(found)
    assert [A in await matched(store, query) for query in missed] == [False] * len(missed)


async def test_search_follows_every_change(store: Store) -> None:
    await made(store, create(A, name="first", tags=("red",), metadata={"k": "one"}))
    for command, found, lost in (
        (rename(A, "second"), "second", "first"),
        (add_tags(A, "blue"), "blue", "green"),
        (remove_tags(A, "red"), "blue", "red"),
        (replace_metadata(A, {"k": "two"}), "two", "one"),
        (move(A, RunStatus.PAUSED), "paused", "cancelled"),
        (move(A, RunStatus.CANCELLED), "cancelled", "paused"),
        (rename(A, None), A, "second"),
    ):
        await do(store, command)
        assert await matched(store, found) == {A}
        assert await matched(store, lost) == set()
    await do(store, delete(A))
    assert await matched(store, "blue") == set()


async def test_ties_go_to_the_newest_then_the_largest_id(store: Store, clock: StandingClock) -> None:
    await apply(store, create(B, name="same"), create(A, name="same"))
    clock.advance()
    await made(store, create(C, name="same"))
    assert [run_id for run_id, _ in await hits(store, "same")] == [C, B, A]


async def test_scores_stay_within_their_bounds(store: Store) -> None:
    await made(store, create(A, name="needle"), create(B, metadata={"k": "word " * 40_000 + "needle"}))
    scores = dict(await hits(store, "needle " + " ".join(f"t{n}" for n in range(50))))
    assert scores[B] == 0.01
    assert 0.01 < scores[A] < 1
