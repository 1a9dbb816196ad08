"""Why an operation is not compiled, or a compiled one not carried out: graphql-core executes it then."""


class NotCompiledError(Exception):
    """The compiler does not take an operation; the text is the reason, as a metric names it."""


class MismatchError(Exception):
    """A value is not of the type that the compiled operation was made for; graphql-core says what is wrong with it."""
