"""What the door reads and how often it answers, without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.door.asked import Asked, Wanted, read
from sheets_mastery.door.languages import wanted
from sheets_mastery.door.limits import Limits

FORM = "application/x-www-form-urlencoded"
PARTS = 'multipart/form-data; boundary="x"'


@pytest.mark.parametrize(
    ("typed", "body", "asked"),
    [
        (FORM, b"List-Unsubscribe=One-Click", Asked(wanted=Wanted.STOP)),
        (f"{FORM}; charset=utf-8", b"List-Unsubscribe=one-click&x=1", Asked(wanted=Wanted.STOP)),
        (FORM, b"wish=stop&language=zh-Hans-CN", Asked(wanted=Wanted.STOP, language="zh-Hans-CN")),
        (FORM, b"language=ar&wish=resume", Asked(wanted=Wanted.RESUME, language="ar")),
        (FORM, b"language=../../etc&wish=", Asked()),
        (FORM, b"wish=everything", Asked()),
        (FORM, b"unsubscribe", Asked()),
        (FORM, b"&".join([b"a=b"] * 9), Asked()),
        (FORM, b"\xff", Asked()),
        (
            PARTS,
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            Asked(wanted=Wanted.STOP),
        ),
        (
            PARTS,
            b"--x\r\ncontent-disposition:form-data; name=List-Unsubscribe\r\nX: y\r\n\r\nOne-Click\r\n--x--",
            Asked(wanted=Wanted.STOP),
        ),
        (PARTS, b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nOne-Click\r\n--x--\r\n', Asked()),
        (PARTS, b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nNo\r\n--x--\r\n', Asked()),
        (PARTS, b"List-Unsubscribe=One-Click", Asked()),
    ],
)
def test_a_body_says_what_is_wanted_or_nothing(typed: str, body: bytes, asked: Asked) -> None:
    assert read(typed, body) == asked


@given(st.sampled_from([FORM, PARTS, "", "text/plain"]), st.binary(max_size=200))
def test_no_body_is_taken_for_a_click_by_chance(typed: str, body: bytes) -> None:
    assert read(typed, body).wanted is None


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("", ()),
        ("es", ("es",)),
        ("en;q=0.2, es-MX, ar ; q=0.9", ("es-MX", "ar", "en")),
        ("en;q=0, fr;q=0.001, *", ("fr",)),
        ("zh-Hans-CN;q=1.000,vi;q=2,de;q=x", ("zh-Hans-CN",)),
        ("<script>,a,en-", ()),
    ],
)
def test_languages_come_the_most_wanted_first(accept: str, found: tuple[str, ...]) -> None:
    assert wanted(accept) == found


@given(st.text())
def test_any_header_is_read_to_language_tags(accept: str) -> None:
    assert all(tag.isascii() and len(tag) <= 44 for tag in wanted(accept))


def test_each_who_asks_and_all_together_have_their_limit_which_fills_up_again() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0], each=(1, 3), all_=(2, 5))
    assert [limits.let_in("192.0.2.1") for _ in range(5)] == [True, True, True, False, False]
    # What one is refused takes nothing from the others.
    assert [limits.let_in(f"192.0.2.{number}") for number in (2, 3, 4)] == [True, True, False]
    now[0] = 1.0
    assert [limits.let_in(f"192.0.2.{number}") for number in (1, 1, 2, 3)] == [True, False, True, False]


def test_a_network_of_ipv6_addresses_counts_as_one_and_what_is_no_address_as_another() -> None:
    limits = Limits(lambda: 0.0, each=(1, 1), all_=(1, 100))
    asked = ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1", "somebody", "anybody", "::ffff:1.2.3.4")
    assert [limits.let_in(each) for each in asked] == [True, False, True, True, False, True]


def test_only_so_many_are_remembered() -> None:
    limits = Limits(lambda: 0.0, each=(1, 1), all_=(1, 10_000))
    assert limits.let_in("192.0.2.1")
    assert not limits.let_in("192.0.2.1")
    for number in range(4096):
        limits.let_in(f"10.0.{number // 256}.{number % 256}")
    assert limits.let_in("192.0.2.1")
