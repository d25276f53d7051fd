"""Built-in tasks. Each folder is a plug-in that registers through the same entry points as an outsider's."""
