"""Filters of runs that together use all that a filter has."""

from typing import Any, Final

from tests.frozen.ids import PLAN, X
from tests.support.commands import A, B, C, D

FILTERS: Final[dict[str, dict[str, Any]]] = {
    "status": {"status": ["PAUSED", "ACTIVE"]},
    "archived": {"includeArchived": True},
    "ids": {"ids": [A, B, C, D, X], "includeArchived": True},
    "all": {"tags": {"all": ["even", "frozen"]}},
    "any": {"tags": {"any": ["even", "odd"]}},
    "none": {"tags": {"none": ["even"]}},
    "prefix": {"tags": {"prefix": "o"}},
    "name": {"nameContains": "CHILD"},
    "parent": {"parentId": X},
    "root": {"isRoot": True},
    "ancestor": {"ancestorId": A, "includeArchived": True},
    "dataset": {"datasetId": "questions", "targetType": "WORKFLOW", "targetId": "flow-1"},
    "plan": {"planId": PLAN},
    "created": {"createdAt": {"from": "2100-01-04T12:00:00Z", "to": "2100-02-01T00:00:00Z"}},
    "updated": {"updatedAt": {"from": "2100-01-04T12:00:00.000001Z"}},
    "finished": {"finishedAt": {"from": "2100-01-04T12:00:00Z"}},
    "and": {"and": [{"tags": {"any": ["frozen"]}}, {"status": ["ACTIVE"]}]},
    "or": {"or": [{"tags": {"any": ["even"]}}, {"nameContains": "child 1"}]},
    "not": {"not": {"tags": {"any": ["even"]}}},
    "nested": {"or": [{"and": [{"not": {"isRoot": True}}, {"metadata": [{"path": "n", "op": "LT", "value": 3}]}]}]},
    "metadata-eq": {"metadata": [{"path": "kind", "value": "child"}]},
    "metadata-ne": {"metadata": [{"path": "kind", "op": "NE", "value": "x"}]},
    "metadata-lt": {"metadata": [{"path": "n", "op": "LT", "value": 4}]},
    "metadata-lte": {"metadata": [{"path": "n", "op": "LTE", "value": 4}]},
    "metadata-gt": {"metadata": [{"path": "n", "op": "GT", "value": 0.5}]},
    "metadata-gte": {"metadata": [{"path": "n", "op": "GTE", "value": 1}]},
    "metadata-in": {"metadata": [{"path": "deep.er", "op": "IN", "value": [True, False, "x", 2]}]},
    "metadata-exists": {"metadata": [{"path": "deep", "op": "EXISTS"}]},
    "metadata-missing": {"metadata": [{"path": "deep", "op": "MISSING"}]},
    "metadata-two": {"metadata": [{"path": "n", "op": "GTE", "value": 0}, {"path": "deep.er", "op": "EXISTS"}]},
}
