"""Weekly bulletin (通报): its figures, its wording, and the freezing of a released one."""
