"""The nouns, the shapes, the protocols and the registry: standard library and numpy, no I/O."""
