"""Compiled operations answer what graphql-core answers."""
