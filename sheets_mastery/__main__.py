"""`python -m sheets_mastery` is `sheets-mastery`."""

from sheets_mastery.cli import main

if __name__ == "__main__":
    main()
