"""What the acceptance tests share: schools at one local Google."""

from schools import SETTINGS, Rows, School, google, gradebook, make_school, teacher

__all__ = ["SETTINGS", "Rows", "School", "google", "gradebook", "make_school", "teacher"]
