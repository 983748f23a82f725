"""Accounts and privacy: who signs in, what each route lets them do, whom a call is shown to."""
