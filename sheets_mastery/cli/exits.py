"""The exit codes: 0 done, 1 failed, 2 usage or settings, 3 waiting for a person, 143 stopped before all was done."""

from __future__ import annotations

from sheets_mastery import errors

DONE, FAILED, USAGE, WAITING = 0, 1, 2, 3
#: Told to stop, by SIGTERM or Ctrl-C, before everything was done; what was in hand is.
STOPPED = 143


def exit_code(problem: errors.SheetsMasteryError) -> int:
    """The exit code for a way to stop."""
    if isinstance(problem, errors.SettingsError | errors.CredentialsError):
        return USAGE
    if isinstance(problem, errors.WaitingForPerson | errors.PlanChanged):
        return WAITING
    return FAILED


def worse(one: int, other: int) -> int:
    """The exit code that says more: a failure before a wait, a wait before nothing."""
    order = (DONE, WAITING, FAILED, USAGE, STOPPED)
    return max(one, other, key=order.index)
