"""Google from the outside: Sheets, Drive and Gmail, or the local Google in their place."""
