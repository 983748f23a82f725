"""Calls over HTTP and the wire: start, hold, resume, end, grade, look back."""
