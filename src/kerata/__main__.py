"""``python -m kerata`` is the command ``kerata``."""

from kerata.cli.main import main

if __name__ == "__main__":
    main()
