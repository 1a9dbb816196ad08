"""The parts of the API's types: scalars, enums, interfaces, fields, selections, connections."""
