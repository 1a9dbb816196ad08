import pytest
import yaml  # type: ignore[import-untyped]  # a library of a tool, that has no types
from hypothesis import given
from hypothesis import strategies as st

from runindex.maintenance.sources.mlflow.yaml import read_scalars
from tests.support.drawn.effort import tries

KEYS = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
# The breaks of lines that only Unicode has are in no name.
BREAKS = st.characters(exclude_categories=["Cs", "Zl", "Zp"], exclude_characters="\x85")
TEXTS = st.text(BREAKS, max_size=50) | st.text(" '\"\\:#\na\t-é{[", max_size=150)
VALUES = TEXTS | st.integers() | st.none()
NESTED = st.lists(TEXTS, max_size=3) | st.dictionaries(KEYS, TEXTS, max_size=3)


@tries(60)
@given(st.dictionaries(KEYS, VALUES, min_size=1), st.dictionaries(KEYS, NESTED))
def test_what_mlflow_writes_is_read(scalars: dict[str, object], nested: dict[str, object]) -> None:
    nested = {f"{key}-": value for key, value in nested.items()}
    written = yaml.safe_dump(nested | scalars, default_flow_style=False, allow_unicode=True)
    found = read_scalars(written)
    expected = {key: None if value is None else str(value) for key, value in scalars.items()}
    assert {key: found[key] for key in expected} == expected
    assert found.keys() == expected.keys()


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "  indented: 1\n"])
def test_what_is_no_mapping_names_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="line 1 "):
        read_scalars(text)
