"""One account's letters, drafts and threads, and the history of what happened to them.

A message is one record in the store, so that every step is one write: a draft that is sent or rewritten is a *new*
message that names the one it ``replaces``, and the old one is gone from the moment the new one is kept, whatever
happens to the process in between. Records of what is gone stay, without their bytes, for the history.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from sheets_mastery.local_google.errors import GoogleError, classic_error
from sheets_mastery.local_google.store import Store

from .letter import Letter, as_sent, refused

#: Bytes that Gmail takes for one message (the discovery document's ``maxSize``).
LARGEST = 36_700_160
SYSTEM_LABELS = (
    "CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES",
    "CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "STARRED", "UNREAD",
)  # fmt: skip
#: Labels that Gmail alone gives and takes.
FIXED_LABELS = {"SENT", "DRAFT", "CHAT"}
REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|rv|tr)\s*:)+", re.IGNORECASE)

#: A message as it is kept: id, threadId, labelIds, came (milliseconds), raw, history, and where it applies draftId,
#: replaces and gone. ``history`` is a list of [number, what, labels].
Record = dict[str, Any]


class Mailbox:
    """The mailbox of one address. All ids and times come from the store."""

    def __init__(self, store: Store, address: str) -> None:
        self.store = store
        self.address = address
        self._kind = f"gmail/{quote(address, safe='@')}"
        self._letters: dict[str, Letter] = {}
        records = self._records()
        #: The number of the last thing that happened here.
        self.history_id: int = max((record["history"][-1][0] for record in records), default=1)
        # A process that died between keeping a message and burying the one it replaces left that to us
        for replaced in {record["replaces"] for record in records if "replaces" in record}:
            if "gone" not in self._load(replaced):
                self._bury(replaced)

    def messages(self) -> list[Record]:
        """Return every message there is, newest first."""
        return sorted(
            (record for record in self._records() if "gone" not in record),
            key=lambda record: (record["came"], record["history"][0][0]),
            reverse=True,
        )

    def message(self, key: str) -> Record:
        """Return a message. 400 for what is no id, 404 for one that is not there."""
        if not re.fullmatch(r"[0-9a-f]{1,16}", key):
            raise refused("Invalid id value")
        record: Record | None = self.store.load(self._kind, key)
        if record is None or "gone" in record:
            raise not_found()
        return record

    def thread(self, key: str) -> list[Record]:
        """Return a thread's messages, oldest first. 404 when there is none such."""
        found = [record for record in reversed(self.messages()) if record["threadId"] == key]
        if not found:
            raise not_found()
        return found

    def letter(self, record: Record) -> Letter:
        """Return the bytes of a message, read."""
        key = record["id"]
        if key not in self._letters:
            self._letters[key] = Letter(base64.urlsafe_b64decode(record["raw"]))
        return self._letters[key]

    def came(self, record: Record) -> datetime:
        """Return when a message came into the mailbox."""
        return datetime.fromtimestamp(record["came"] / 1000, tz=UTC)

    def age(self, record: Record) -> timedelta:
        """Return how long a message has been in the mailbox."""
        return self.store.now() - self.came(record)

    def send(self, raw: str, thread: str | None = None) -> Record:
        """Send a message, given as Base64 for URLs. Nobody gets it; it lies in SENT, and in INBOX if to ourselves."""
        return self._send(_bytes(raw), thread, {})

    def deliver(self, raw: bytes, thread: str | None) -> Record:
        """Put a message from outside into the inbox."""
        return self._add(Letter(raw), ["UNREAD", "INBOX"], thread, {})

    def drafts(self) -> list[Record]:
        """Return the messages of all drafts, newest first."""
        return [record for record in self.messages() if "draftId" in record]

    def draft(self, draft_id: str) -> Record:
        """Return the message of a draft. 404 when it was sent or deleted, or never was."""
        for record in self._records():
            if record.get("draftId") == draft_id and "gone" not in record:
                return record
        raise not_found()

    def create_draft(self, raw: str, thread: str | None = None) -> Record:
        """Keep a draft. Its bytes stay as they are until it is sent; it may still lack a recipient."""
        draft_id = f"r{int(self._new_id(), 16)}"
        letter = Letter(_bytes(raw))
        return self._add(letter, ["DRAFT"], self._joined(letter, thread), {"draftId": draft_id})

    def update_draft(self, draft_id: str, raw: str, thread: str | None = None) -> Record:
        """Rewrite a draft: it keeps its id, its message gets a new one."""
        old, letter = self.draft(draft_id), Letter(_bytes(raw))
        joined = self._joined(letter, thread or old["threadId"], old["id"])
        made = self._add(letter, ["DRAFT"], joined, {"draftId": draft_id, "replaces": old["id"]})
        self._bury(old["id"])
        return made

    def send_draft(self, draft_id: str, raw: str | None = None) -> Record:
        """Send a draft, and with that use it up. ``raw`` rewrites it first."""
        old = self.draft(draft_id)
        content = base64.urlsafe_b64decode(old["raw"]) if raw is None else _bytes(raw)
        sent = self._send(content, old["threadId"], {"replaces": old["id"]})
        self._bury(old["id"])
        return sent

    def delete_draft(self, draft_id: str) -> None:
        """Delete a draft for good."""
        self._bury(self.draft(draft_id)["id"])

    def relabel(self, key: str, add: list[str], remove: list[str]) -> Record:
        """Give a message labels and take others. 400 for a label that is unknown or Gmail's own to give."""
        record = self.message(key)
        for label in (*add, *remove):
            if label not in SYSTEM_LABELS or label in FIXED_LABELS:
                raise refused(f"Invalid label: {label}")
        coming = [label for label in add if label not in record["labelIds"]]
        leaving = [label for label in remove if label in record["labelIds"]]
        labels = [label for label in (*record["labelIds"], *coming) if label not in leaving]
        history = list(record["history"])
        for what, moved in (("labelsAdded", coming), ("labelsRemoved", leaving)):
            if moved:
                history.append([max(self.history_id, history[-1][0]) + 1, what, moved])
        return self._save(record | {"labelIds": labels, "history": history})

    def history(self, start: int) -> list[tuple[int, str, list[str], Record]]:
        """Return (number, what, labels, message) of everything after ``start``, oldest first."""
        found = [(*entry, record) for record in self._records() for entry in record["history"] if entry[0] > start]
        return sorted(found, key=lambda entry: entry[0])

    def _send(self, raw: bytes, thread: str | None, more: Record) -> Record:
        recipients = Letter(raw).recipients()
        message_id = f"<CA{self.store.new_id()}@mail.gmail.com>"
        sent = Letter(as_sent(raw, account=self.address, message_id=message_id, sent=self.store.now()))
        to_us = ["UNREAD", "INBOX"] if self.address in recipients else []
        return self._add(sent, [*to_us, "SENT"], self._joined(sent, thread, more.get("replaces")), more)

    def _add(self, letter: Letter, labels: list[str], thread: str | None, more: Record) -> Record:
        key = self._new_id()
        record = {
            "id": key,
            "threadId": thread or key,
            "labelIds": labels,
            "came": int(self.store.now().timestamp() * 1000),
            "raw": base64.urlsafe_b64encode(letter.raw).decode("ascii"),
            "history": [[self.history_id + 1, "messagesAdded", []]],
        }
        self._letters[key] = letter
        return self._save(record | more)

    def _joined(self, letter: Letter, thread: str | None, replaced: str | None = None) -> str | None:
        """Return the thread asked for, or None where the message may not join it: it then begins one of its own.

        To join, its subject must be the thread's and it must say that it is an answer (the description of `threadId`):
        to which message cannot matter, as Gmail puts a Message-ID of its own in the place of the sender's.
        """
        if thread is None:
            return None
        others = [record for record in self.thread(thread) if record["id"] != replaced]
        if not others:  # a draft alone in its thread takes the thread along
            return thread
        refers = f"{letter.header('references')}{letter.header('in-reply-to')}".strip()
        return thread if refers and _subject(letter) == _subject(self.letter(others[0])) else None

    def _bury(self, key: str) -> None:
        record = self._load(key)
        buried = {name: record[name] for name in ("id", "threadId", "labelIds")}
        ended = [self.history_id + 1, "messagesDeleted", []]
        self._save(buried | {"gone": True, "history": [*record["history"], ended]})
        self._letters.pop(key, None)

    def _records(self) -> list[Record]:
        return [self._load(key) for key in self.store.keys(self._kind)]

    def _load(self, key: str) -> Record:
        record: Record = self.store.load(self._kind, key)
        return record

    def _save(self, record: Record) -> Record:
        self.store.save(self._kind, record["id"], record)
        self.history_id = max(self.history_id, record["history"][-1][0])
        return record

    def _new_id(self) -> str:
        return hashlib.sha256(self.store.new_id().encode()).hexdigest()[:16]


def not_found() -> GoogleError:
    """Gmail: nothing under that id."""
    return classic_error(404, "notFound", "Requested entity was not found.", status_name="NOT_FOUND")


def _bytes(raw: str) -> bytes:
    if len(raw.rstrip("=")) * 3 // 4 > LARGEST:
        raise classic_error(413, "uploadTooLarge", "Request Entity Too Large")
    try:
        return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    except ValueError as broken:
        raise refused("Invalid value for ByteString: " + raw[:50]) from broken


def _subject(letter: Letter) -> str:
    return " ".join(REPLY.sub("", letter.header("subject")).split())
