"""Choosing and connecting: settings to the real ledger, Google, mailer and letter press."""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from sheets_mastery import config
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.errors import (
    CredentialsError,
    MailboxUnread,
    SettingsError,
    SheetsMasteryError,
    StillComputing,
    WaitingForPerson,
)
from sheets_mastery.plan import Plan
from sheets_mastery.summary import describe

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheets_mastery.comebacks import Found, Place
    from sheets_mastery.google.gmail import GmailMailer
    from sheets_mastery.google.sending import SendingMailer
    from sheets_mastery.google.sentmail import GmailSent
    from sheets_mastery.google.sheets import GoogleSheets
    from sheets_mastery.google.wire import Wire
    from sheets_mastery.ledger import Ledger
    from sheets_mastery.letters import LetterPress
    from sheets_mastery.mail import MaildirMailer
    from sheets_mastery.outbox import Delivery, Drafts, Mailer
    from sheets_mastery.pace import Pace


#: What a sync's run counts: places on the roster from which letters come back.
COMING_BACK = "addresses that letters come back from"
#: The same: cells that the sheet was still computing.
COMPUTING = "cells still being computed"
#: What a sync's run calls the weekly letters that none decided about in time.
WEEKLY_MISSED = "weekly letters that were not decided in time"
#: The command that a delivery's run has in the ledger.
DELIVER = "deliver"
#: Files with these endings are texts; whatever else lies beside them may be anything.
_TEXTS = frozenset((".html", ".txt", ".css", ".jinja", ".po"))


class Service:
    """One installation, connected as its settings say. What is not used is not connected."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        #: Relative paths in the settings count from here.
        self.folder = folder
        self.clock = clock
        #: Whether it is some other moment than it really is.
        self._pretending = False
        #: Waits so many seconds, and answers whether the program was told to stop meanwhile.
        self.wait: Callable[[float], bool] = _asleep
        self._environment = environment
        #: Names this process as the holder of a claim.
        self._incarnation = secrets.token_hex(8)

    @classmethod
    def load(
        cls, path: Path, environment: Mapping[str, str], *, clock: Callable[[], datetime], endpoint: str | None = None
    ) -> Service:
        """Read the settings file. `endpoint` replaces where the local Google listens, for the demo's own server."""
        try:
            text = path.read_text("utf-8-sig")
        except FileNotFoundError:
            raise SettingsError(
                f"There is no settings file {path}. Write one after config/mastery.example.toml, or name it with -c."
            ) from None
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is no text"
            raise SettingsError(f"The settings file {path} cannot be read: {why}.") from None
        ledger_url = _secret("LEDGER_URL", environment)
        settings = config.parse(text, {"SHEETS_MASTERY_LEDGER_URL": ledger_url} if ledger_url else {})
        if endpoint is not None:
            google = settings.google.model_copy(update={"endpoint": endpoint})
            settings = settings.model_copy(update={"google": google})
        return cls(settings, path.resolve().parent, environment, clock)

    def pretend(self, moment: str) -> None:
        """Let it be another moment, in the school's time. Refused where letters would really leave."""
        if self.settings.mail.transport != "maildir":
            raise SettingsError(
                '--now goes only with mail.transport = "maildir": nothing real may leave at a pretended time.'
            )
        try:
            pretended = datetime.fromisoformat(moment)
        except ValueError:
            raise SettingsError(f'--now: "{moment}" is no moment; write it like 2026-10-30T16:30.') from None
        aware = pretended if pretended.tzinfo else pretended.replace(tzinfo=self.settings.school.zone)
        self.clock = lambda: aware
        self._pretending = True

    def chosen(self, name: str | None) -> tuple[GradebookSettings, ...]:
        """The gradebook with a name, or all of them."""
        return self.settings.gradebooks if name is None else (self.settings.gradebook(name),)

    # The work

    def sync(self, gradebook: GradebookSettings, command: str, *, approved: str | None = None) -> Plan:
        """One sync, with its run in the ledger."""
        from sheets_mastery.past import APPROVED
        from sheets_mastery.sync import sync

        before = self.requests
        run = self.ledger.start_run(gradebook.name, command, now=self.clock())
        outcome, fingerprint, why = "failed", "", "stopped by an error in the program"
        counts: dict[str, int] = {}
        try:
            plan = sync(self.sheets, self.ledger, self.settings, gradebook, self.clock(), approved=approved)
            summary = describe(plan)
            # Not everything was to be seen: what was has been decided, and the rest is when it can be.
            outcome, fingerprint, why = "incomplete" if plan.unread else "done", plan.fingerprint, str(plan.unread)
            counts = {
                "students": summary.students,
                "on track": summary.on_track,
                "newly missing": summary.newly_missing,
                "made good": summary.made_good,
                "letters": summary.letters_new,
                "problems": len(summary.problems),
                COMING_BACK: plan.coming_back,
                COMPUTING: len(plan.unread.computing),
                WEEKLY_MISSED: plan.letters.weekly_missed,
            }
            if approved is not None:
                counts[APPROVED] = 1
        except SheetsMasteryError as problem:
            outcome, why = "failed", str(problem)
            if isinstance(problem, StillComputing):
                counts = {COMPUTING: problem.cells}
            if isinstance(problem, WaitingForPerson):
                outcome, fingerprint = "waiting", problem.fingerprint
            raise
        finally:
            self.ledger.finish_run(
                run,
                outcome,
                now=self.clock(),
                fingerprint=fingerprint,
                requests=self.requests - before,
                counts=counts,
                why=why,
            )
        return plan

    def deliver(
        self, gradebooks: tuple[GradebookSettings, ...], progress: Callable[[int, int], None] = lambda _done, _of: None
    ) -> Delivery:
        """Send what is owed and due, with a run in the ledger for each gradebook.

        The letters of a gradebook whose last sync failed wait: families should not hear of what the sheet does not
        show.
        """
        from sheets_mastery.outbox import TOLD_TO_STOP, deliver

        before = self.requests
        # First of all: who has turned out to have no address gets none of the letters that are due.
        back = self._read_comebacks()
        due = {letter.gradebook for letter in self.ledger.due(self.clock())}
        held = {each.name: why for each in gradebooks if (why := self._why_not_yet(each.name))}
        runs = {each.name: self.ledger.start_run(each.name, DELIVER, now=self.clock()) for each in gradebooks}
        outcome, whys, counts = "failed", dict.fromkeys(runs, "stopped by an error in the program"), {}
        try:
            delivery = deliver(
                self.sheets,
                self.ledger,
                self.mailer,
                self.press,
                self.settings,
                [each for each in gradebooks if each.name not in held],
                clock=self.clock,
                lease_owner=self._incarnation,
                progress=progress,
                await_turn=lambda: self.pace.wait() and not self.wait(0),
                drafts=self.drafts,
                google_time=self._google_time,
            )
            _add(delivery, back)
            for name, why in ((name, why) for name, why in held.items() if name in due):
                delivery.trouble(f"{name}: the last sync failed, so its letters wait. {why}")
            counts = dict(delivery.counts)
            outcome = "failed" if delivery.troubles else "waiting" if delivery.for_a_person else "done"
            said = "; ".join((*delivery.troubles, *delivery.for_a_person))
            if counts.get(TOLD_TO_STOP):
                said = "; ".join(filter(None, (said, "told to stop; the rest leaves at the next delivery")))
            whys = dict.fromkeys(runs, said)
        except SheetsMasteryError as problem:
            whys = dict.fromkeys(runs, str(problem))
            raise
        finally:
            for name, run in runs.items():
                requests = self.requests - before
                self.ledger.finish_run(run, outcome, now=self.clock(), requests=requests, counts=counts, why=whys[name])
            # No mail server should have to wait for half an hour on a line that nobody speaks on.
            if "mailer" in self.__dict__:
                self.mailer.close()
        return delivery

    def _read_comebacks(self) -> Found | None:
        """What has come back since it was read last; None where the settings name no place for it.

        Whatever is wrong with that place, letters leave all the same.
        """
        if not self.settings.mail.bounces.read_from:
            return None
        from sheets_mastery.comebacks import Found, read_comebacks

        try:
            return read_comebacks(self.comebacks, self.ledger, self.ledger.install().secret, self.clock())
        except (SettingsError, CredentialsError, MailboxUnread) as problem:
            return Found(troubles=[str(problem)])

    def _why_not_yet(self, gradebook: str) -> str:
        """Why the last sync of a gradebook failed; "" where it did not, or where there was none."""
        syncs = (run for run in self.ledger.last_runs(gradebook) if run.command != DELIVER)
        last = next(syncs, None)
        return last.why if last is not None and last.outcome == "failed" else ""

    def _google_time(self) -> datetime | None:
        """When Google has answered last, by its clock; None where ours is not held against it."""
        if self._pretending or not self.settings.google.checks_clock:
            return None
        return self.sheets.answered

    def beat(self, *, well: bool) -> None:
        """Tell the watcher outside, where there is one, that a run has ended. Nothing is raised."""
        if url := self.settings.schedule.heartbeat_url:
            from sheets_mastery.heartbeat import beat

            beat(url, well=well)

    def remove(self, gradebook: GradebookSettings) -> int:
        """Take everything of ours out of one document."""
        from sheets_mastery.sync import remove

        return remove(self.sheets, self.settings, gradebook)

    # The connections

    @property
    def requests(self) -> int:
        """How many HTTP requests went to Google Sheets."""
        return self.sheets.traffic.requests if "sheets" in self.__dict__ else 0

    @cached_property
    def ledger(self) -> Ledger:
        from sheets_mastery.ledger import open_ledger

        return open_ledger(self.settings.ledger.url, now=self.clock(), folder=self.folder)

    @cached_property
    def credentials(self) -> Credentials:
        """Those for the sheets."""
        from sheets_mastery.google import auth

        return auth.credentials(self.settings.google, (auth.SHEETS,), folder=self.folder)

    @cached_property
    def sheets(self) -> GoogleSheets:
        from sheets_mastery.google.sheets import GoogleSheets

        google = self.settings.google
        return GoogleSheets(self.credentials, endpoint=google.endpoint, timeout=google.timeout_seconds)

    @cached_property
    def press(self) -> LetterPress:
        from sheets_mastery.letters import LetterPress, passed_over

        ours, own = packaged("letters"), {}
        if self.settings.letters.folder:
            own = _texts(self.folder / self.settings.letters.folder, "letters.folder")
        press = LetterPress(ours | own)
        if strangers := passed_over(ours | own, own):
            raise SettingsError(
                f"letters.folder: no letter is made of {' or '.join(strangers)}, so what stands there would never be "
                f"read. The files of the letters are {', '.join(sorted(set(ours) - {'README.md'}))}; give yours the "
                "name of the one that it takes the place of, bring it in from another, or take it away."
            )
        if not press.speaks(self.settings.letters.language):
            raise SettingsError(
                f'letters.language: there is no catalogue for "{self.settings.letters.language}"; there are letters in '
                f"{', '.join(press.languages)}."
            )
        return press

    @cached_property
    def pace(self) -> Pace:
        """How fast letters may leave."""
        from sheets_mastery.pace import Pace

        mail = self.settings.mail
        letters = float("inf") if mail.minute_most is None else mail.minute_most
        if mail.transport != "gmail":
            return Pace(letters, sleep=self.wait)
        from sheets_mastery.google import units

        each = self._gmail_mailer.units
        return Pace(min(units.A_MINUTE, letters * each), each, sleep=self.wait)

    @cached_property
    def way(self) -> str:
        """How letters leave: "maildir", "smtp", or one of Gmail's: "drafts", "look", "send". CredentialsError."""
        if self.settings.mail.transport != "gmail":
            return self.settings.mail.transport
        return self._gmail_way[0]

    @cached_property
    def _gmail_way(self) -> tuple[str, tuple[str, ...]]:
        from sheets_mastery.google import auth

        found = auth.granted(self.settings.google, self.settings.mail, folder=self.folder)
        return auth.way_to_send(found)

    @property
    def _gmail_mailer(self) -> type[GmailMailer | SendingMailer]:
        from sheets_mastery.google.gmail import GmailMailer
        from sheets_mastery.google.sending import LookingMailer, SendingMailer

        ways: dict[str, type[GmailMailer | SendingMailer]] = {
            "drafts": GmailMailer,
            "look": LookingMailer,
            "send": SendingMailer,
        }
        return ways[self.way]

    def _thread_of(self, word: str) -> str:
        """Gmail's thread of the letter with a token; "" where it did not leave by Gmail."""
        from sheets_mastery.envelope import beginning, token

        found = (letter for letter in self.ledger.find(beginning(word)) if token(letter.key) == word)
        return next((letter.provider_id.partition("/")[2] for letter in found), "")

    def _to_gmail(self, *scopes: str) -> Wire:
        """A way to the mailbox for whoever may do what these scopes allow; each has connections of its own."""
        from sheets_mastery.google import auth
        from sheets_mastery.google.wire import Wire

        google = self.settings.google
        mailbox = auth.credentials(google, scopes, folder=self.folder)
        return Wire(mailbox, endpoint=google.endpoint, timeout_seconds=60)

    @cached_property
    def mailer(self) -> Mailer:
        from sheets_mastery import mail

        settings = self.settings.mail
        if settings.transport == "gmail":
            wire = self._to_gmail(*self._gmail_way[1])
            mailer: Mailer = self._gmail_mailer(wire, spend=self.pace.spend, thread_of=self._thread_of)
        elif settings.transport == "smtp" and settings.smtp is not None:
            mailer = mail.SmtpMailer(settings.smtp, self._smtp_password, spend=self.pace.spend)
        else:
            mailer = mail.MaildirMailer(self.folder / settings.folder)
        return mail.AllowListMailer(mailer, settings.only_to) if settings.only_to else mailer

    @property
    def _smtp_password(self) -> str | None:
        return _secret("SMTP_PASSWORD", self._environment)

    def try_mail_server(self) -> None:
        """Log in to the mail server of the settings, where letters leave by one, and say goodbye. MailLater."""
        from sheets_mastery import mail

        settings = self.settings.mail
        if settings.transport == "smtp" and settings.smtp is not None:
            mail.SmtpMailer(settings.smtp, self._smtp_password, timeout=30).check(settings.sender)

    @cached_property
    def drafts(self) -> Drafts | None:
        """Where letters are laid for a person to send; None where letters do not leave as Gmail's drafts."""
        settings = self.settings.mail
        if self.way != "drafts":
            return None
        from sheets_mastery import mail
        from sheets_mastery.google import auth
        from sheets_mastery.google.gmail import GmailDrafts

        reading = partial(self._to_gmail, auth.READ)
        drafts = GmailDrafts(self._to_gmail(auth.GMAIL), reading, spend=self.pace.spend, thread_of=self._thread_of)
        return mail.AllowListDrafts(drafts, settings.only_to) if settings.only_to else drafts

    @cached_property
    def sent_mail(self) -> GmailSent | MaildirMailer | None:
        """Where sent mail can be looked through; None where a mail server has it."""
        from sheets_mastery import mail

        settings = self.settings.mail
        if settings.transport == "gmail":
            from sheets_mastery.google import auth
            from sheets_mastery.google.sentmail import GmailSent

            # Whatever of the mailbox this installation may use: some of it lets mail be searched.
            return GmailSent(self._to_gmail(*(scope for scope in auth.scopes(settings) if scope != auth.SHEETS)))
        return mail.MaildirMailer(self.folder / settings.folder) if settings.transport == "maildir" else None

    @cached_property
    def comebacks(self) -> Place:
        """Where letters come back to; SettingsError where the settings name no place."""
        bounces = self.settings.mail.bounces
        if bounces.read_from == "gmail":
            from sheets_mastery.google import auth
            from sheets_mastery.google.returned import GmailReturns

            wire = self._to_gmail(auth.READ)
            # Where letters leave by Gmail as well, both spend of the same quota.
            shared = self.settings.mail.transport == "gmail"
            return GmailReturns(wire, spend=self.pace.spend) if shared else GmailReturns(wire)
        if bounces.read_from == "imap" and bounces.imap is not None:
            from sheets_mastery.imap import ImapReturns

            return ImapReturns(bounces.imap, _secret("IMAP_PASSWORD", self._environment))
        if bounces.read_from == "folder":
            from sheets_mastery.pickup import Pickup

            return Pickup(self.folder / bounces.folder)
        raise SettingsError("mail.bounces.read_from: names no place from which what has come back is read.")

    def close(self) -> None:
        """Let go of every connection that was made."""
        for name in ("ledger", "sheets", "mailer", "drafts", "sent_mail", "comebacks"):
            if (held := self.__dict__.pop(name, None)) is not None:
                held.close()


def _asleep(seconds: float) -> bool:
    """Wait, and never be told to stop."""
    time.sleep(seconds)
    return False


def _add(delivery: Delivery, back: Found | None) -> None:
    """Add to a delivery what has come back before it."""
    if back is None:
        return
    from sheets_mastery.outbox import said_of_stop

    delivery.counts.update(back.counts)
    for trouble in (*back.troubles, *([said_of_stop(back.stopped)] if back.stopped else [])):
        delivery.trouble(trouble)


def packaged(folder: str) -> dict[str, str]:
    """The texts of a folder of `config/`: from the wheel, or from the checkout for an editable install."""
    inside = resources.files("sheets_mastery") / "_config"
    root = Path(str(inside)) if inside.is_dir() else Path(__file__).resolve().parent.parent / "config"
    return _texts(root / folder, folder)


def _texts(folder: Path, setting: str) -> dict[str, str]:
    """The texts in a folder by name; what is no text, such as a picture, is left out. SettingsError."""
    try:
        files = sorted(
            path for path in folder.iterdir() if path.is_file() and path.name[0] != "." and path.suffix != ".py"
        )
    except FileNotFoundError:
        raise SettingsError(f"{setting}: there is no folder {folder}.") from None
    except OSError as problem:
        raise SettingsError(f"{setting}: the folder {folder} cannot be read: {problem.strerror}.") from None
    texts: dict[str, str] = {}
    for path in files:
        try:
            texts[path.name] = path.read_text("utf-8")
        except UnicodeDecodeError:
            if path.suffix in _TEXTS:
                raise SettingsError(f"{setting}: {path.name} is no text in UTF-8; save it as such.") from None
        except OSError as problem:
            raise SettingsError(f"{setting}: {path.name} cannot be read: {problem.strerror}.") from None
    return texts


def _secret(name: str, environment: Mapping[str, str]) -> str | None:
    """A secret from the environment, or from a file that is closed to everybody else, where files have owners (POSIX).

    None where there is none. Raises SettingsError.
    """

    def read(path: str) -> str:
        with Path(path).open(encoding="utf-8") as file:
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SettingsError(
                    f'SHEETS_MASTERY_{name}_FILE: others can read "{Path(path).name}"; run chmod 600 on it.'
                )
            return file.read()

    return config.secret(name, environment, read)
