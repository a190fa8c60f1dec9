"""Tiered mastery learning for teachers who live in Google Sheets."""

__version__ = "0.1.0"
