"""Makes the fleet that `scripts/bench serve` measures, and the past of it.

    fleet.py configure FOLDER APPS    writes FOLDER/weir.yaml and production's databases
    fleet.py history FOLDER DAYS      gives what `weir run` has stored a past of so many days

The past is what Weir itself wrote, told of earlier days: nothing here knows what a record holds
but its dates. Manifests are not signed in this fleet, or they could not be told of other days.
"""

import datetime
import json
import pathlib
import re
import shutil
import sqlite3
import sys

ENVIRONMENTS = ["production", "staging", "integration", "training", "preview"]
# How many days backups are kept, and how many steps a summary remembers.
KEPT = 30
# Dates as they stand in moments and backups' names, and in ids of runs.
DATE = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?=T\d\d)")


def configure(folder, apps):
    """Every job is due in eight to ten hours, daily: all of them are part of the night that is
    forecast, and none falls due while it is measured."""
    now = datetime.datetime.now(datetime.timezone.utc)
    (folder / "databases").mkdir(parents=True)
    lines = ["weir: 1", "environments:"]
    for number, name in enumerate(ENVIRONMENTS):
        due = now + datetime.timedelta(hours=8, minutes=30 * number)
        upstream = "" if number == 0 else ", upstream: production"
        schedule = f'"{due.minute} {due.hour} * * *"'
        lines.append(f"  {name}: {{store: store/{name}{upstream}, schedule: {schedule}, keep: {KEPT}d}}")
    lines += [
        "defaults:",
        f'  sqlite: {{url: "sqlite://{folder}/databases/{{environment}}-{{database}}.db"}}',
        # The day's pruning must not take away what is measured.
        "serve: {keep_runs: 1000d}",
        "apps:",
    ]
    for number in range(apps):
        name = f"app-{number:03}"
        objectives = "objectives: {recovery_time: 2h, recovery_point: 48h}"
        lines.append(f"  {name}: {{engine: sqlite, database: {name}, {objectives}}}")
        database = sqlite3.connect(folder / "databases" / f"production-{name}.db")
        with database:
            for table in ("people", "documents", "editions"):
                database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
                rows = [(f"{table} {row} of {name}",) for row in range(20)]
                database.executemany(f"INSERT INTO {table} (text) VALUES (?)", rows)
        database.close()
    (folder / "weir.yaml").write_text("\n".join(lines) + "\n")


def earlier(text, days):
    """The same, so many days before."""

    def date(found):
        year, dash, month, day = found.groups()
        then = datetime.date(int(year), int(month), int(day)) - datetime.timedelta(days)
        return then.strftime(f"%Y{dash}%m{dash}%d")

    return DATE.sub(date, text)


def due_before(schedule, moment):
    """The newest due time of a daily schedule."""
    minute, hour = (int(field) for field in schedule.split()[:2])
    due = moment.replace(minute=minute, hour=hour, second=0, microsecond=0)
    return due if due <= moment else due - datetime.timedelta(1)


def written(document):
    return json.dumps(document, indent=2) + "\n"


def history(folder, days):
    configuration = (folder / "weir.yaml").read_text()
    runs = backups = 0
    for name in ENVIRONMENTS:
        store = folder / "store" / name
        if not store.is_dir():
            continue
        schedule = re.search(rf'^  {name}: .*schedule: "([^"]+)"', configuration, re.MULTILINE).group(1)
        state = store / "_weir"
        for run in sorted(state.glob("runs/*/*")):
            runs += runs_of(state, run, schedule, days)
        for status in sorted(state.glob("status/*/*.json")):
            remember(status, days)
        for manifest in sorted(store.glob("[!_]*/*/manifest.json")):
            backups += backups_of(manifest, min(days, KEPT))
    print(f"{runs} runs, {backups} backups")


def runs_of(state, run, schedule, days):
    """The run on every day, with the claim of the due time that it was started for."""
    records = {path.name: path.read_text() for path in run.iterdir()}
    started = json.loads(records["started.json"])
    moment = datetime.datetime.strptime(run.name.split("-")[0], "%Y%m%dT%H%M%SZ")
    due = due_before(schedule, moment)
    started |= {"due": due.strftime("%Y-%m-%dT%H:%M:%SZ"), "attempt": 1}
    records["started.json"] = written(started)
    claim = written({"run": run.name, "by": started["by"], "at": started["at"], "nonce": "0" * 32})
    job = state / "schedule" / started["environment"] / started["app"] / started["job"]
    job.mkdir(parents=True, exist_ok=True)
    for day in range(days):
        there = state / "runs" / earlier(f"{run.parent.name}T00", day)[:-3] / earlier(run.name, day)
        there.mkdir(parents=True, exist_ok=True)
        for record, text in records.items():
            (there / record).write_text(earlier(text, day))
        name = earlier(f"{due:%Y%m%dT%H%M%SZ}-0001.json", day)
        (job / name).write_text(earlier(claim, day))
    return days


def remember(path, days):
    """What a summary knows after so many days."""
    status = json.loads(path.read_text())
    for entry in status["entries"]:
        newest = json.dumps(entry["newest"][-1])
        past = range(min(days, KEPT) - 1, -1, -1)
        entry["newest"] = [json.loads(earlier(newest, day)) for day in past]
        if days > 1 and entry.get("last_success"):
            entry["success_before"] = json.loads(earlier(json.dumps(entry["last_success"]), 1))
    path.write_text(written(status))


def backups_of(manifest, days):
    """The backup on every day that it is kept of."""
    folder, text = manifest.parent, manifest.read_text()
    for day in range(1, days):
        there = folder.parent / earlier(folder.name, day)
        shutil.copytree(folder, there)
        (there / manifest.name).write_text(earlier(text, day))
    return days


def main():
    what, folder, number = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    {"configure": configure, "history": history}[what](folder, number)


main()
