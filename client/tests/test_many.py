"""Many results of many processes, while the server is killed and comes back: each is there once."""

from pathlib import Path

import pytest

import client_programs
from tests.support.drawn.effort import EFFORT
from tests.support.servers.served import PATIENCE, Served

PROCESSES = 8
RESULTS = 100_000 if EFFORT > 1 else 1_600
SECONDS = 900 if EFFORT > 1 else 2 * PATIENCE
PROGRAM = f"""
import multiprocessing
EACH = {RESULTS // PROCESSES}
def work(number):
    with runindex.run(f"worker {{number}}") as below:
        for item in range(EACH):
            runindex.attach().record(f"{{number}} {{item}}", output=item)
            if item % (EACH // 100) == 0:
                below.event("hundredth", {{"item": item}})
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with runindex.run("shared") as run:
        print(run.id, flush=True)
        processes = [context.Process(target=work, args=(number,)) for number in range({PROCESSES})]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""
COUNT = "query ($id: ID!) { run(id: $id) { results(first: 1) { totalCount } } }"


@pytest.mark.timeout(2 * SECONDS)
def test_each_result_of_many_processes_is_there_once(served: Served, tmp_path: Path) -> None:
    with client_programs.start(PROGRAM, served.root, tmp_path, RUNINDEX_EXIT_SECONDS="1") as program:
        assert program.stdout is not None
        program.stdout.readline()
        served.kill()
        served.start()
        _, errors = program.communicate(timeout=SECONDS)
    assert program.returncode == 0, errors
    with client_programs.start(client_programs.calling("flush"), served.root, tmp_path) as flushing:
        said, _ = flushing.communicate(timeout=SECONDS)
    assert said.endswith("0 refused, 0 bytes left\n")
    runs = client_programs.runs(served)
    shared = runs["shared"]
    assert served.execute(COUNT, id=shared["id"])["run"]["results"]["totalCount"] == RESULTS
    assert {run["status"] for run in runs.values()} == {"COMPLETED"}
    assert runs.keys() == {"shared", *(f"worker {number}" for number in range(PROCESSES))}
    step = RESULTS // PROCESSES // 100
    for number in range(PROCESSES):
        items = [payload["item"] for payload in client_programs.payloads(runs[f"worker {number}"], "hundredth")]
        assert items == list(range(0, RESULTS // PROCESSES, step))
    assert client_programs.spooled(tmp_path) == []
