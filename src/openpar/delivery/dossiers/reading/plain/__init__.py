"""Sheets as programs write them, as CSV without an object for each cell: whole columns of bytes at once.

Only the plainest XML is understood here, that of lists which a program exports. Its bytes are held against
what is expected; at the first that is otherwise NotPlain is raised, and those read the file who know all of
the format. So nothing is guessed, and what comes out is what they would have said. Why this is our own code:
docs/decisions/0015-plain-workbooks.md.
"""
