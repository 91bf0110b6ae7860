"""Work without the server: number leases, desk shares, imports, plausibility."""
