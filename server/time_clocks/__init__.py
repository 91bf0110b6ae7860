"""Time clocks and punches: push and polling gateways, admission, quarantine, manual entry."""
