"""The weekly bulletin."""

from __future__ import annotations
