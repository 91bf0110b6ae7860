"""Backup, restore and the move to another database: verified copies, and no number issued twice."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import gzip
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from server.backup import backups, move_database
from server.backup import restore as backup_restore
from server.backup.backups import BackupError
from server.backup.restore import RestoreOptions, restore
from server.catalogue.actions import import_catalogue
from server.cli import backup as cli
from server.core import journal
from server.core.actors import SYSTEM
from server.core.clock import SeededTokenSource, SetClock, local
from server.core.config import Config
from server.core.data_folder import FolderBusyError, alone, serve_from
from server.core.engine import migrate, open_engine
from server.core.last_backup import NOTE, last_backup
from server.device_health import queries as device_health_queries
from server.device_health import server_alarms
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.opening import open_hall
from server.integrity.checks import violations
from server.queue import snapshot
from server.queue import tables as queue_tables
from server.runtime import hall_metrics as metrics
from support.halls import SmallHall, at, catalogue

NINE = at(9)


def _busy(url: str, folder: Path) -> SmallHall:
    """Return a hall with tickets A001–A003, one of them served, an uploaded file and a key."""
    hall = SmallHall(url, folder, NINE)
    hall.sign_in("T1")
    for _ in range(3):
        hall.issue("tax-1")
    hall.serve("T1")
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "abcd").write_bytes(b"%PDF- paper")
    (folder / "check.key").write_text("00" * 32)
    (folder / "hall.toml").write_text('hall_id = "small"\n')
    return hall


@pytest.fixture
def busy(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield a busy hall on SQLite."""
    hall = _busy(sqlite_url, tmp_path)
    yield hall
    hall.close()


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield a busy hall on each database."""
    hall = _busy(database_url, tmp_path)
    yield hall
    hall.close()


def _again(config: Config, now: int) -> SmallHall:
    hall = SmallHall(config.database_url, config.data, now, seed=2)
    hall.clock.set(now)
    return hall


def _restore(
    config: Config, backup: Path, gap: int = 50, **beyond: int
) -> backup_restore.RestoreResult:
    request = RestoreOptions(backup, gap, beyond)
    return restore(config, request, SetClock(NINE), SeededTokenSource(3))


def test_a_backup_of_a_running_hall_holds_everything_but_the_key(busy: SmallHall) -> None:
    config = busy.hall.config
    assert last_backup(config.data, "small") is None
    backup = backups.make(config, config.data / "out", NINE)
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert set(backup.manifest.parts) == {"hall.db", "hall.toml", "files/ab/abcd"}
    assert backup.manifest.halls["small"] == busy.ctx.read(lambda c: journal.head(c, "small"))
    assert last_backup(config.data, "small") == (NINE, backup.manifest.halls["small"][0])
    with_key = backups.make(config, config.data / "out", NINE + 1000, with_check_key=True)
    assert "check.key" in with_key.manifest.parts


def test_older_backups_are_deleted_once_the_new_one_is_verified(busy: SmallHall) -> None:
    config = busy.hall.config
    out = config.data / "out"
    (out / "something.txt").parent.mkdir()
    (out / "something.txt").touch()
    new_backups = [backups.make(config, out, NINE + n * 1000, keep=2) for n in range(4)]
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [*(m.path.name for m in new_backups[2:]), "something.txt"]
    )
    with pytest.raises(BackupError, match="is there already"):
        backups.make(config, out, NINE + 3000)


@pytest.mark.parametrize("place", [100, 2000, -30])
def test_a_damaged_backup_is_refused_and_nothing_touched(
    sqlite_url: str, tmp_path: Path, place: int
) -> None:
    hall = SmallHall(sqlite_url, tmp_path, NINE)
    backup = backups.make(hall.hall.config, tmp_path / "out", NINE)
    hall.close()
    whole = bytearray(gzip.decompress(backup.path.read_bytes()))
    spot = place if place > 0 else len(whole) // 2 + place
    whole[spot] ^= 0xFF
    backup.path.write_bytes(gzip.compress(bytes(whole)))
    before = (tmp_path / "hall.db").read_bytes()
    with pytest.raises(BackupError):
        _restore(hall.hall.config, backup.path)
    assert (tmp_path / "hall.db").read_bytes() == before


def test_no_number_of_the_day_is_issued_twice_after_a_restore(either: SmallHall) -> None:
    config = either.hall.config
    backup = backups.make(config, config.data / "out", NINE)
    after = [either.issue("tax-1").number for _ in range(2)]
    assert after == ["A004", "A005"]
    either.close()
    done = _restore(config, backup.path)
    assert done.old_readable
    assert done.backup_time == local(NINE, "Asia/Shanghai")
    assert done.violations == []
    assert done.lost["small"] == done.skipped["small"] == {"A": [4, 5]}
    again = _again(config, NINE)
    again.sign_in("T2")
    assert again.issue("tax-1", key="new").number == "A006"
    assert again.ctx.read(lambda c: violations("small", c)) == []
    again.close()


def test_a_restore_leaves_a_gap_when_the_last_number_is_unknown(
    sqlite_url: str, tmp_path: Path
) -> None:
    hall = SmallHall(sqlite_url, tmp_path, NINE)
    hall.sign_in("T1", "G1")
    hall.issue("tax-1")
    backup = backups.make(hall.hall.config, tmp_path / "out", NINE)
    hall.issue("tax-1")
    hall.close()
    (tmp_path / "hall.db").write_bytes(b"what a dying disk gives" * 100)
    done = _restore(hall.hall.config, backup.path, gap=50, A=7)
    assert not done.old_readable
    assert done.skipped["small"]["A"] == [2, 7]
    assert done.skipped["small"]["B"] == [1, 50]
    assert backup_restore.format_ranges({"A": [2, 7]}) == "A002–A007"
    again = _again(hall.hall.config, NINE)
    numbers = [again.issue(i, key=f"new-{i}").number for i in ("tax-1", "social-1")]
    assert numbers == ["A008", "B051"]
    assert again.ctx.read(lambda c: violations("small", c)) == []
    again.close()


def test_slips_under_way_at_the_backup_are_unknown_after_a_restore(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Mark slips under way as unknown after a restore.

    Fault injection showed a slip that was called failed but had been printed after the backup.
    """
    hall = SmallHall(sqlite_url, tmp_path, NINE)
    s = queue_tables.slip.c

    def known(ctx: Context) -> list[tuple[str, str]]:
        rows = ctx.read(lambda c: c.execute(select(s.state, s.reason)).all())
        return [(row.state, row.reason) for row in rows]

    printer = {"device": "printer-1", "kind": "printers", "driver": "escpos", "serves": "1"}
    hall.ctx.write(lambda tx: device_health_queries.announce(tx, "kiosk", "w", [printer]))
    hall.sign_in("T1")
    hall.issue("tax-1")
    assert known(hall.ctx) == [("owed", "")]
    backup = backups.make(hall.hall.config, tmp_path / "out", NINE)
    hall.close()
    assert _restore(hall.hall.config, backup.path).violations == []
    again = _again(hall.hall.config, NINE)
    assert known(again.ctx) == [("unknown", "no_answer")]
    again.close()


def test_a_gap_without_a_restore_is_a_violation(busy: SmallHall) -> None:
    t = queue_tables.ticket.c
    busy.ctx.write(
        lambda tx: tx.conn.execute(delete(queue_tables.ticket).where(t.number == "A002"))
    )
    assert any("A003" in f.en for f in busy.ctx.read(lambda c: violations("small", c)))


def test_a_restore_moves_the_previous_data_aside(either: SmallHall) -> None:
    config = either.hall.config
    backup = backups.make(config, config.data / "out", NINE)
    lost = either.issue("tax-1")
    either.close()
    (config.data / "files" / "ab" / "later").write_bytes(b"later")
    aside = Path(_restore(config, backup.path).aside)
    assert (aside / "files" / "ab" / "later").exists()
    assert (config.data / "files" / "ab" / "abcd").exists()
    assert not (config.data / "files" / "ab" / "later").exists()
    assert (config.data / "check.key").exists()
    engine = open_engine(config.database_url)
    count_query = text("SELECT count(*) FROM ticket WHERE id = :id")
    with engine.connect() as conn:
        assert conn.execute(count_query, {"id": lost.id}).scalar_one() == 0
        if conn.dialect.name == "postgresql":
            old = text(f"SELECT count(*) FROM {aside.name.replace('-', '_').lower()}.ticket")
            assert conn.execute(old).scalar_one() == 4
    engine.dispose()
    if (aside / "hall.db").exists():
        database = sqlite3.connect(aside / "hall.db")
        assert database.execute("SELECT count(*) FROM ticket").fetchone() == (4,)
        database.close()
    else:
        assert (aside / "restored-hall.db").exists()


def test_a_restore_is_refused_while_a_server_runs(busy: SmallHall) -> None:
    config = busy.hall.config
    backup = backups.make(config, config.data / "out", NINE)
    with alone(config.data), pytest.raises(FolderBusyError):
        serve_from(config.data)
    serve_from(config.data)  # held until this process ends
    with pytest.raises(BackupError, match="stop it first"):
        _restore(config, backup.path)


def test_numbers_read_off_slips() -> None:
    assert backup_restore.parse_numbers(["A057", "A012", "Z001"]) == {"A": 57, "Z": 1}
    with pytest.raises(BackupError):
        backup_restore.parse_numbers(["57"])


@pytest.fixture
def both(sqlite_url: str, postgres_url: str) -> tuple[str, str]:
    """Return the URL of an empty database of each kind."""
    return sqlite_url, postgres_url


@pytest.mark.parametrize("back", [False, True])
def test_a_hall_moves_to_the_other_database(
    both: tuple[str, str], tmp_path: Path, back: bool
) -> None:
    source_url, target_url = reversed(both) if back else both
    hall = SmallHall(source_url, tmp_path, NINE)
    hall.sign_in("T1")
    numbers = [hall.issue("tax-1").number for _ in range(3)]
    hall.close()
    progress: list[tuple[str, int, int]] = []
    source, target = open_engine(source_url), open_engine(target_url)
    migrate(target)
    with source.connect() as rows, target.begin() as conn:
        counts = move_database.copy(rows, conn, lambda *words: progress.append(words))
    assert counts["ticket"] == 3
    assert ("ticket", 3, 3) in progress
    with target.connect() as conn:
        assert violations("small", conn) == []
        copied_numbers = conn.execute(
            select(queue_tables.ticket.c.number).order_by(queue_tables.ticket.c.seq)
        )
        assert copied_numbers.scalars().all() == numbers
    with (
        source.connect() as rows,
        target.begin() as conn,
        pytest.raises(move_database.MovingError, match="not empty"),
    ):
        move_database.copy(rows, conn, lambda *_: None)
    source.dispose()
    target.dispose()
    moved = SmallHall(target_url, tmp_path, NINE, seed=2)
    assert moved.issue("tax-1", key="new").number == "A004"
    moved.close()


def arguments(command: str, data: Path, **words: object) -> argparse.Namespace:
    return argparse.Namespace(command=command, data=data, database=None, hall="", **words)


def test_the_commands_print_their_results(
    busy: SmallHall, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    args = arguments("backup", tmp_path, to=out, keep=1, with_check_key=False)
    assert cli.run(args) == 0
    (backup_file,) = out.iterdir()
    output = capsys.readouterr().out
    assert backup_file.name in output
    assert "small" in output
    busy.close()
    assert cli.run(arguments("restore", tmp_path, backup=backup_file, gap=10, beyond=["A009"])) == 0
    assert "all is well" in capsys.readouterr().out
    target_url = f"sqlite:///{tmp_path / 'moved.db'}"
    assert cli.run(arguments("move-database", tmp_path, to=target_url)) == 0
    assert target_url in capsys.readouterr().out
    assert (tmp_path / "moved.db").stat().st_mode & 0o777 == 0o600
    assert cli.run(arguments("move-database", tmp_path, to=target_url)) == 2
    assert "not empty" in capsys.readouterr().err
    assert (
        cli.run(arguments("restore", tmp_path, backup=tmp_path / "hall.toml", gap=1, beyond=[]))
        == 2
    )
    assert "not a sound backup" in capsys.readouterr().err


def test_a_backup_ends_the_alarm_of_every_hall_in_the_database(
    postgres_url: str, tmp_path: Path
) -> None:
    names = {name: f"{name}.example" for name in ("one", "two")}
    config = Config(data=tmp_path, database=postgres_url, halls=names)
    clock = SetClock(NINE)
    with contextlib.ExitStack() as opened:
        halls = []
        for name in names:
            hall = open_hall(config.of_hall(name), clock=clock, chance=SeededTokenSource(1))
            opened.callback(hall.ctx.store.close)
            import_catalogue(hall.ctx, SYSTEM, replace(catalogue(), hall=name), "")
            halls.append(hall)
        clock.advance(minutes=3 * 24 * 60)
        assert [backup_alarm_and_age(hall) for hall in halls] == [(True, None)] * 2
        backups.make(config, tmp_path / "out", clock.now())
        clock.advance(minutes=1)
        assert [backup_alarm_and_age(hall) for hall in halls] == [(False, 60)] * 2
        clock.advance(minutes=3 * 24 * 60)
        assert [backup_alarm_and_age(hall)[0] for hall in halls] == [True, True]


def backup_alarm_and_age(hall: Hall) -> tuple[bool, float | None]:
    """Return whether the office has the alarm of an old backup, and the age that metrics report."""
    alarms = server_alarms.alarms(hall, lambda _folder: 10**12)(snapshot.take(hall.ctx))
    samples = metrics.source(hall.ctx, hall.config.data)()
    ages = [value for name, _, _, value in samples if name == "hallkeeper_backup_age_seconds"]
    return "backup_old" in {alarm.code for alarm in alarms}, ages[0] if ages else None


def test_a_backup_counts_only_for_the_halls_that_it_holds(tmp_path: Path) -> None:
    config = Config(data=tmp_path, halls={"one": "one.example", "two": "two.example"})
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, NINE)
    for name in ("small", "two"):
        (tmp_path / "halls" / name).mkdir(parents=True)
    backups.make(small.hall.config, tmp_path / "out", NINE)
    small.close()
    assert last_backup(tmp_path / "halls" / "small", "small") is not None
    assert not (tmp_path / "halls" / "two" / NOTE).exists()
    assert last_backup(config.data, "two") is None


def test_the_folders_lock_is_one_that_nfs_grants(tmp_path: Path) -> None:
    """Hold the folder's lock on a file open for reading and writing.

    NFS refuses a shared lock on a file that is not open for reading (EBADF).
    """
    serve_from(tmp_path)
    lock = (tmp_path / "hall.lock").resolve()
    descriptors = [int(fd.name) for fd in Path("/proc/self/fd").iterdir() if fd.resolve() == lock]
    ways = {fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE for fd in descriptors}
    assert ways == {os.O_RDWR}


def test_each_of_several_halls_waits_for_the_whole_deployment(tmp_path: Path) -> None:
    hall_folder = tmp_path / "halls" / "one"
    hall_folder.mkdir(parents=True)
    with alone(hall_folder), pytest.raises(FolderBusyError):
        serve_from(tmp_path)
    with alone(tmp_path), pytest.raises(FolderBusyError):
        serve_from(hall_folder)
