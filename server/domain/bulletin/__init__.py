"""The weekly bulletin (通报): its figures, its wording, and how a released one is frozen."""
