"""The exported schema holds everything in contract.graphql: names, types, defaults, descriptions."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from graphql import DocumentNode, TypeDefinitionNode, parse, print_ast

from resolvers.schema import schema

Node: TypeAlias = Any  # of whatever kind: what a kind does not have is asked for with a default

CONTRACT: Final = parse((Path(__file__).parent / "contract.graphql").read_text(encoding="utf-8"))
EXPORTED: Final = parse(schema.as_str())

# What the contract has and the schema has not yet: types, and fields of types that are there.
NOT_YET: Final = """
    Base64
    DatasetRunStatus DatasetRun Run.dataset
    RunResult Score ScoreInput RunResultConnection RunResultEdge RunResultFilter ResultSummary ScoreSummary
    Run.results Run.resultSummary Query.result Subscription.resultRecorded
    RecordResultInput RecordResultsInput DeleteResultsInput
    RunResultPayload RunResultOutcome RunResultsPayload RunResultsOutcome ResultDeletion ResultDeletionOutcome
    Mutation.recordResult Mutation.recordResults Mutation.deleteResults
    RunComparison ComparisonRowConnection ComparisonRowEdge ComparisonRow ScoreDelta Query.compareRuns
    RunValue RunValueVersion RunValueConnection RunValueEdge Run.value Run.values
    PutRunValuesInput RunValueEntry DeleteRunValuesInput
    RunValuesPayload RunValuesOutcome RunValueDeletion RunValueDeletionOutcome
    Mutation.putRunValues Mutation.deleteRunValues
    RunEvent RunEventConnection RunEventEdge Run.events Subscription.runEvents
    AppendRunEventsInput RunEventEntry RunEventsPayload RunEventsOutcome Mutation.appendRunEvents
    RunCell Run.cell Run.cells SetRunCellInput RunCellPayload RunCellOutcome Mutation.setRunCell
    RunDocument RunDocumentConnection RunDocumentEdge Run.document Run.documents
    WriteRunDocumentInput DocumentChange RunDocumentPayload RunDocumentOutcome Mutation.writeRunDocument
    Plan PlanConnection PlanEdge Run.plan Query.plan Query.plans
    CreatePlanInput UpdatePlanInput StartPlanInput DeletePlanInput
    PlanPayload PlanOutcome PlanDeletion PlanDeletionOutcome PlanRunPayload PlanRunOutcome
    Mutation.createPlan Mutation.updatePlan Mutation.deletePlan Mutation.startPlan
    JobStatus Job JobConnection JobEdge JobFilter Run.jobs Query.job Query.jobs
    EnqueueJobInput ClaimJobsInput AcknowledgeJobInput FailJobInput
    JobPayload JobOutcome ClaimPayload ClaimOutcome
    Mutation.enqueueJob Mutation.claimJobs Mutation.acknowledgeJob Mutation.failJob
    RuntimeState RunBoundary InputState InputDurability
    AgentRuntime RuntimeInput RuntimeInputUpdate BoundaryReceipt ReceiptConnection ReceiptEdge
    Run.receipts Query.runtime BoundaryReceiptInput
    CommitBoundaryInput ApplyBoundaryInput PersistRuntimeInputInput CommitRuntimeLifecycleInput
    ReceiptPayload ReceiptOutcome RuntimePayload RuntimeOutcome
    Mutation.commitBoundary Mutation.applyBoundary Mutation.persistRuntimeInput Mutation.commitRuntimeLifecycle
"""
LEFT_OUT: Final = frozenset(NOT_YET.split())

ROOTS: Final = {"Query", "Mutation", "Subscription"}

# An index records and answers; what these would do is somebody else's business.
NEVER: Final = (
    "execute*",
    "schedule*",
    "retry*",
    "timeout*",
    "*Callback",
    "inherit*",
    "cascade*",
    "waitFor*",
    "fork*",
    "merge*Run*",
    "gc*",
)


def types_of(document: DocumentNode) -> list[Node]:
    """Return the definitions of types, without those of directives."""
    return [definition for definition in document.definitions if isinstance(definition, TypeDefinitionNode)]


def shape(document: DocumentNode) -> dict[str, str]:
    """Map the coordinate of each element to all that is promised of it but its description."""
    return dict(promise for definition in types_of(document) for promise in promises(definition))


def promises(definition: Node) -> Iterator[tuple[str, str]]:
    """Yield the coordinates of one type, its fields, arguments and values, each with what it is."""
    name = definition.name.value
    members = sorted(member.name.value for member in getattr(definition, "types", None) or ())
    yield name, " ".join([definition.kind, *map(print_ast, definition.directives or ()), *members])
    for interface in getattr(definition, "interfaces", None) or ():
        yield f"{name} implements {interface.name.value}", "interface"
    for value in getattr(definition, "values", None) or ():
        yield f"{name}.{value.name.value}", "value"
    for field in getattr(definition, "fields", None) or ():
        yield f"{name}.{field.name.value}", typed(field)
        for argument in getattr(field, "arguments", None) or ():
            yield f"{name}.{field.name.value}({argument.name.value}:)", typed(argument)


def typed(node: Node) -> str:
    """Return the type of a field or argument, with its default if it has one."""
    default = getattr(node, "default_value", None)
    return print_ast(node.type) + (f" = {print_ast(default)}" if default else "")


def descriptions(document: DocumentNode) -> dict[str, str]:
    """Map the coordinate of each type, field and enum value that is described to its words."""
    definitions = types_of(document)
    elements = {definition.name.value: definition for definition in definitions}
    for definition in definitions:
        members = (*(getattr(definition, "fields", None) or ()), *(getattr(definition, "values", None) or ()))
        elements |= {f"{definition.name.value}.{member.name.value}": member for member in members}
    return {key: " ".join(node.description.value.split()) for key, node in elements.items() if node.description}


def is_left_out(coordinate: str) -> bool:
    """Tell whether the element, or the type or field it belongs to, is left out."""
    element = coordinate.partition(" ")[0].partition("(")[0]
    return element in LEFT_OUT or element.partition(".")[0] in LEFT_OUT


PROMISED: Final = shape(CONTRACT)
HELD: Final = shape(EXPORTED)


@pytest.mark.parametrize("coordinate", [coordinate for coordinate in PROMISED if not is_left_out(coordinate)])
def test_schema_holds_what_the_contract_promises(coordinate: str) -> None:
    assert coordinate in HELD
    assert HELD[coordinate] == PROMISED[coordinate]


def test_descriptions_are_the_contracts() -> None:
    held = descriptions(EXPORTED)
    promised = {key: words for key, words in descriptions(CONTRACT).items() if not is_left_out(key)}
    assert {key: held.get(key) for key in promised} == promised


def test_every_element_is_described() -> None:
    elements = {key for key in HELD if " implements " not in key and "(" not in key}
    assert elements - descriptions(EXPORTED).keys() - ROOTS == set()


def test_what_is_left_out_is_promised_and_absent() -> None:
    assert PROMISED.keys() >= LEFT_OUT
    assert not LEFT_OUT & HELD.keys()


def test_arguments_that_the_contract_does_not_have_are_optional() -> None:
    added = {key: type_ for key, type_ in HELD.items() if "(" in key and key not in PROMISED}
    assert [key for key, type_ in added.items() if type_.endswith("!")] == []


def test_mutations_do_nothing_that_an_index_must_not() -> None:
    mutations = [key.removeprefix("Mutation.") for key in HELD if key.startswith("Mutation.") and "(" not in key]
    assert mutations
    assert [name for name in mutations if any(fnmatchcase(name, pattern) for pattern in NEVER)] == []
