"""MLflow's file store: a folder for each experiment, in it one for each run; a file for each param, tag and metric."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from runindex.commands import ImportRun
from runindex.maintenance.sources.mlflow.run import PARENT, MlflowRun, id_of, import_of, parent_of
from runindex.maintenance.sources.mlflow.yaml import read_scalars
from runindex.maintenance.sources.source import SourceRun, fault

META: Final = "meta.yaml"
TRASH: Final = ".trash"
# As mlflow.entities.RunStatus numbers them.
_STATUSES: Final = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_DELETED: Final = "deleted"
_METRIC_FIELDS: Final = 2


@dataclass(slots=True)
class FileStore:
    """The folder of a store. Experiments that were deleted are in its trash."""

    root: Path
    name: str = field(init=False)
    _experiments: dict[Path, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name the source after the folder."""
        self.name = self.root.name or str(self.root)

    def index(self) -> Sequence[SourceRun]:
        """Return all runs, oldest experiment first."""
        return [self._entry(folder) for experiment in self._folders() for folder in _below(experiment)]

    def read(self, entries: Sequence[SourceRun]) -> Iterator[ImportRun]:
        """Yield the runs of the entries."""
        for entry in entries:
            yield import_of(self._run(entry.key))

    def _folders(self) -> Iterator[Path]:
        """Yield the folders of experiments."""
        for folder in (*_below(self.root), *_below(self.root / TRASH)):
            if (folder / META).is_file():
                self._experiments[folder] = _meta(folder).get("name")
                yield folder

    def _entry(self, folder: Path) -> SourceRun:
        meta = _meta(folder)
        return SourceRun(id_of(_id_in(meta, folder)), parent_of(_text(folder / "tags" / PARENT)), str(folder), folder)

    def _run(self, folder: Path) -> MlflowRun:
        meta = _meta(folder)
        status = meta.get("status") or ""
        return MlflowRun(
            run_id=_id_in(meta, folder),
            status=_STATUSES.get(status, status),
            start_time=_whole(meta, "start_time", folder),
            end_time=_whole(meta, "end_time", folder),
            deleted_time=_whole(meta, "deleted_time", folder),
            is_deleted=meta.get("lifecycle_stage") == _DELETED,
            name=meta.get("run_name"),
            user=meta.get("user_id"),
            artifacts=meta.get("artifact_uri"),
            experiment_id=meta.get("experiment_id") or folder.parent.name,
            experiment=self._experiments.get(folder.parent),
            params=_files_in(folder / "params", _read),
            metrics=_files_in(folder / "metrics", _last_value),
            tags=_files_in(folder / "tags", _read),
        )


def _below(folder: Path) -> list[Path]:
    """Return the folders in a folder that a store has made: those with a `meta.yaml`, in order."""
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if (each / META).is_file())


def _meta(folder: Path) -> Mapping[str, str | None]:
    try:
        return read_scalars(_read(folder / META))
    except ValueError as error:
        raise fault(str(folder / META), str(error)) from None


def _id_in(meta: Mapping[str, str | None], folder: Path) -> str:
    return meta.get("run_id") or meta.get("run_uuid") or folder.name


def _whole(meta: Mapping[str, str | None], name: str, folder: Path) -> int | None:
    text = meta.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise fault(str(folder / META), f"{name} is no whole number: {text[:40]!r}") from None


def _files_in(folder: Path, read: Callable[[Path], Any]) -> dict[str, Any]:
    """Return what is read of each file below a folder, by its path in it: a key may have slashes."""
    found = {}
    for inner, _, names in os.walk(folder):
        for name in names:
            path = Path(inner, name)
            found[path.relative_to(folder).as_posix()] = read(path)
    return found


def _last_value(path: Path) -> float:
    """Return the last value of a metric as MLflow has it: of the last step the latest, of equals the largest.

    Lines are `timestamp value step`, in old stores without the step.
    """
    found = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        words = line.split()
        try:
            step = int(words[2]) if len(words) > _METRIC_FIELDS else 0
            found.append((step, int(words[0]), float(words[1])))
        except (ValueError, IndexError):
            raise fault(f"{path}, line {number}", "no value of a metric") from None
    if not found:
        raise fault(str(path), "no value of a metric")
    return max(found)[-1]


def _text(path: Path) -> str | None:
    return _read(path) if path.is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise fault(str(path), f"cannot be read: {error.strerror}") from None
