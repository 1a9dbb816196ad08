"""The directive `@oneOf`: Strawberry's, with the specification's description, which Strawberry's lacks."""

from graphql import GraphQLOneOfDirective
from strawberry import schema_directives
from strawberry.schema_directive import Location, schema_directive


@schema_directive(locations=[Location.INPUT_OBJECT], name="oneOf", description=GraphQLOneOfDirective.description)
class OneOf(schema_directives.OneOf):
    """Exactly one field is given, and is not null."""
