"""The directive `@oneOf`, with the specification's words beside its definition, where Strawberry's own has none."""

from graphql import GraphQLOneOfDirective
from strawberry import schema_directives
from strawberry.schema_directive import Location, schema_directive


@schema_directive(locations=[Location.INPUT_OBJECT], name="oneOf", description=GraphQLOneOfDirective.description)
class OneOf(schema_directives.OneOf):
    """Exactly one field is given, and is not null."""
