"""No test passes because it slept long enough: only what is named here sleeps at all."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.support.paths import TESTS

SLEEPERS: Final = frozenset({"asyncio", "time", "anyio"})
# For each function that sleeps, why no event and no clock will do.
NAMED: Final[Mapping[str, str]] = {
    # What the scenario is made of lasts.
    "faults/hindrances.py _roll_back": "holds locks",
    "faults/soak/measures.py least": "watches for a while what a server holds",
    "faults/soak/measures.py measure": "polls the log of another process",
    "faults/soak/run.py _capacity": "counts for a while",
    "faults/soak/run.py befall": "lets a trouble last",
    "faults/soak/run.py soak": "spreads troubles over a long run",
    "faults/subscribers.py run": "draws when to connect again",
    "faults/test_left_behind.py repeat": "paces the load",
    "faults/test_outages.py test_a_transaction_that_is_held_open_delays_no_subscriber": "spreads changes over it",
    "faults/test_outages.py test_listeners_come_back_from_a_black_hole_before_the_database": "outlasts a heartbeat",
    "faults/test_outages.py test_nothing_is_lost_when_the_database_is_killed_and_started_again": "leaves it down",
    "faults/test_outages.py test_nothing_is_lost_while_the_database_is_frozen": "leaves it frozen",
    "faults/test_pings.py test_a_client_that_answers_late_stays": "answers late",
    "faults/test_screens.py run": "reads nothing for a while",
    "faults/test_screens.py test_every_screen_ends_with_the_newest_state": "paces the load",
    "faults/test_unfinished_requests.py test_an_unfinished_request_behind_others_is_refused_in_time": "lets it rest",
    "faults/test_unfinished_requests.py test_each_request_has_its_own_time": "sends slowly",
    "faults/troubles/readiness.py _look": "looks again and again, and keeps each look",
    "unit/persistence/postgres/test_watchdog.py test_what_waits_in_a_black_hole_ends_with_it": "stays in the hole",
    "faults/workload.py _settle": "draws when to send again",
    "faults/workload.py _write": "draws when to write next",
    # Nothing tells when it is so: polls, each with a bound.
    "support/api.py until": "polls what many tasks may make so",
    "unit/persistence/postgres/test_preparation.py until": "polls a database's sessions",
    "faults/naive.py run": "polls a table, as one should not",
    "faults/test_left_behind.py members": "polls the metrics of another process",
    "faults/test_left_behind.py until": "polls what many tasks may make so",
    "faults/test_listener.py terminate": "polls a database's sessions",
    "faults/test_silent_clients.py test_pings_whose_answers_nobody_reads_fill_no_memory": "polls a socket's buffer",
    # Another process must have had the time to do wrong.
    "faults/test_silent_clients.py test_a_client_that_reads_nothing_does_not_hold_up_the_end": "to take a close frame",
    "faults/test_silent_clients.py test_a_client_that_reads_nothing_has_nothing_made_ready_for_it": "to fill memory",
}


def test_only_named_functions_sleep() -> None:
    files = [
        path
        for folder in TESTS.iterdir()
        if folder.name not in {"node", "ariadne", "lineage", "mlflow"}
        for path in folder.rglob("*.py")
    ]
    sleeping = {f"{path.relative_to(TESTS)} {function}" for path in files for function in _sleeping(path)}
    unnamed, idle = sorted(sleeping - NAMED.keys()), sorted(NAMED.keys() - sleeping)
    assert not unnamed, "\n".join(unnamed)
    assert not idle, "\n".join(idle)


def _sleeping(path: Path) -> Iterator[str]:
    """Yield the innermost function around each call that sleeps for more than a turn of the event loop."""
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_sleep(call.func) and not _is_zero(call.args):
            around = [function for function in functions if call in ast.walk(function)]
            yield around[-1].name if around else "at its import"
    for node in ast.walk(tree):  # under another name it would not be found
        if (
            isinstance(node, ast.ImportFrom)
            and node.module in SLEEPERS
            and "sleep" in [name.name for name in node.names]
        ):
            yield "imports sleep alone"


def _is_sleep(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id=module), attr="sleep"):
            return module in SLEEPERS
    return False


def _is_zero(arguments: list[ast.expr]) -> bool:
    return isinstance(arguments[0], ast.Constant) and arguments[0].value == 0
