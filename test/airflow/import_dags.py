"""Load every DAG file below a folder the way Airflow does and print what came out, as JSON.

    python import_dags.py FOLDER

The shape of the answer is `importReport` in environment.ts. Each file gets a DagBag of its own, so that two files may
use the same DAG id. Run with the variables of layout.ts.
"""

import datetime
import enum
import json
import re
import sys
import warnings
from pathlib import Path

from isolation import refuse_network, take_stdout

# Read from each task, where it has them; what the target shapes of our fixes set or rely on.
ARGUMENTS = (
    "allowed_states",
    "asynchronous",
    "bash_command",
    "cmd_timeout",
    "command",
    "deferrable",
    "execution_timeout",
    "external_dag_id",
    "failed_states",
    "get_pty",
    "mode",
    "poke_interval",
    "polling_interval",
    "retries",
    "ssh_conn_id",
    "timeout",
    "trigger_dag_id",
    "trigger_rule",
    "wait_for_completion",
    "wait_for_termination",
    "wait_policy",
    "wait_until_job_complete",
)


class DeprecationRecorder:
    """Records each deprecation warning that a line of the DAG file being loaded causes.

    It stands in for `warnings.warn` instead of collecting what the filters let through: DagBag sets filters of its own,
    a filter may drop a repeated warning, and only at the moment of the call can the stack tell the line.
    """

    def __init__(self) -> None:
        self._path: str | None = None
        self._found: dict[tuple, dict] = {}
        self._shims: set[str] = set()
        self._warn = warnings.warn

    def install(self) -> None:
        # Before Airflow is imported, because `from warnings import warn` keeps what it finds.
        warnings.warn = self._recording_warn

    def load(self, path: Path, action) -> list[dict]:
        self._path, self._found = str(path), {}
        try:
            action()
        finally:
            self._path = None
            self._forget_shims()
        return sorted(self._found.values(), key=lambda found: found["line"])

    def _recording_warn(self, message, category=None, stacklevel=1, source=None, **rest) -> None:
        kind = type(message) if isinstance(message, Warning) else (category or UserWarning)
        if self._path is not None and issubclass(kind, (DeprecationWarning, FutureWarning, PendingDeprecationWarning)):
            self._record(kind, str(message), stacklevel)
        self._warn(message, category, stacklevel + 1, source, **rest)

    def _record(self, kind: type, message: str, stacklevel: int) -> None:
        reported, level = None, 0
        module_on_the_way = None
        frame = sys._getframe(2)
        while frame is not None:
            name = frame.f_code.co_filename
            # The interpreter itself does not count the import machinery's frames either.
            machinery = "importlib" in name and "_bootstrap" in name
            if not machinery:
                level += 1
                if level == stacklevel:
                    reported = name
            if name == self._path:
                break
            if frame.f_code.co_name == "<module>" and not machinery:
                module_on_the_way = module_on_the_way or frame.f_globals.get("__name__")
            frame = frame.f_back
        if frame is None:
            return
        # A library that the file imports may use deprecated things itself: that is not the file's doing. A deprecated
        # module blames its importer, by the stack level; a deprecated call runs no other module's top level.
        if module_on_the_way is not None and reported != self._path:
            return
        if module_on_the_way is not None:
            self._shims.add(module_on_the_way)
        found = {"line": frame.f_lineno, "category": kind.__name__, "message": message}
        self._found[tuple(found.values())] = found

    def _forget_shims(self) -> None:
        # A deprecated module warns when it is first run; the next file that imports it must be told as well.
        for name in self._shims:
            sys.modules.pop(name, None)
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                vars(sys.modules[parent]).pop(child, None)
        self._shims.clear()


def as_json(value):
    """A value as JSON: durations in seconds, enumerations of texts or numbers as their value, the strange as `repr`."""
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    # Other enumerations are markers, such as attrs' NOTHING, whose number says nothing.
    if isinstance(value, enum.Enum) and (isinstance(value, int) or isinstance(value.value, str)):
        return value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((as_json(item) for item in value), key=repr)
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if type(value).__name__ in ("ArgNotSet", "NOTSETType"):
        return "NOTSET"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def describe_task(task) -> dict:
    # A mapped task has no attributes of the operator's own before it is expanded.
    mapped = hasattr(task, "partial_kwargs")
    kind = task.operator_class if mapped else type(task)
    given = task.partial_kwargs if mapped else {}
    arguments = {}
    for name in ARGUMENTS:
        if name in given:
            arguments[name] = as_json(given[name])
        elif hasattr(task, name):
            arguments[name] = as_json(getattr(task, name))
    return {
        "task_id": task.task_id,
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "mapped": mapped,
        "upstream": sorted(task.upstream_task_ids),
        "downstream": sorted(task.downstream_task_ids),
        "arguments": arguments,
        "given": given_arguments(task),
    }


def given_arguments(task) -> dict:
    """Every argument that the call, `default_args` or a group gave the task, also those that vary."""
    if hasattr(task, "partial_kwargs"):
        varying = getattr(task._get_specified_expand_input(), "value", {})
        given = {**task.partial_kwargs, **(varying if isinstance(varying, dict) else {"": varying})}
    else:
        given = task._BaseOperator__init_kwargs
    # What they are made of would name their class as well, which a fix may change.
    return {
        name: json.loads(re.sub(r"<(?:Mapped)?Task\(\w+\): ", "<Task: ", json.dumps(as_json(value))))
        for name, value in sorted(given.items())
        if name not in ("dag", "default_args", "task_group", "task_id")
    }


def describe_dag(dag) -> dict:
    return {
        "dag_id": dag.dag_id,
        "dagrun_timeout": as_json(dag.dagrun_timeout),
        "tasks": [describe_task(task) for task in sorted(dag.tasks, key=lambda task: task.task_id)],
    }


def serialization_error(dag) -> str | None:
    """Say why the scheduler could not store this DAG, which Airflow shows as an import error, too."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as DagSerialization
    try:
        DagSerialization.to_dict(dag)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def import_folder(folder: Path, recorder: DeprecationRecorder) -> dict:
    from airflow import __version__

    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag

    # DAG files may import one another, as they may in a real DAGs folder.
    sys.path.append(str(folder))

    def load(path: Path) -> dict:
        bag = DagBag(dag_folder=str(folder), collect_dags=False)
        # Not the safe mode: that would pass over a file without the words "dag" and "airflow".
        deprecations = recorder.load(
            path, lambda: bag.process_file(str(path), only_if_updated=False, safe_mode=False)
        )
        errors = [*bag.import_errors.values(), *filter(None, map(serialization_error, bag.dags.values()))]
        return {
            "path": path.relative_to(folder).as_posix(),
            "error": "\n".join(errors) or None,
            "deprecations": deprecations,
            "dags": [describe_dag(bag.dags[dag_id]) for dag_id in sorted(bag.dags)],
        }

    return {"airflow": __version__, "files": [load(path) for path in sorted(folder.rglob("*.py"))]}


def main() -> None:
    report = take_stdout()
    refuse_network()
    recorder = DeprecationRecorder()
    recorder.install()
    json.dump(import_folder(Path(sys.argv[1]).resolve(), recorder), report)
    report.write("\n")
    report.close()


if __name__ == "__main__":
    main()
