"""``python -m handloom.cli``: the same as the command ``handloom``."""

from . import main

if __name__ == "__main__":
    main()
