"""What cursors are as texts."""

from hypothesis import given
from hypothesis import strategies as st

from runindex.streams.cursors import binding_of, list_cursor, log_cursor, read_list_cursor

POSITIONS = st.tuples(st.integers(0, 2**63 - 1), st.text(st.characters(codec="utf-8"), max_size=40))


@given(epoch=st.uuids(version=4).map(str), seq=st.integers(0, 2**63 - 1), position=POSITIONS)
def test_a_cursor_starts_with_a_letter_so_that_no_command_takes_it_for_an_option(
    epoch: str, seq: int, position: tuple[int, str]
) -> None:
    assert log_cursor(epoch, seq)[0].isalpha()
    assert list_cursor(binding_of("runs"), position)[0].isalpha()


@given(position=POSITIONS)
def test_a_cursor_is_read_back(position: tuple[int, str]) -> None:
    binding = binding_of("runs")
    assert read_list_cursor(binding, list_cursor(binding, position), "after") == position
