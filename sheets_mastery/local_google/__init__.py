"""A Google of your own: Sheets v4, Drive v3, Gmail v1 and OAuth on loopback, with state kept in a folder.

It is the demo's backend and the tests' double. It imports nothing of the rest of the package: they meet only as HTTP.
"""
