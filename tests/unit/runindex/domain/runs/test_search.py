import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import (
    WORD_MARK,
    folded,
    is_found,
    lasting_text,
    marked,
    needle_of,
    score,
    status_texts,
    tokens_of,
    words_in,
)

RUN = Run(
    "default", 1, 0, 0, RunStatus.PAUSED, name="Nightly gpt-4o", tags=("x__y",), metadata='{"k":["v",true,1.5,null]}'
)


@pytest.mark.parametrize(
    ("query", "tokens"),
    [("", ()), (" \t", ()), ("a B  a", ("a", "b")), ("GPT-4o, ok", ("gpt-4o,", "ok")), ("a\u00a0b", ("a", "b"))],
)
def test_a_query_is_split_on_white_space(query: str, tokens: tuple[str, ...]) -> None:
    assert tokens_of(query) == tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), ("a b", "|a |b"), ("x_y", "|x_|y"), ("--a", "--|a"), ("Ab1-2", "|ab1-|2"), ("a\x01b", "|a |b")],
)
def test_words_are_marked(text: str, expected: str) -> None:
    assert marked(text) == expected.replace("|", WORD_MARK)


def finds(text: str, token: str) -> bool:
    return is_found(needle_of(token), folded(f"id\n{marked(text)}\n"))


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("a-b", ["a", "b", "a-", "-b"], ["-", "--b"]),
        ("@alice bob@c", ["@alice", "@al", "alice", "@c", "@"], ["#alice", "lice"]),
        ("☃ 5☂", ["☃", "5☂"], ["☂"]),
        ("$.*[a-z]+\\d{2}|^(x)", ["$.*[a-z]+\\d{2}|^(x)", "[a", "\\d", "|^(x)", "$"], ["|^", "}|"]),
        ("日本語", ["日本", "本語", "語"], ["日語", "x本"]),
        ("用bert训练gpt-4o", ["bert", "训练gpt", "gpt-4", "练gpt-4o"], ["ert", "pt-4o"]),
        ("xgpt 日gpt", ["gpt"], ["pt"]),
        ("ที่นี่x", ["ที่", "นี่x", "ี่", "x"], ["ทน"]),
        ("δ.ής", ["ής", "ή", "ήσ"], ["ς"]),
        ("日" + "a" * 300 + "b", ["a" * 300, "a" * 300 + "b"], ["b", "a" * 301]),
    ],
    ids=["hyphen", "at", "pictures", "patterns", "han", "mixed", "behind", "thai", "sigma", "long"],
)
def test_a_token_is_found_as_typed(text: str, found: list[str], missed: list[str]) -> None:
    assert [token for token in found if not finds(text, token)] == []
    assert [token for token in missed if finds(text, token)] == []


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("nightly", 1),
        ("night", 1),
        ("ightly", 0),
        ("gpt-4o", 1),
        ("gpt4o", 0),
        ("4o", 1),
        ("paused", 1),
        ("active", 0),
        ("default", 1),
        ("x__y", 1),
        ("y", 1),
        ("k v true 1.5", 4),
        ("null none", 0),
        ("nightly nothing", 1),
    ],
)
def test_a_run_is_found_by_what_it_says(query: str, matched: int) -> None:
    text = lasting_text(RUN) + status_texts()[RUN.status]
    assert sum(is_found(needle, text) for needle in map(needle_of, tokens_of(query))) == matched


def test_the_words_of_a_text_are_counted() -> None:
    assert words_in(marked("a b-c")) == 3


def test_a_score_is_the_share_of_tokens_less_for_a_longer_text() -> None:
    assert score(1, 1, 0) == 1
    assert score(1, 2, 0) == 0.5
    assert score(2, 2, 100) == 0.5
    assert score(1, 100, 10_000) == 0.01


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 10**6))
def test_a_score_keeps_its_bounds(matched: int, more: int, words: int) -> None:
    value = score(matched, matched + more, words)
    assert 0.01 <= value <= 1
    assert score(matched, matched + more, words + 1) <= value


@given(st.text(max_size=20), st.text(max_size=20))
def test_each_token_is_found_in_a_text_that_starts_with_it(query: str, rest: str) -> None:
    for token in tokens_of(query):
        assert finds(token + " " + rest, token)
