"""The pace of a socket, and callers as they are counted."""

import pytest

from runindex.server.doors.callers import Counts, address_of
from runindex.server.doors.pace import Pace


def test_after_a_rest_so_many_come_at_once_and_then_so_many_a_second() -> None:
    pace = Pace(10)
    assert [pace.wait(0.0) for _ in range(10)] == [0.0] * 10
    assert pace.wait(0.0) == pytest.approx(0.1)
    assert pace.wait(0.0, 4) == pytest.approx(0.5)
    assert pace.wait(0.6) == 0.0
    assert pace.wait(1000.0, 10) == 0.0
    assert pace.wait(1000.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8::1", 1), "2001:db8::/64"),
        (("2001:db8::ffff:1", 2), "2001:db8::/64"),
        (("2001:db8:0:1::1", 1), "2001:db8:0:1::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_a_caller_is_an_address_or_a_network_of_them(client: tuple[str, int] | None, name: str) -> None:
    assert address_of({"type": "http", "client": client}) == name


def test_what_is_open_is_counted_in_all_and_for_each() -> None:
    counts = Counts(3, 2, "sockets", "RUNINDEX_MAX_SOCKETS")
    with counts.counting("a"), counts.counting("a"):
        assert "RUNINDEX_MAX_SOCKETS_PER_CALLER" in (counts.refusal("a") or "")
        assert counts.refusal("b") is None
        with counts.counting("b"):
            assert "(RUNINDEX_MAX_SOCKETS)" in (counts.refusal("c") or "")
    assert (counts.open, counts.refusal("a")) == (0, None)
