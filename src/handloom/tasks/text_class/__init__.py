"""One or several labels for a text."""
