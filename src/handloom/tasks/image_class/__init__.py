"""One or several labels for an image."""
