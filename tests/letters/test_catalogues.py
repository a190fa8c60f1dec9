"""Every sentence of the templates has its Spanish twin, and the catalogue holds nothing else."""

from __future__ import annotations

import io
import re

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment

Sentence = str | tuple[str, ...]


def sentences(files: dict[str, str]) -> set[Sentence]:
    """What `{% trans %}` and `gettext` in the templates ask the catalogues for, with (singular, plural) as pairs."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    extract = vars(environment)["extract_translations"]
    found: set[Sentence] = set()
    for name, text in files.items():
        if name.endswith((".html", ".txt", ".jinja")):
            for _, _, message in extract(text):
                # Arguments that are no text, such as the number of a plural, are left as None.
                found.add(message if isinstance(message, str) else tuple(each for each in message if each is not None))
    return found


def spanish(files: dict[str, str]) -> Catalog:
    return read_po(io.StringIO(files["es.po"]), abort_invalid=True)


def test_every_sentence_of_the_templates_stands_in_the_spanish_catalogue_and_no_other(
    letter_files: dict[str, str],
) -> None:
    asked_for = sentences(letter_files)
    assert len(asked_for) > 40
    ids = (message.id for message in spanish(letter_files) if message.id)
    assert {each if isinstance(each, str) else tuple(each) for each in ids} == asked_for


def test_every_sentence_is_translated_in_every_form_and_keeps_its_placeholders(letter_files: dict[str, str]) -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)s", text))

    catalogue = spanish(letter_files)
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert isinstance(message.string, str)
            pairs = [(message.id, message.string)]
        else:
            assert message.string is not None
            assert len(message.string) == catalogue.num_plurals == 2
            pairs = list(zip(message.id, message.string, strict=True))
        for english, translated in pairs:
            assert translated.strip(), english
            assert "fuzzy" not in message.flags
            assert placeholders(translated) == placeholders(english), english


def test_families_are_addressed_with_usted_and_students_with_tu(letter_files: dict[str, str]) -> None:
    to_a_student = re.compile(r"\b(tú|tu|te|puedes|usa|mira|haz|trabaja)\b", re.IGNORECASE)
    for message in spanish(letter_files):
        said = message.string if isinstance(message.string, str) else " ".join(message.string or ())
        marked = "To the student." in message.auto_comments
        if not marked:
            assert not to_a_student.search(said), said
        elif len(said.split()) > 3:
            assert to_a_student.search(said), said
