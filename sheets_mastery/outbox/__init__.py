"""Deliver what is owed.

Sending is apart from marking: it starts from the ledger, so an outage of the mail never stops a sync. A letter holds
nothing until it leaves: it is rendered from one fresh reading of the gradebook, and only if that reading still says so.

Everything a letter goes through is one conditional UPDATE that counts its rows, so a delivery that was taken for dead
can move nothing any more; and right before the step from which there is no way back it is asked once again whether the
letter is still its to send. A letter that may have left is UNKNOWN until the mail service has been asked about it.
"""

from sheets_mastery.outbox.counts import TOLD_TO_STOP, Delivery, said_of_stop
from sheets_mastery.outbox.delivering import deliver
from sheets_mastery.outbox.edges import Drafts, Mailer

__all__ = ["TOLD_TO_STOP", "Delivery", "Drafts", "Mailer", "deliver", "said_of_stop"]
