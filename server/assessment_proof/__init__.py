"""Second computation of the assessment, from its export and the journal alone.

It follows docs/assessment-export.md and shares no code with `server/assessment`: a fault in one of
the two shows as a difference. It uses the standard library only.
"""
