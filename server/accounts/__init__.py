"""Accounts: sign-in, sessions, enrolment, tokens, protection against guessing."""
