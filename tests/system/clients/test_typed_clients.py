"""Clients that are made from the schema, by the generators that people use, compile and work at a real server."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from gql import Client, GraphQLRequest
from gql.dsl import DSLInlineFragment, DSLMutation, DSLSchema, dsl_gql
from gql.transport.httpx import HTTPXTransport
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLScalarType, is_specified_scalar_type

from tests.support.paths import ROOT
from tests.support.programs.clients import ARIADNE, COMPILED, NODE, run
from tests.support.servers.served import PATIENCE, Served, serving

ONE_OF: Final = {
    *("DocumentChange", "MetadataChange", "RetentionPolicyInput"),
    *("JobSelector", "RunGrouping", "RunSelector", "RuntimeSelector"),
}
OWN_SCALARS: Final = {"Base64", "DateTime", "JSON"}
INSPECT: Final = NODE / "inspect.js"
EXPORTED: Final = ROOT / "frontend-schema.graphql"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.mark.usefixtures("clients")
@pytest.mark.parametrize("client", ["typed", "relay"])
def test_a_compiled_typescript_client_works(server: Served, client: str) -> None:
    program = COMPILED / "tests" / "node" / client / "main.js"
    assert run("node", program, server.url) == "all is so\n"


@pytest.mark.usefixtures("clients")
def test_a_generated_python_client_works(server: Served) -> None:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ARIADNE / "build")}
    command = (ARIADNE / ".venv" / "bin" / "python", "-W", "error", ARIADNE / "main.py")
    assert run(*command, server.url, server.ws_url, environment=environment) == "all is so\n"


@pytest.fixture
def introspecting(server: Served) -> Client:
    """Give a client of gql that will know the schema from the server alone."""
    return Client(
        transport=HTTPXTransport(url=server.url, timeout=PATIENCE),
        fetch_schema_from_transport=True,
        introspection_args={"input_object_one_of": True, "specified_by_url": True},
    )


def test_introspection_shows_what_the_text_does(introspecting: Client) -> None:
    with introspecting:
        assert introspecting.schema is not None
        types = introspecting.schema.type_map.values()
    inputs = [type_ for type_ in types if isinstance(type_, GraphQLInputObjectType)]
    assert {type_.name for type_ in inputs if type_.is_one_of} == ONE_OF
    scalars = [type_ for type_ in types if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_)]
    assert {scalar.name for scalar in scalars} == OWN_SCALARS
    assert all((scalar.specified_by_url or "").startswith("https://") for scalar in scalars)


def test_gql_checks_documents_by_what_it_introspected(introspecting: Client) -> None:
    with introspecting as session:
        assert session.execute(GraphQLRequest("{ run(id: 1) { id } }")) == {"run": None}
        with pytest.raises(GraphQLError, match="noSuchField"):
            session.execute(GraphQLRequest("{ run(id: 1) { noSuchField } }"))


def test_gql_builds_documents_by_what_it_introspected(introspecting: Client) -> None:
    with introspecting as session:
        assert introspecting.schema is not None
        types = DSLSchema(introspecting.schema)
        run = DSLInlineFragment().on(types.RunPayload).select(types.RunPayload.run.select(types.Run.name))
        problem = DSLInlineFragment().on(types.Problem).select(types.Problem.code)
        made = types.Mutation.createRun(input={"name": "built", "metadata": {"a": [1, None]}}).select(run, problem)
        assert session.execute(dsl_gql(DSLMutation(made))) == {"createRun": {"run": {"name": "built"}}}
        moved = types.Mutation.transitionRun(input={"id": "default", "to": "ACTIVE"}).select(run, problem)
        assert session.execute(dsl_gql(DSLMutation(moved))) == {"transitionRun": {"code": "CONSTRAINT_VIOLATION"}}


@pytest.mark.usefixtures("clients")
def test_the_inspector_tells_what_breaks_clients(tmp_path: Path) -> None:
    older = tmp_path / "older.graphql"
    older.write_text(EXPORTED.read_text().replace("totalCount: Int!", "totalCount: Int!\n  gone: Int", 1))
    with pytest.raises(AssertionError, match=r"JobConnection\.gone"):
        run("node", INSPECT, older, EXPORTED)
    assert run("node", INSPECT, EXPORTED, older) == "1 changes, 0 of them breaking\n"
