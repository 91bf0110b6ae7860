"""One issuing window (统一出件): licences from their unit to the applicant."""
