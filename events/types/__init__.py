"""The shape of each event type's data, one pydantic model a type; JSON Schema and TypeScript are made from these."""
