"""Reference hall: a county hall of 22 units as reviewable TOML files, and its loader.

Units, items, numbers of windows and staff follow a published county hall; people, addresses and
dates are invented. It is data for demonstration and tests: a real hall imports a workbook. The
loader rejects unknown keys, missing keys and wrong types; the checks of the workbook find what
does not fit together.
"""

from server.catalogue.reference.loading import DataError, load

__all__ = ["DataError", "load"]
