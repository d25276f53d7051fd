"""Real worker processes: started, killed in mid-training, taken over; on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from handloom import loop
from handloom.store import Store, jobs, rebuild, schema
from handloom.workers import Workers
from tests.workshop import Workshop, text_workshop

from ..workspaces import new_store

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    """Twenty labels are given and nothing is trained."""
    url = request.getfixturevalue("postgres_made") if request.param == "postgresql" else None
    with new_store(tmp_path / "workspace", url, durable=True) as store:
        made = text_workshop(store, settings={"test_share": 0.3})
        made.advance(loop.durable)
        loop.ask(store, made.task, loop.Wish(20, actor_id=made.owner))
        made.work(20)
        yield made
        with store.read() as connection:
            assert rebuild.compare(connection, store.hooks) == []


def process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
    )


def finish(worker: subprocess.Popen[str]) -> str:
    """What a worker printed until it ended in good order."""
    said, _ = worker.communicate(timeout=120)
    assert worker.returncode == 0, said
    return said


def wait_until_it_fits(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    assert any("fitting" in line for line in worker.stdout)


def fell_silent(store: Store) -> None:
    """As if a minute had passed since the last heartbeat."""
    j = schema.job
    late = sa.update(j).where(j.c.state == "running").values(heartbeat=j.c.heartbeat - 61)
    store.write(lambda tx: tx.execute(late).rowcount)


def test_worker_trains_asks_and_ends_when_idle(shop: Workshop) -> None:
    shop.advance(loop.durable)
    said = finish(process("-m", "handloom.flow", str(shop.store.folder), "0.3"))
    assert "job" in said
    assert [model.number for model in shop.models()] == [1]
    assert {job.state for job in shop.jobs()} == {"done"}
    assert shop.open() >= 20
    with shop.store.read() as connection:
        assert jobs.workers(connection, since=0) == []


def test_job_of_a_worker_killed_in_mid_training_goes_on_where_it_was(shop: Workshop) -> None:
    job = loop.train(shop.store, shop.task, actor_id=shop.owner)
    first = process(str(ROOT / "tests" / "acceptance" / "slow_worker.py"), str(shop.store.folder))
    wait_until_it_fits(first)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert shop.models() == []
    fell_silent(shop.store)
    finish(process("-m", "handloom.flow", str(shop.store.folder), "0.3"))
    with shop.store.read() as connection:
        done = jobs.get(connection, job.id)
        commits = connection.execute(sa.select(sa.func.count()).select_from(schema.commit_)).scalar()
        runs = connection.execute(sa.select(sa.func.count()).select_from(schema.run)).scalar()
    assert (done.state, done.attempt) == ("done", 2)
    assert [model.number for model in shop.models()] == [1]
    assert (commits, runs) == (1, 1)
    assert len(shop.questions("decide")) == 1
    steps = [event.body["message"] for event in shop.events("job.progress") if event.body["job"] == f"j{job.id}"]
    assert steps.count("makes a version of the labels") == 1, "a step that was done runs again"
    assert steps.count("trains") == 2


def test_two_workers_share_the_jobs_and_each_runs_once(shop: Workshop) -> None:
    loop.train(shop.store, shop.task, actor_id=shop.owner)
    workers = [process("-m", "handloom.flow", str(shop.store.folder), "0.5") for _ in range(2)]
    for worker in workers:
        finish(worker)
    assert [model.number for model in shop.models()] == [1]
    assert all(job.attempt == 1 for job in shop.jobs())


def test_a_worker_is_started_on_demand_and_only_then(shop: Workshop) -> None:
    workers = Workers(shop.store, idle_seconds=30)
    for job in shop.jobs():
        if job.state == "queued":
            loop.cancel(shop.store, job.id, actor_id=shop.owner)
    assert not workers.ensure()
    loop.train(shop.store, shop.task, actor_id=shop.owner)
    assert workers.ensure()
    assert not workers.ensure()
    workers.stop()
    with shop.store.read() as connection:
        assert jobs.workers(connection, since=0) == []


def test_a_worker_that_wakes_up_after_it_was_thought_dead_changes_nothing(shop: Workshop) -> None:
    job = loop.train(shop.store, shop.task, actor_id=shop.owner)
    first = process(str(ROOT / "tests" / "acceptance" / "slow_worker.py"), str(shop.store.folder))
    wait_until_it_fits(first)
    first.send_signal(signal.SIGSTOP)
    fell_silent(shop.store)
    finish(process("-m", "handloom.flow", str(shop.store.folder), "0.3"))
    told = len(shop.events("job.progress"))
    first.send_signal(signal.SIGCONT)
    assert first.stdin is not None
    first.stdin.write("go on\n")
    first.stdin.flush()
    first.terminate()
    finish(first)
    with shop.store.read() as connection:
        assert jobs.get(connection, job.id).state == "done"
    assert len(shop.models()) == 1
    assert len(shop.events("job.progress")) == told


def test_a_worker_told_to_stop_hands_its_job_over_at_once(shop: Workshop) -> None:
    job = loop.train(shop.store, shop.task, actor_id=shop.owner)
    first = process(str(ROOT / "tests" / "acceptance" / "slow_worker.py"), str(shop.store.folder))
    wait_until_it_fits(first)
    first.terminate()
    finish(process("-m", "handloom.flow", str(shop.store.folder), "2"))
    assert first.stdin is not None
    first.stdin.write("go on\n")
    first.stdin.flush()
    finish(first)
    with shop.store.read() as connection:
        assert jobs.get(connection, job.id).state == "done"
    assert len(shop.models()) == 1
