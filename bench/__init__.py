"""Measurements behind the numbers in the README. CPU seconds and ratios, never one wall time."""
