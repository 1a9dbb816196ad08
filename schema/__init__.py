"""What the API looks like: types, inputs, unions, scalars and connections, without input or output."""
