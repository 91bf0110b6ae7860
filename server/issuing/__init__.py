"""One issuing window (统一出件): licences from the unit to the applicant, and what is proven of it."""
