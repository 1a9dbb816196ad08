"""Plans: stored descriptions of something to run, which only their executor interprets."""

from dataclasses import dataclass
from typing import ClassVar

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText
from runindex.domain.records.record import Record


@dataclass(frozen=True, slots=True)
class Plan(Record):
    """A plan at one version; `name_folded` is `name.lower()`."""

    KEY: ClassVar = ("id",)

    id: str
    name: str
    name_folded: str
    spec: JsonText
    created_at: Micros
    updated_at: Micros
    version: int = 1
