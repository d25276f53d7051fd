"""One file per noun; each route is an operation with its address."""
