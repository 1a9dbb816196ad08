"""Pure values and rules; nothing here imports more than the standard library.

The API's types (`schema`) share the names of the classes here that they show: GraphQL fixes theirs, storage these.
"""
