"""The bodies of the long steps: each reads what is stored, calls a pure step, and stores what came out.

`handloom.loop` says in which order they run; `handloom.flow` runs them in worker processes.
"""
