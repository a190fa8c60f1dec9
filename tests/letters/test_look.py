"""The HTML letter as a phone shows it: structure, colours by day and by night, nothing to fetch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
import samples

from sheets_mastery.letters import Letter, LetterPress

VOID = {"meta", "br", "img", "link", "input", "hr"}
Style = dict[str, str]


@dataclass
class Element:
    """An open element with the colours that its text is written in."""

    tag: str
    attributes: dict[str, str]
    ink: str
    ground: str


@dataclass
class Page(HTMLParser):
    """Reads a letter; with dark rules it also says what colours they make of it."""

    dark: list[tuple[list[str], Style]] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    #: (innermost element, text, ink, ground) for every text on the page.
    texts: list[tuple[Element, str]] = field(default_factory=list)
    #: (h1, h2 or h3, text) for every heading.
    outline: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        above = self.open[-1] if self.open else Element("", {}, "#000000", "#ffffff")
        element = Element(tag, attributes, above.ink, above.ground)
        self.open.append(element)
        style = declarations(attributes.get("style", ""))
        for selectors, rule in self.dark:
            if any(self.matches(selector) for selector in selectors):
                style |= rule
        element.ink = style.get("color", above.ink)
        element.ground = style.get("background-color", above.ground)
        if tag in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and any(element.tag == "body" for element in self.open):
            self.texts.append((self.open[-1], data.strip()))
            headings = [element.tag for element in self.open if re.fullmatch("h[1-6]", element.tag)]
            self.outline += [(tag, data.strip()) for tag in headings]

    def matches(self, selector: str) -> bool:
        """Whether the innermost open element is meant by a selector of tags and classes, one inside the other."""
        *around, last = selector.split()

        def meant(simple: str, element: Element) -> bool:
            if simple.startswith("."):
                return simple[1:] in element.attributes.get("class", "").split()
            return simple == element.tag

        return meant(last, self.open[-1]) and all(
            any(meant(each, above) for above in self.open[:-1]) for each in around
        )


def declarations(text: str) -> Style:
    pairs = (each.partition(":") for each in text.split(";") if ":" in each)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def dark_rules(html: str) -> list[tuple[list[str], Style]]:
    """The rules of the dark block, from the least to the most special, as the file holds them."""
    (style,) = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    (block,) = re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*)\}", style, re.DOTALL)
    return [
        ([each.strip() for each in selectors.split(",")], declarations(rule))
        for selectors, rule in re.findall(r"([^{}]+)\{([^}]*)\}", block)
    ]


def read(html: str, *, dark: bool = False) -> Page:
    page = Page(dark=dark_rules(html) if dark else [])
    page.feed(html)
    page.close()
    return page


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio) of two colours #rrggbb."""

    def luminance(colour: str) -> float:
        assert re.fullmatch("#[0-9a-f]{6}", colour), colour
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=["en", "es", "fr", "vi", "zh", "ar"])
def html(request: pytest.FixtureRequest, press: LetterPress, usual: Letter) -> str:
    return press.render(usual, request.param).html


def test_the_measure_of_contrast_is_the_usual_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
def test_every_text_stands_out_from_its_ground_as_wcag_aa_asks(html: str, dark: bool) -> None:
    page = read(html, dark=dark)
    looks = {(element.ink, element.ground) for element, _ in page.texts}
    assert len(looks) >= 6
    assert [(ink, ground) for ink, ground in looks if contrast(ink, ground) < 4.5] == []


def test_by_night_no_colour_of_the_day_is_left(html: str) -> None:
    by_day = {(element.ink, element.ground) for element, _ in read(html).texts}
    by_night = {(element.ink, element.ground) for element, _ in read(html, dark=True).texts}
    assert {colour for pair in by_day for colour in pair} & {colour for pair in by_night for colour in pair} == set()


def test_a_word_stands_beside_every_colour(press: LetterPress, usual: Letter) -> None:
    page = read(press.render(usual, "en").html)
    chips = [(element.ink, text) for element, text in page.texts if element.attributes.get("class") == "status"]
    assert chips == [("#5c3b00", "Not finished yet"), ("#6b1420", "Not handed in yet"), ("#5c3b00", "Not finished yet")]


def test_headings_form_an_outline(press: LetterPress, usual: Letter) -> None:
    page = read(press.render(usual, "en").html)
    assert page.outline == [
        ("h1", "The next step for José"),
        ("h2", "Unit 4 quiz"),
        ("h2", "Homework 11"),
        ("h2", "Still open from before"),
        ("h3", "Project 2: scale drawing"),
        ("h2", "What “not finished” means"),
    ]
    assert [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)] == [tag for tag, _ in page.outline]


@pytest.mark.parametrize(
    ("code", "language", "direction", "side"),
    [
        ("en", "en-US", "ltr", "left"),
        ("es", "es-US", "ltr", "left"),
        ("fr", "fr", "ltr", "left"),
        ("vi", "vi", "ltr", "left"),
        ("zh", "zh-Hans-CN", "ltr", "left"),
        ("ar", "ar", "rtl", "right"),
    ],
)
def test_the_language_and_its_direction_stand_on_the_page_and_on_the_letter_in_it(
    press: LetterPress, usual: Letter, code: str, language: str, direction: str, side: str
) -> None:
    rendered = press.render(usual, code)
    page = read(rendered.html)
    assert (rendered.language, rendered.direction) == (language, direction)
    assert page.tags[0] == ("html", {"lang": language, "dir": direction})
    # A mail program that shows the letter inside a page of its own leaves the page's <html> away.
    (letter,) = [given for _, given in page.tags if given.get("class") == "letter"]
    assert (letter["lang"], letter["dir"]) == (language, direction)
    (sheet,) = [given for _, given in page.tags if given.get("class") == "sheet"]
    assert (sheet["align"], declarations(sheet["style"])["text-align"]) == (side, "start")


def test_no_style_is_tied_to_the_left_or_the_right(html: str) -> None:
    page = read(html)
    styles = [declarations(given.get("style", "")) for _, given in page.tags]
    assert [name for style in styles for name in style if re.search("left|right", name)] == []
    assert [value for style in styles for value in style.values() if re.search(r"\b(left|right)\b", value)] == []
    # Four lengths in a row would be top, right, bottom and left.
    assert {len(value.split()) for style in styles for name, value in style.items() if name == "margin"} <= {1, 3}
    assert {len(value.split()) for style in styles for name, value in style.items() if name == "padding"} <= {1, 2, 3}


def test_words_from_a_sheet_keep_their_own_direction(press: LetterPress, usual: Letter) -> None:
    page = read(press.render(usual, "ar").html)
    assert [text for element, text in page.texts if element.tag == "bdi"] == [
        "Lincoln Middle School",
        "Unit 4 quiz",
        "Homework 11",
        "Project 2: scale drawing",
        "Ms. Rivera",
        "Lincoln Middle School",
    ]
    assert page.outline[0] == ("h1", "الخطوة التالية أمام \u2068José\u2069")
    assert [text for element, text in page.texts if element.tag == "strong"] == [
        "\u206686%\u2069",
        "\u206672.5%\u2069",
        "\u206686%\u2069",
        "\u206686%\u2069",
        "\u206685.99%\u2069",
    ]


def test_the_name_of_a_class_keeps_its_brackets_where_they_are(press: LetterPress) -> None:
    rendered = press.render(samples.letter("digest"), "ar")
    shown = [text for element, text in read(rendered.html).texts if element.tag == "bdi"]
    assert shown[1] == "Algebra I (period 3)"
    assert "\n\u2068Algebra I (period 3)\u2069: " in rendered.text
    assert "\nAlgebra I (period 3): " in press.render(samples.letter("digest"), "es").text


def test_nothing_is_fetched_and_nothing_runs(html: str) -> None:
    page = read(html)
    assert {tag for tag, _ in page.tags} == {
        "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td",
        "h1", "h2", "h3", "p", "div", "span", "strong", "bdi", "br", "a",
    }  # fmt: skip
    attributes = {name for _, given in page.tags for name in given}
    assert attributes & {"src", "srcset", "background", "poster", "action", "data"} == set()
    assert [name for name in attributes if name.startswith("on")] == []
    assert "url(" not in html
    assert "@import" not in html
    assert re.findall(r"https?://[^\"]*", html) == ["https://school.example/ratios?unit=4&amp;part=1"]


def test_a_link_says_in_words_where_it_leads(press: LetterPress, usual: Letter) -> None:
    page = read(press.render(usual, "es").html)
    (link,) = [(element.attributes, text) for element, text in page.texts if element.tag == "a"]
    assert link[1] == "Ver el video"
    assert link[0]["aria-label"] == "Ver el video: Unit 4 quiz"
    assert link[0]["href"] == "https://school.example/ratios?unit=4&part=1"


def test_both_parts_say_the_same(press: LetterPress, usual: Letter) -> None:
    for code in ("en", "es", "fr", "vi", "zh", "ar"):
        rendered = press.render(usual, code)
        plain = rendered.text.replace("*", "").replace("https://school.example/ratios?unit=4&part=1", "")
        shown = " ".join(text for _, text in read(rendered.html).texts).removeprefix("Lincoln Middle School ")
        assert re.sub(r"[\s:：]+", "", shown) == re.sub(r"[\s:：]+", "", plain)


def test_a_letter_fits_a_narrow_screen(press: LetterPress, gather: Callable[..., Letter], work: Any) -> None:
    page = read(press.render(gather(work(title="Supercalifragilistic" * 5)), "en").html)
    (item,) = [attributes for tag, attributes in page.tags if tag == "div" and "class" in attributes]
    assert declarations(item["style"])["overflow-wrap"] == "anywhere"
    widths = {given["width"] for _, given in page.tags if "width" in given}
    assert widths == {"100%"}
    assert [name for _, given in page.tags for name in declarations(given.get("style", "")) if name == "width"] == []
