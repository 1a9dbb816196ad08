"""Plans: stored descriptions of something to run. What they mean is their executor's business."""

from dataclasses import dataclass

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan at one version; `name_folded` is its name as `str.lower` has it."""

    id: str
    name: str
    name_folded: str
    spec: JsonText
    created_at: Micros
    updated_at: Micros
    version: int = 1

    @property
    def key(self) -> tuple[str]:
        """Return what a plan is unique by."""
        return (self.id,)
