"""Assistance: questions of the first asked, jobs of helpers, the green channel of projects."""
