"""``python -m auscult``: the command, also where its script is not on the path."""

from auscult.cli import main

if __name__ == "__main__":
    main()
