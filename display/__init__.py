"""Boards, strips and voice: what a call looks and sounds like."""
