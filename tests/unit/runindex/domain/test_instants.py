from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.errors import BadRequestError
from runindex.domain.instants import SECOND, format_instant, from_datetime, parse_instant
from runindex.domain.runs.timeline import MAX_BUCKETS, TimelineInterval, bucket_start, buckets, length_of

moments = st.datetimes(timezones=st.just(UTC))


@given(moments)
def test_an_instant_is_written_and_read_back(moment: datetime) -> None:
    instant = from_datetime(moment)
    text = format_instant(instant)
    assert parse_instant(text) == instant
    assert datetime.fromisoformat(text) == moment
    assert len(text) == len("2026-01-02T03:04:05.000006Z")


@given(moments, moments)
def test_instants_order_as_their_texts_do(one: datetime, other: datetime) -> None:
    first, second = from_datetime(one), from_datetime(other)
    assert (first < second) is (format_instant(first) < format_instant(second))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T18:30:00-05:30", 0),
        ("1970-01-01t00:00:00.5z", SECOND // 2),
        ("1970-01-01 00:00:01Z", SECOND),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00.123456789Z", 123456),
        ("1970-01-01T00:00:00.0000009999Z", 0),
        ("1969-12-31T23:59:59.9999999Z", -1),
        ("1970-01-01T00:00:00." + "9" * 1000 + "+00:00", 999_999),
        ("1969-12-31T23:59:60Z", 0),
        ("1969-12-31t23:59:60.999999999z", 0),
        ("1970-01-01T05:29:60+05:30", 0),
        ("1969-12-31T15:59:60.5-08:00", 0),
    ],
)
def test_rfc_3339_is_read(text: str, expected: int) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00Z",
        "1970-13-01T00:00:00Z",
        "1970-02-30T00:00:00Z",
        "1970-01-01T24:00:01Z",
        "1970-01-01T00:00:60Z",
        "1969-12-31T23:59:61Z",
        "1969-12-31T23:58:60Z",
        "1969-12-31T23:59:60",
        "1969-12-31T23:59:60+01:00",
        "9999-12-31T23:59:60Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:00+00:60",
        "1970-01-01T00:00:00,5Z",
        "1970-01-01T00:00:00.5 Z",
        "1970-01-01T00:00:00.\u0665Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00+25:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "٢٠٢٦-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z ",
        "1970-01-01T00:00:00Z\n",
        "19700101T000000Z",
        "1970-W01-1T00:00:00Z",
    ],
)
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_instant(text)


def spelled(moment: datetime, digits: str, separator: str, offset: timedelta, zulu: str) -> str:
    """Write a moment as one language or another does."""
    local = moment.astimezone(timezone(offset))
    zone = zulu if zulu and not offset else local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:]
    return f"{local.year:04}{local:-%m-%d}{separator}{local:%H:%M:%S}{digits and '.'}{digits}{zone}"


@given(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds have none
    st.text("0123456789", max_size=12),
    st.sampled_from("Tt "),
    st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from(["Z", "z", ""]),
)
def test_an_instant_is_read_however_many_digits_it_has(
    moment: datetime, digits: str, separator: str, offset: timedelta, zulu: str
) -> None:
    """Go cuts zeros off, Java writes 0, 3, 6 or 9 digits, JavaScript 3, Python 0 or 6, .NET 7."""
    whole = moment.replace(microsecond=0)
    text = spelled(whole, digits, separator, offset, zulu)
    assert parse_instant(text) == from_datetime(whole) + int(digits[:6].ljust(6, "0"))


@given(
    st.dates(date(1, 1, 2), date(9999, 12, 30)),
    st.text("0123456789", max_size=9),
    st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_a_leap_second_is_the_end_of_its_day(day: date, digits: str, offset: timedelta) -> None:
    last = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    text = spelled(last, digits, "T", offset, "Z")
    assert text[17:19] == "59"
    assert parse_instant(f"{text[:17]}60{text[19:]}") == from_datetime(last) + SECOND


@pytest.mark.parametrize(
    ("interval", "start"),
    [
        ("MINUTE", "2026-05-07T13:45:00Z"),
        ("HOUR", "2026-05-07T13:00:00Z"),
        ("DAY", "2026-05-07T00:00:00Z"),
        ("WEEK", "2026-05-04T00:00:00Z"),
    ],
)
def test_buckets_start_where_the_calendar_says(interval: TimelineInterval, start: str) -> None:
    assert bucket_start(parse_instant("2026-05-07T13:45:59.999999Z"), TimelineInterval(interval)) == parse_instant(
        start
    )


@given(moments.map(from_datetime), st.sampled_from(TimelineInterval))
def test_an_instant_lies_in_its_bucket(instant: int, interval: TimelineInterval) -> None:
    start = bucket_start(instant, interval)
    assert start <= instant < start + length_of(interval)
    assert bucket_start(start, interval) == start
    if start > from_datetime(datetime.min.replace(tzinfo=UTC)) and interval is TimelineInterval.WEEK:
        assert datetime.fromisoformat(format_instant(start)).isoweekday() == 1


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("12:00", "12:00", 0), ("12:01", "12:00", 0), ("12:00", "13:00", 1), ("12:30", "13:00", 1), ("12:30", "13:01", 2)],
)
def test_a_range_has_every_bucket_it_touches(start: str, end: str, count: int) -> None:
    first, last = (parse_instant(f"2026-01-01T{time}:00Z") for time in (start, end))
    assert len(buckets(first, last, TimelineInterval.HOUR)) == count


def test_a_range_has_at_most_two_thousand_buckets() -> None:
    minute = length_of(TimelineInterval.MINUTE)
    assert len(buckets(0, MAX_BUCKETS * minute, TimelineInterval.MINUTE)) == MAX_BUCKETS
    with pytest.raises(BadRequestError):
        buckets(0, MAX_BUCKETS * minute + 1, TimelineInterval.MINUTE)
