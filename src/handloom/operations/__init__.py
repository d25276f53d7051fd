"""What an actor may do: one file per noun, one plain function per verb, used by the server and in process alike.

Every verb takes a `Session` first, asks `core.roles` whether the actor may, checks what was sent, calls the store and
the steps, and returns a value ready for JSON.
"""
