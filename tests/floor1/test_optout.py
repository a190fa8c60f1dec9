"""The link that stops letters: whoever has it can stop those letters and nothing else."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.optout import Wish, sign, verify

SECRET = bytes(range(32))
WISH = Wish(guardian="ab" * 32, gradebook="Algebra I", kind="reminder")
TOKEN = sign(WISH, SECRET, 3)


def test_a_link_says_who_wants_what_and_is_believed() -> None:
    assert verify(TOKEN, SECRET, {3}) == WISH
    assert re.fullmatch(r"3\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}", TOKEN)


@given(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.text(max_size=60),
    st.sampled_from(["missing", "weekly"]),
    st.integers(1, 9999),
)
def test_every_wish_comes_back_from_its_token(guardian: str, gradebook: str, kind: str, version: int) -> None:
    wish = Wish(guardian=guardian, gradebook=gradebook.encode("utf-8", "ignore").decode(), kind=kind)
    token = sign(wish, SECRET, version)
    assert verify(token, SECRET, range(1, 10_000)) == wish
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


def test_every_single_flipped_bit_is_noticed() -> None:
    for place in range(len(TOKEN)):
        for bit in range(7):
            changed = TOKEN[:place] + chr(ord(TOKEN[place]) ^ 1 << bit) + TOKEN[place + 1 :]
            # The last letter of a signature holds two bits that belong to nothing; they have to be right all the same.
            assert verify(changed, SECRET, range(1, 10_000)) is None


@pytest.mark.parametrize("length", range(len(TOKEN)))
def test_a_token_cut_short_is_no_token(length: int) -> None:
    assert verify(TOKEN[:length], SECRET, {3}) is None


def test_the_parts_of_two_tokens_make_no_third() -> None:
    other = sign(replace(WISH, guardian="cd" * 32), SECRET, 3)
    version, body, mac = TOKEN.split(".")
    _, others_body, others_mac = other.split(".")
    assert verify(f"{version}.{others_body}.{mac}", SECRET, {3}) is None
    assert verify(f"{version}.{body}.{others_mac}", SECRET, {3}) is None
    assert verify(other, SECRET, {3}) == replace(WISH, guardian="cd" * 32)


def test_another_kind_or_gradebook_or_installation_is_another_signature() -> None:
    signatures = {
        sign(wish, secret, version).rpartition(".")[2]
        for wish in (WISH, replace(WISH, kind="missing"), replace(WISH, gradebook="Algebra II"))
        for secret in (SECRET, SECRET[::-1])
        for version in (3, 4)
    }
    assert len(signatures) == 12
    assert verify(TOKEN, SECRET[::-1], {3}) is None


def test_old_links_work_until_their_key_is_given_up() -> None:
    new = sign(WISH, SECRET, 4)
    assert (verify(TOKEN, SECRET, {3, 4}), verify(new, SECRET, {3, 4})) == (WISH, WISH)
    assert (verify(TOKEN, SECRET, {4}), verify(new, SECRET, {4})) == (None, WISH)
    # The number in a token is signed too: an old token does not pass for a new one.
    assert verify("4" + TOKEN[1:], SECRET, {3, 4}) is None


def test_what_cannot_be_a_token_is_none() -> None:
    for text in (
        "",
        ".",
        "3..",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN * 2,
        "0" + TOKEN,
        "3." + "A" * 100_000,
        "３" + TOKEN[1:],
    ):
        assert verify(text, SECRET, range(10_000)) is None


def test_nothing_personal_is_ever_signed() -> None:
    for guardian in ("mum@example.org", "", "AB" * 32, "ab" * 31):
        with pytest.raises(ValueError, match="by digest"):
            sign(replace(WISH, guardian=guardian), SECRET, 1)
    for version in (0, 10_000):
        with pytest.raises(ValueError, match="from 1 to 9999"):
            sign(WISH, SECRET, version)
