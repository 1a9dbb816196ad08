import pytest

from runindex.maintenance.transfer.sheets import safe


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+a", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "  =1", "\r", "\n=", "\N{FULLWIDTH EQUALS SIGN}1"],
)
def test_what_would_be_a_formula_is_shown(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "-1", "+1.5e-3", "'quoted", "{}", "[-1]", "é"])
def test_other_texts_stay(text: str) -> None:
    assert safe(text) == text
