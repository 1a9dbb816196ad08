import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.ids import find_run_id, new_id


@given(st.uuids(allow_nil=False))
def test_every_form_of_a_uuid_is_one_id(value: uuid.UUID) -> None:
    text = str(value)
    for form in (text, text.upper(), value.hex, f"{{{text}}}", value.urn):
        assert find_run_id(form) == text


@given(st.text())
def test_any_text_names_a_run_or_none(text: str) -> None:
    found = find_run_id(text)
    assert found is None or found in {"default", str(uuid.UUID(text))}


OTHERS = {
    "empty": "",
    "blank": " ",
    "capital": "Default",
    "capitals": "DEFAULT",
    "padded": "default ",
    "word": "root",
    "nil": "0" * 32,
    "nil-hyphens": str(uuid.UUID(int=0)),
    "no-hex": "g" * 32,
    "short": "1" * 31,
    "long": "1" * 33,
    "other-digits": "\uff11" * 32,
    "newline": "1" * 32 + "\n",
    "endless": "x" * 10_000,
    "nul": "\0",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_texts_name_no_run(text: str) -> None:
    assert find_run_id(text) is None


def test_the_default_run_is_named_exactly_so() -> None:
    assert find_run_id("default") == "default"


def test_made_ids_are_uuids_of_version_7_and_of_now() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    for text in ids:
        value = uuid.UUID(text)
        assert find_run_id(text) == text == str(value)
        assert (value.version, value.variant) == (7, uuid.RFC_4122)
    assert all(one[:13] <= other[:13] for one, other in pairwise(ids))
