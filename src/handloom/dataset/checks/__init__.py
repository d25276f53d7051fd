"""Data tests, one per file; see `handloom.core.protocols.Check` to write another."""
