"""Errors that a person can mend."""

from __future__ import annotations


class UserError(Exception):
    """One line that names the thing, the value and the mend. The command line prints it and exits with `exit_code`."""

    exit_code = 2
