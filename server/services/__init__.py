"""The acts of the hall: one transaction each; events go out after the commit."""
