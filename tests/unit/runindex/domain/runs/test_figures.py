"""Figures of groups are what a plain reading of their runs says."""

from statistics import mean, quantiles

from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.figures import GroupFigures, Grouping

RUNS = st.lists(
    st.tuples(st.sets(st.sampled_from("abc")), st.sampled_from(RunStatus), st.none() | st.integers(0, 10**12)),
    max_size=30,
)


@given(runs=RUNS, limit=st.integers(1, 4))
def test_groups_have_the_figures_of_their_runs(runs: list[tuple[set[str], RunStatus, int | None]], limit: int) -> None:
    grouping = Grouping()
    for keys, status, duration in runs:
        grouping.add(keys, status, duration)
    found = grouping.figures(limit)
    sizes = {key: sum(key in keys for keys, _, _ in runs) for key in "abc"}
    order = sorted((key for key in sizes if sizes[key]), key=lambda key: (-sizes[key], key))
    assert [figures.key for figures in found] == order[:limit]
    for figures in found:
        mine = [(status, duration) for keys, status, duration in runs if figures.key in keys]
        assert figures.count == len(mine)
        assert sum(figures.by_status.values()) == len(mine)
        assert list(figures.by_status) == [status for status in RunStatus if any(status is each for each, _ in mine)]
        durations = sorted(duration for _, duration in mine if duration is not None)
        assert (figures.duration_mean is None) is (not durations)
        if len(durations) > 1:
            cuts = quantiles(durations, n=20, method="inclusive")
            assert figures.duration_p50 is not None
            assert figures.duration_p95 is not None
            assert figures.duration_mean is not None
            assert abs(figures.duration_p50 - cuts[9]) < 0.01
            assert abs(figures.duration_p95 - cuts[18]) < 0.01
            assert abs(figures.duration_mean - mean(durations)) < 0.01


def test_one_duration_is_all_figures() -> None:
    grouping = Grouping()
    grouping.add(["a"], RunStatus.COMPLETED, 7)
    assert grouping.figures(1) == [GroupFigures("a", 1, {RunStatus.COMPLETED: 1}, 7, 7, 7)]
