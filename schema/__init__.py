"""The types of the API: objects, inputs, unions, scalars and connections; nothing here reads or writes."""
