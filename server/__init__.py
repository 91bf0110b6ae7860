"""The server: rules, storage, acts and the surfaces that are the office's own."""
