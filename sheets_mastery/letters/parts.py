"""Which of the files in a folder take part in the letters: the templates, what they bring in, and the catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jinja2 import Environment, meta

#: Where every letter, every digest, every subject and the web page begin.
ROOTS = ("letter.html", "letter.txt", "digest.html", "digest.txt", "subject.txt", "stop.html")
#: A file with another ending, such as a README.md or an editor's copy, is not taken for a part.
ENDINGS = (".html", ".txt", ".css", ".jinja")


def passed_over(files: Mapping[str, str], own: Iterable[str]) -> tuple[str, ...]:
    """Which of a school's own files nothing brings in, although they look like parts of the letters.

    `files` are all texts by name, as for LetterPress, and every template among them that is used can be compiled.
    """
    reader = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    used: set[str] = set()
    to_read = list(ROOTS)
    while to_read:
        name = to_read.pop()
        if name in used or name not in files:
            continue
        used.add(name)
        for brought_in in meta.find_referenced_templates(reader.parse(files[name])):
            if brought_in is None:
                return ()  # a name that is only known when the letter is set: any file may be meant
            to_read.append(brought_in)
    return tuple(sorted(name for name in own if name.endswith(ENDINGS) and name not in used))
